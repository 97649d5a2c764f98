-- name: project_conversations.create.project_conversations
CREATE TABLE IF NOT EXISTS public.project_conversations (
	conversation_id TEXT NOT NULL,
	project_id TEXT,
	added_at TIMESTAMP WITH TIME ZONE,
	added_by TEXT,
	PRIMARY KEY (conversation_id)
);

-- name: project_conversations.grants.project_conversations
SELECT unnest.copy_grants('public.conversations', 'public.project_conversations');

-- name: project_conversations.create.residue_project_conversations
CREATE TABLE IF NOT EXISTS unnest.residue_project_conversations (
	parent TEXT NOT NULL,
	part TEXT NOT NULL,
	position INTEGER NOT NULL,
	value JSONB,
	account TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (parent, part, position)
);

-- name: project_conversations.create.dirty
CREATE TABLE IF NOT EXISTS unnest.dirty_project_conversations (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lookup text NOT NULL, value text NOT NULL, due xid8);

-- name: project_conversations.create.corrected
CREATE TABLE IF NOT EXISTS unnest.corrected_project_conversations (face text NOT NULL, key text NOT NULL, PRIMARY KEY (face, key));

-- name: residue.view
CREATE OR REPLACE VIEW unnest.residue_of_of_project_conversations AS
SELECT 'of_project_conversations'::text AS migration, 'project_conversations'::text AS mapping, r.parent::text AS parent, r.part, r.position, r.value, r.account, r.reason FROM unnest.residue_project_conversations AS r;

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
