-- name: drop_column.public.teams.player_ids
-- locks: public.teams
SELECT unnest.drop_column('of_memberships', 'public.teams', 'player_ids', 'unnest_retired_player_ids');
