-- name: addresses.closed_addresses
-- migration of_addresses, mapping addresses: closed_addresses
CREATE OR REPLACE FUNCTION unnest.addresses__closed_addresses() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;

BEGIN
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: addresses is not open for writing before stage dual_read (migration of_addresses); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: addresses.trigger.closed_addresses
-- locks: public.addresses
CREATE OR REPLACE TRIGGER unnest_05_closed_addresses__closed_addresses BEFORE INSERT OR UPDATE OR DELETE ON public.addresses
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.addresses__closed_addresses();

-- name: addresses.drop_trigger.reverse_rows_users_insert
-- locks: public.addresses
DROP TRIGGER IF EXISTS unnest_30_reverse_addresses__reverse_rows_users_insert ON public.addresses;

-- name: addresses.drop_trigger.reverse_rows_users_update
-- locks: public.addresses
DROP TRIGGER IF EXISTS unnest_30_reverse_addresses__reverse_rows_users_update ON public.addresses;

-- name: addresses.drop_trigger.reverse_rows_users_delete
-- locks: public.addresses
DROP TRIGGER IF EXISTS unnest_30_reverse_addresses__reverse_rows_users_delete ON public.addresses;

-- name: addresses.drop_trigger.keep
-- locks: public.users
DROP TRIGGER IF EXISTS unnest_00_keep_addresses__keep ON public.users;
