-- name: project_conversations.disarm.public.conversations
-- locks: public.conversations
SELECT unnest.drop_triggers('public.conversations', '^unnest_[0-9]+_[a-z]+_project_conversations__');

-- name: project_conversations.disarm.public.projects
-- locks: public.projects
SELECT unnest.drop_triggers('public.projects', '^unnest_[0-9]+_[a-z]+_project_conversations__');

-- name: project_conversations.disarm.public.project_conversations
-- locks: public.project_conversations
SELECT unnest.drop_triggers('public.project_conversations', '^unnest_[0-9]+_[a-z]+_project_conversations__');

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
