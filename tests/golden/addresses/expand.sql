-- name: addresses.create.addresses
CREATE TABLE IF NOT EXISTS public.addresses (
	user_id TEXT NOT NULL,
	city TEXT,
	zip_code TEXT,
	PRIMARY KEY (user_id)
);

-- name: addresses.grants.addresses
SELECT unnest.copy_grants('public.users', 'public.addresses');

-- name: addresses.create.residue_addresses
CREATE TABLE IF NOT EXISTS unnest.residue_addresses (
	parent TEXT NOT NULL,
	part TEXT NOT NULL,
	position INTEGER NOT NULL,
	value JSONB,
	account TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (parent, part, position)
);

-- name: residue.view
CREATE OR REPLACE VIEW unnest.residue_of_of_addresses AS
SELECT 'of_addresses'::text AS migration, 'addresses'::text AS mapping, r.parent::text AS parent, r.part, r.position, r.value, r.account, r.reason FROM unnest.residue_addresses AS r;

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
