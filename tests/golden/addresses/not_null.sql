-- name: restore_not_null.public.users.address
-- locks: public.users
SELECT unnest.restore_not_null('of_addresses', 'public.users', 'address');

-- name: release.residue_addresses
-- locks: public.users
ALTER TABLE unnest.residue_addresses DROP CONSTRAINT IF EXISTS unnest_residue_addresses_parent;
