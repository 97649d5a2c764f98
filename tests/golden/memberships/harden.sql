-- name: constraint.unnest_memberships_team_id_not_null
-- locks: public.memberships
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.memberships') AND attname = 'team_id' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.memberships') AND conname = 'unnest_memberships_team_id_not_null'
ALTER TABLE public.memberships ADD CONSTRAINT unnest_memberships_team_id_not_null CHECK (team_id IS NOT NULL) NOT VALID;

-- name: validate.unnest_memberships_team_id_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.memberships') AND attname = 'team_id' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.memberships') AND conname = 'unnest_memberships_team_id_not_null' AND convalidated
ALTER TABLE public.memberships VALIDATE CONSTRAINT unnest_memberships_team_id_not_null;

-- name: not_null.memberships.team_id
-- locks: public.memberships
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.memberships') AND attname = 'team_id' AND attnotnull
ALTER TABLE public.memberships ALTER COLUMN team_id SET NOT NULL;

-- name: drop.unnest_memberships_team_id_not_null
-- locks: public.memberships
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.memberships') AND conname = 'unnest_memberships_team_id_not_null')
ALTER TABLE public.memberships DROP CONSTRAINT IF EXISTS unnest_memberships_team_id_not_null;

-- name: constraint.memberships_player_id_fkey
-- locks: public.memberships, public.players
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.memberships') AND conname = 'memberships_player_id_fkey'
ALTER TABLE public.memberships ADD CONSTRAINT memberships_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.players (id) ON UPDATE CASCADE NOT VALID;

-- name: validate.memberships_player_id_fkey
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.memberships') AND conname = 'memberships_player_id_fkey' AND convalidated
ALTER TABLE public.memberships VALIDATE CONSTRAINT memberships_player_id_fkey;

-- name: constraint.memberships_team_id_fkey
-- locks: public.memberships, public.teams
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.memberships') AND conname = 'memberships_team_id_fkey'
ALTER TABLE public.memberships ADD CONSTRAINT memberships_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams (id) ON UPDATE CASCADE NOT VALID;

-- name: validate.memberships_team_id_fkey
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.memberships') AND conname = 'memberships_team_id_fkey' AND convalidated
ALTER TABLE public.memberships VALIDATE CONSTRAINT memberships_team_id_fkey;
