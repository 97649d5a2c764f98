-- name: memberships.disarm.public.players
-- locks: public.players
SELECT unnest.drop_triggers('public.players', '^unnest_[0-9]+_[a-z]+_memberships__');

-- name: memberships.disarm.public.teams
-- locks: public.teams
SELECT unnest.drop_triggers('public.teams', '^unnest_[0-9]+_[a-z]+_memberships__');

-- name: memberships.disarm.public.memberships
-- locks: public.memberships
SELECT unnest.drop_triggers('public.memberships', '^unnest_[0-9]+_[a-z]+_memberships__');

-- name: residue.view.drop
DROP VIEW IF EXISTS unnest.residue_of_of_memberships;

-- name: set_aside.memberships
SELECT unnest.set_aside('of_memberships', 'public.memberships');

-- name: drop.residue_memberships
DROP TABLE IF EXISTS unnest.residue_memberships;

-- name: memberships.drop.dirty_memberships
DROP TABLE IF EXISTS unnest.dirty_memberships;

-- name: memberships.drop.recent_memberships
DROP TABLE IF EXISTS unnest.recent_memberships;

-- name: memberships.drop.corrected_memberships
DROP TABLE IF EXISTS unnest.corrected_memberships;
