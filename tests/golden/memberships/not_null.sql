-- name: restore_not_null.public.teams.player_ids
-- locks: public.teams
SELECT unnest.restore_not_null('of_memberships', 'public.teams', 'player_ids');

-- name: release.residue_memberships
-- locks: public.players
ALTER TABLE unnest.residue_memberships DROP CONSTRAINT IF EXISTS unnest_residue_memberships_parent;
