-- name: constraint.unnest_preferences_value_not_null
-- locks: public.preferences
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.preferences') AND attname = 'value' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.preferences') AND conname = 'unnest_preferences_value_not_null'
ALTER TABLE public.preferences ADD CONSTRAINT unnest_preferences_value_not_null CHECK (value IS NOT NULL) NOT VALID;

-- name: validate.unnest_preferences_value_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.preferences') AND attname = 'value' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.preferences') AND conname = 'unnest_preferences_value_not_null' AND convalidated
ALTER TABLE public.preferences VALIDATE CONSTRAINT unnest_preferences_value_not_null;

-- name: not_null.preferences.value
-- locks: public.preferences
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.preferences') AND attname = 'value' AND attnotnull
ALTER TABLE public.preferences ALTER COLUMN value SET NOT NULL;

-- name: drop.unnest_preferences_value_not_null
-- locks: public.preferences
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.preferences') AND conname = 'unnest_preferences_value_not_null')
ALTER TABLE public.preferences DROP CONSTRAINT IF EXISTS unnest_preferences_value_not_null;

-- name: constraint.unnest_preferences_category_not_null
-- locks: public.preferences
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.preferences') AND attname = 'category' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.preferences') AND conname = 'unnest_preferences_category_not_null'
ALTER TABLE public.preferences ADD CONSTRAINT unnest_preferences_category_not_null CHECK (category IS NOT NULL) NOT VALID;

-- name: validate.unnest_preferences_category_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.preferences') AND attname = 'category' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.preferences') AND conname = 'unnest_preferences_category_not_null' AND convalidated
ALTER TABLE public.preferences VALIDATE CONSTRAINT unnest_preferences_category_not_null;

-- name: not_null.preferences.category
-- locks: public.preferences
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.preferences') AND attname = 'category' AND attnotnull
ALTER TABLE public.preferences ALTER COLUMN category SET NOT NULL;

-- name: drop.unnest_preferences_category_not_null
-- locks: public.preferences
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.preferences') AND conname = 'unnest_preferences_category_not_null')
ALTER TABLE public.preferences DROP CONSTRAINT IF EXISTS unnest_preferences_category_not_null;

-- name: constraint.preferences_user_id_fkey
-- locks: public.preferences, public.users
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.preferences') AND conname = 'preferences_user_id_fkey'
ALTER TABLE public.preferences ADD CONSTRAINT preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users (id) ON UPDATE CASCADE NOT VALID;

-- name: validate.preferences_user_id_fkey
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.preferences') AND conname = 'preferences_user_id_fkey' AND convalidated
ALTER TABLE public.preferences VALIDATE CONSTRAINT preferences_user_id_fkey;
