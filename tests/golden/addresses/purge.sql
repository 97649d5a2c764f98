-- name: drop_column.public.users.address
-- locks: public.users
SELECT unnest.drop_column('of_addresses', 'public.users', 'address', 'unnest_retired_address');
