-- name: index.unnest_players_id_team_id_key
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.unnest_players_id_team_id_key
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.unnest_players_id_team_id_key') AND indisvalid
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS unnest_players_id_team_id_key ON public.players (id, team_id);

-- name: index.unnest_memberships_player_id_team_id_key
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.unnest_memberships_player_id_team_id_key
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.unnest_memberships_player_id_team_id_key') AND indisvalid
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS unnest_memberships_player_id_team_id_key ON public.memberships (player_id, team_id);

-- name: constraint.unnest_residue_memberships_parent
-- locks: unnest.residue_memberships, public.players
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_memberships') AND conname = 'unnest_residue_memberships_parent'
ALTER TABLE unnest.residue_memberships ADD CONSTRAINT unnest_residue_memberships_parent FOREIGN KEY (parent) REFERENCES public.players (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.unnest_residue_memberships_parent
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_memberships') AND conname = 'unnest_residue_memberships_parent' AND convalidated
ALTER TABLE unnest.residue_memberships VALIDATE CONSTRAINT unnest_residue_memberships_parent;
