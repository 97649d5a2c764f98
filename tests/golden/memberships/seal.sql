-- name: memberships.clear.team_id
UPDATE public.players AS p SET team_id = NULL FROM unnest.residue_memberships AS r
WHERE r.parent = p.id AND r.part = 'team_id' AND to_jsonb(p.team_id) = r.value;

-- name: constraint.unnest_memberships_sealed_to_players
-- locks: public.memberships, public.players
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.memberships') AND conname = 'unnest_memberships_sealed_to_players'
ALTER TABLE public.memberships ADD CONSTRAINT unnest_memberships_sealed_to_players FOREIGN KEY (player_id, team_id) REFERENCES public.players (id, team_id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID;

-- name: validate.unnest_memberships_sealed_to_players
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.memberships') AND conname = 'unnest_memberships_sealed_to_players' AND convalidated
ALTER TABLE public.memberships VALIDATE CONSTRAINT unnest_memberships_sealed_to_players;

-- name: constraint.unnest_players_sealed_to_memberships
-- locks: public.players, public.memberships
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.players') AND conname = 'unnest_players_sealed_to_memberships'
ALTER TABLE public.players ADD CONSTRAINT unnest_players_sealed_to_memberships FOREIGN KEY (id, team_id) REFERENCES public.memberships (player_id, team_id) DEFERRABLE INITIALLY DEFERRED NOT VALID;

-- name: validate.unnest_players_sealed_to_memberships
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.players') AND conname = 'unnest_players_sealed_to_memberships' AND convalidated
ALTER TABLE public.players VALIDATE CONSTRAINT unnest_players_sealed_to_memberships;

-- name: memberships.drop.dirty_memberships
DROP TABLE IF EXISTS unnest.dirty_memberships;

-- name: memberships.drop.recent_memberships
DROP TABLE IF EXISTS unnest.recent_memberships;

-- name: memberships.drop.corrected_memberships
DROP TABLE IF EXISTS unnest.corrected_memberships;
