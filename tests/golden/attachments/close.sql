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

-- name: attachments.drop_trigger.reverse_rows_messages_insert
-- locks: public.attachments
DROP TRIGGER IF EXISTS unnest_30_reverse_attachments__reverse_rows_messages_insert ON public.attachments;

-- name: attachments.drop_trigger.reverse_rows_messages_update
-- locks: public.attachments
DROP TRIGGER IF EXISTS unnest_30_reverse_attachments__reverse_rows_messages_update ON public.attachments;

-- name: attachments.drop_trigger.reverse_rows_messages_delete
-- locks: public.attachments
DROP TRIGGER IF EXISTS unnest_30_reverse_attachments__reverse_rows_messages_delete ON public.attachments;

-- name: attachments.drop_trigger.keep
-- locks: public.messages
DROP TRIGGER IF EXISTS unnest_00_keep_attachments__keep ON public.messages;
