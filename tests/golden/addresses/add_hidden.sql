-- name: add_hidden_column.public.users.address
-- locks: public.users
SELECT unnest.add_hidden_column('of_addresses', 'public.users', 'address', 'unnest_retired_address');
