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

-- name: preferences.drop_trigger.reverse_rows_users_insert
-- locks: public.preferences
DROP TRIGGER IF EXISTS unnest_30_reverse_preferences__reverse_rows_users_insert ON public.preferences;

-- name: preferences.drop_trigger.reverse_rows_users_update
-- locks: public.preferences
DROP TRIGGER IF EXISTS unnest_30_reverse_preferences__reverse_rows_users_update ON public.preferences;

-- name: preferences.drop_trigger.reverse_rows_users_delete
-- locks: public.preferences
DROP TRIGGER IF EXISTS unnest_30_reverse_preferences__reverse_rows_users_delete ON public.preferences;

-- name: preferences.drop_trigger.keep
-- locks: public.users
DROP TRIGGER IF EXISTS unnest_00_keep_preferences__keep ON public.users;
