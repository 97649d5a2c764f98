-- name: constraint.unnest_residue_addresses_parent
-- locks: unnest.residue_addresses, public.users
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_addresses') AND conname = 'unnest_residue_addresses_parent'
ALTER TABLE unnest.residue_addresses ADD CONSTRAINT unnest_residue_addresses_parent FOREIGN KEY (parent) REFERENCES public.users (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.unnest_residue_addresses_parent
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_addresses') AND conname = 'unnest_residue_addresses_parent' AND convalidated
ALTER TABLE unnest.residue_addresses VALIDATE CONSTRAINT unnest_residue_addresses_parent;
