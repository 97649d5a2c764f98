-- name: memberships.create.memberships
CREATE TABLE IF NOT EXISTS public.memberships (
	player_id TEXT NOT NULL,
	team_id TEXT,
	PRIMARY KEY (player_id)
);

-- name: memberships.grants.memberships
SELECT unnest.copy_grants('public.players', 'public.memberships');

-- name: memberships.create.residue_memberships
CREATE TABLE IF NOT EXISTS unnest.residue_memberships (
	parent TEXT NOT NULL,
	part TEXT NOT NULL,
	position INTEGER NOT NULL,
	value JSONB,
	account TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (parent, part, position)
);

-- name: memberships.create.dirty
CREATE TABLE IF NOT EXISTS unnest.dirty_memberships (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lookup text NOT NULL, value text NOT NULL, due xid8);

-- name: memberships.create.corrected
CREATE TABLE IF NOT EXISTS unnest.corrected_memberships (face text NOT NULL, key text NOT NULL, PRIMARY KEY (face, key));

-- name: residue.view
CREATE OR REPLACE VIEW unnest.residue_of_of_memberships AS
SELECT 'of_memberships'::text AS migration, 'memberships'::text AS mapping, r.parent::text AS parent, r.part, r.position, r.value, r.account, r.reason FROM unnest.residue_memberships AS r;

-- name: memberships.closed_memberships
-- migration of_memberships, mapping memberships: closed_memberships
CREATE OR REPLACE FUNCTION unnest.memberships__closed_memberships() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;

BEGIN
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: memberships is not open for writing before stage dual_read (migration of_memberships); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.closed_memberships
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_05_closed_memberships__closed_memberships BEFORE INSERT OR UPDATE OR DELETE ON public.memberships
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.memberships__closed_memberships();
