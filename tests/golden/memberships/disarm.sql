-- name: memberships.disarm.public.players
-- locks: public.players
SELECT unnest.drop_triggers('public.players', '^unnest_[0-9]+_[a-z]+_memberships__');

-- name: memberships.disarm.public.teams
-- locks: public.teams
SELECT unnest.drop_triggers('public.teams', '^unnest_[0-9]+_[a-z]+_memberships__');

-- name: memberships.disarm.public.memberships
-- locks: public.memberships
SELECT unnest.drop_triggers('public.memberships', '^unnest_[0-9]+_[a-z]+_memberships__');

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
