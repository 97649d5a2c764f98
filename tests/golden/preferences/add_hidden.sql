-- name: add_hidden_column.public.users.preferences
-- locks: public.users
SELECT unnest.add_hidden_column('of_preferences', 'public.users', 'preferences', 'unnest_retired_preferences');
