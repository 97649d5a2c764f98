-- name: preferences.disarm.public.users
-- locks: public.users
SELECT unnest.drop_triggers('public.users', '^unnest_[0-9]+_[a-z]+_preferences__');

-- name: preferences.disarm.public.preferences
-- locks: public.preferences
SELECT unnest.drop_triggers('public.preferences', '^unnest_[0-9]+_[a-z]+_preferences__');

-- name: hide_column.public.users.preferences
-- locks: public.users
SELECT unnest.hide_column('of_preferences', 'public.users', 'preferences', 'unnest_retired_preferences');
