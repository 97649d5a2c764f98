-- name: drop_column.public.users.preferences
-- locks: public.users
SELECT unnest.drop_column('of_preferences', 'public.users', 'preferences', 'unnest_retired_preferences');
