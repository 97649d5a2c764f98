-- name: addresses.disarm.public.users
-- locks: public.users
SELECT unnest.drop_triggers('public.users', '^unnest_[0-9]+_[a-z]+_addresses__');

-- name: addresses.disarm.public.addresses
-- locks: public.addresses
SELECT unnest.drop_triggers('public.addresses', '^unnest_[0-9]+_[a-z]+_addresses__');

-- name: hide_column.public.users.address
-- locks: public.users
SELECT unnest.hide_column('of_addresses', 'public.users', 'address', 'unnest_retired_address');
