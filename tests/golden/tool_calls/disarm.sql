-- name: tool_calls.disarm.public.messages
-- locks: public.messages
SELECT unnest.drop_triggers('public.messages', '^unnest_[0-9]+_[a-z]+_tool_calls__');

-- name: tool_calls.disarm.public.tool_calls
-- locks: public.tool_calls
SELECT unnest.drop_triggers('public.tool_calls', '^unnest_[0-9]+_[a-z]+_tool_calls__');

-- name: tool_calls.disarm.public.conversations
-- locks: public.conversations
SELECT unnest.drop_triggers('public.conversations', '^unnest_[0-9]+_[a-z]+_tool_calls__');

-- name: tool_calls.closed_tool_calls
-- migration of_tool_calls, mapping tool_calls: closed_tool_calls
CREATE OR REPLACE FUNCTION unnest.tool_calls__closed_tool_calls() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_tool_calls', true), '');
u_set text;

BEGIN
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: tool_calls is not open for writing before stage dual_read (migration of_tool_calls); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: tool_calls.trigger.closed_tool_calls
-- locks: public.tool_calls
CREATE OR REPLACE TRIGGER unnest_05_closed_tool_calls__closed_tool_calls BEFORE INSERT OR UPDATE OR DELETE ON public.tool_calls
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.tool_calls__closed_tool_calls();
