-- name: constraint.unnest_addresses_city_not_null
-- locks: public.addresses
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.addresses') AND attname = 'city' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.addresses') AND conname = 'unnest_addresses_city_not_null'
ALTER TABLE public.addresses ADD CONSTRAINT unnest_addresses_city_not_null CHECK (city IS NOT NULL) NOT VALID;

-- name: validate.unnest_addresses_city_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.addresses') AND attname = 'city' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.addresses') AND conname = 'unnest_addresses_city_not_null' AND convalidated
ALTER TABLE public.addresses VALIDATE CONSTRAINT unnest_addresses_city_not_null;

-- name: not_null.addresses.city
-- locks: public.addresses
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.addresses') AND attname = 'city' AND attnotnull
ALTER TABLE public.addresses ALTER COLUMN city SET NOT NULL;

-- name: drop.unnest_addresses_city_not_null
-- locks: public.addresses
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.addresses') AND conname = 'unnest_addresses_city_not_null')
ALTER TABLE public.addresses DROP CONSTRAINT IF EXISTS unnest_addresses_city_not_null;

-- name: constraint.addresses_user_id_fkey
-- locks: public.addresses, public.users
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.addresses') AND conname = 'addresses_user_id_fkey'
ALTER TABLE public.addresses ADD CONSTRAINT addresses_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON UPDATE CASCADE NOT VALID;

-- name: validate.addresses_user_id_fkey
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.addresses') AND conname = 'addresses_user_id_fkey' AND convalidated
ALTER TABLE public.addresses VALIDATE CONSTRAINT addresses_user_id_fkey;
