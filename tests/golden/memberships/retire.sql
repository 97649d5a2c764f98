-- name: memberships.disarm.public.players
-- locks: public.players
SELECT unnest.drop_triggers('public.players', '^unnest_[0-9]+_[a-z]+_memberships__');

-- name: memberships.disarm.public.teams
-- locks: public.teams
SELECT unnest.drop_triggers('public.teams', '^unnest_[0-9]+_[a-z]+_memberships__');

-- name: memberships.disarm.public.memberships
-- locks: public.memberships
SELECT unnest.drop_triggers('public.memberships', '^unnest_[0-9]+_[a-z]+_memberships__');

-- name: hide_column.public.teams.player_ids
-- locks: public.teams
SELECT unnest.hide_column('of_memberships', 'public.teams', 'player_ids', 'unnest_retired_player_ids');
