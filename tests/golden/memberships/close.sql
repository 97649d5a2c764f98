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

-- name: memberships.drop_trigger.reverse_rows_players_insert
-- locks: public.memberships
DROP TRIGGER IF EXISTS unnest_30_reverse_memberships__reverse_rows_players_insert ON public.memberships;

-- name: memberships.drop_trigger.reverse_rows_players_update
-- locks: public.memberships
DROP TRIGGER IF EXISTS unnest_30_reverse_memberships__reverse_rows_players_update ON public.memberships;

-- name: memberships.drop_trigger.reverse_rows_players_delete
-- locks: public.memberships
DROP TRIGGER IF EXISTS unnest_30_reverse_memberships__reverse_rows_players_delete ON public.memberships;

-- name: memberships.drop_trigger.keep
-- locks: public.players
DROP TRIGGER IF EXISTS unnest_00_keep_memberships__keep ON public.players;
