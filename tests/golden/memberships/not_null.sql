-- name: restore_not_null.public.teams.player_ids
-- locks: public.teams
SELECT unnest.restore_not_null('of_memberships', 'public.teams', 'player_ids');
