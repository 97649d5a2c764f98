-- name: preferences.disarm.public.users
-- locks: public.users
SELECT unnest.drop_triggers('public.users', '^unnest_[0-9]+_[a-z]+_preferences__');

-- name: preferences.disarm.public.preferences
-- locks: public.preferences
SELECT unnest.drop_triggers('public.preferences', '^unnest_[0-9]+_[a-z]+_preferences__');

-- name: residue.view.drop
DROP VIEW IF EXISTS unnest.residue_of_of_preferences;

-- name: set_aside.preferences
SELECT unnest.set_aside('of_preferences', 'public.preferences');

-- name: drop.residue_preferences
DROP TABLE IF EXISTS unnest.residue_preferences;

-- name: preferences.drop.dirty_preferences
DROP TABLE IF EXISTS unnest.dirty_preferences;

-- name: preferences.drop.recent_preferences
DROP TABLE IF EXISTS unnest.recent_preferences;

-- name: preferences.drop.corrected_preferences
DROP TABLE IF EXISTS unnest.corrected_preferences;
