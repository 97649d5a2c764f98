-- name: attachments.disarm.public.messages
-- locks: public.messages
SELECT unnest.drop_triggers('public.messages', '^unnest_[0-9]+_[a-z]+_attachments__');

-- name: attachments.disarm.public.attachments
-- locks: public.attachments
SELECT unnest.drop_triggers('public.attachments', '^unnest_[0-9]+_[a-z]+_attachments__');

-- name: attachments.disarm.public.conversations
-- locks: public.conversations
SELECT unnest.drop_triggers('public.conversations', '^unnest_[0-9]+_[a-z]+_attachments__');

-- name: attachments.closed_attachments
-- migration of_attachments, mapping attachments: closed_attachments
CREATE OR REPLACE FUNCTION unnest.attachments__closed_attachments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_attachments', true), '');
u_set text;

BEGIN
IF coalesce(current_setting('unnest.engine', true), '') = '' THEN
RAISE EXCEPTION 'unnest: attachments is not open for writing before stage dual_read (migration of_attachments); write to the legacy tables, they are carried over' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: attachments.trigger.closed_attachments
-- locks: public.attachments
CREATE OR REPLACE TRIGGER unnest_05_closed_attachments__closed_attachments BEFORE INSERT OR UPDATE OR DELETE ON public.attachments
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION unnest.attachments__closed_attachments();
