-- name: addresses.disarm.public.users
-- locks: public.users
SELECT unnest.drop_triggers('public.users', '^unnest_[0-9]+_[a-z]+_addresses__');

-- name: addresses.disarm.public.addresses
-- locks: public.addresses
SELECT unnest.drop_triggers('public.addresses', '^unnest_[0-9]+_[a-z]+_addresses__');

-- name: residue.view.drop
DROP VIEW IF EXISTS unnest.residue_of_of_addresses;

-- name: set_aside.addresses
SELECT unnest.set_aside('of_addresses', 'public.addresses');

-- name: drop.residue_addresses
DROP TABLE IF EXISTS unnest.residue_addresses;

-- name: addresses.drop.dirty_addresses
DROP TABLE IF EXISTS unnest.dirty_addresses;

-- name: addresses.drop.recent_addresses
DROP TABLE IF EXISTS unnest.recent_addresses;

-- name: addresses.drop.corrected_addresses
DROP TABLE IF EXISTS unnest.corrected_addresses;
