-- name: project_conversations.closed_project_conversations
-- migration of_project_conversations, mapping project_conversations: closed_project_conversations
CREATE OR REPLACE FUNCTION unnest.project_conversations__closed_project_conversations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_project_conversations', true), '');
u_set text;

BEGIN
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: project_conversations is not open for writing before stage dual_read (migration of_project_conversations); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: project_conversations.trigger.closed_project_conversations
-- locks: public.project_conversations
CREATE OR REPLACE TRIGGER unnest_05_closed_project_conversations__closed_project_ade449cf BEFORE INSERT OR UPDATE OR DELETE ON public.project_conversations
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.project_conversations__closed_project_conversations();

-- name: project_conversations.drop_trigger.reverse_rows_conversations_insert
-- locks: public.project_conversations
DROP TRIGGER IF EXISTS unnest_30_reverse_project_conversations__reverse_rows__59cf89dd ON public.project_conversations;

-- name: project_conversations.drop_trigger.reverse_rows_conversations_update
-- locks: public.project_conversations
DROP TRIGGER IF EXISTS unnest_30_reverse_project_conversations__reverse_rows__f7265c8e ON public.project_conversations;

-- name: project_conversations.drop_trigger.reverse_rows_conversations_delete
-- locks: public.project_conversations
DROP TRIGGER IF EXISTS unnest_30_reverse_project_conversations__reverse_rows__d320a22e ON public.project_conversations;

-- name: project_conversations.drop_trigger.keep
-- locks: public.conversations
DROP TRIGGER IF EXISTS unnest_00_keep_project_conversations__keep ON public.conversations;
