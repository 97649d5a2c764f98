-- name: preferences.create.preferences
CREATE TABLE IF NOT EXISTS public.preferences (
	user_id TEXT NOT NULL,
	key TEXT NOT NULL,
	value JSONB,
	category TEXT,
	PRIMARY KEY (user_id, key)
);

-- name: preferences.grants.preferences
SELECT unnest.copy_grants('public.users', 'public.preferences');

-- name: preferences.create.residue_preferences
CREATE TABLE IF NOT EXISTS unnest.residue_preferences (
	parent TEXT NOT NULL,
	part TEXT NOT NULL,
	position INTEGER NOT NULL,
	value JSONB,
	account TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (parent, part, position)
);

-- name: residue.view
CREATE OR REPLACE VIEW unnest.residue_of_of_preferences AS
SELECT 'of_preferences'::text AS migration, 'preferences'::text AS mapping, r.parent::text AS parent, r.part, r.position, r.value, r.account, r.reason FROM unnest.residue_preferences AS r;

-- name: preferences.closed_preferences
-- migration of_preferences, mapping preferences: closed_preferences
CREATE OR REPLACE FUNCTION unnest.preferences__closed_preferences() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_preferences', true), '');
u_set text;

BEGIN
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: preferences is not open for writing before stage dual_read (migration of_preferences); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: preferences.trigger.closed_preferences
-- locks: public.preferences
CREATE OR REPLACE TRIGGER unnest_05_closed_preferences__closed_preferences BEFORE INSERT OR UPDATE OR DELETE ON public.preferences
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.preferences__closed_preferences();
