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

-- name: memberships.forward_insert
-- migration of_memberships, mapping memberships: forward_insert
CREATE OR REPLACE FUNCTION unnest.memberships__forward_insert() RETURNS trigger
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
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'row', true);
IF NEW.team_id IS NOT NULL THEN
IF current_setting('transaction_isolation') = 'read committed' THEN
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR KEY SHARE;
ELSE
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR SHARE;
END IF;
IF NOT FOUND THEN
PERFORM pg_advisory_xact_lock_shared(hashtextextended('memberships.teams' || ':' || (NEW.team_id)::text, 0));
IF current_setting('transaction_isolation') <> 'read committed' THEN
INSERT INTO unnest.dirty_memberships (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('teams', (NEW.team_id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
END IF;
END IF;
END IF;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT NEW.id AS id, NEW.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id AS player_id, e.team_id AS team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.forward_update
-- migration of_memberships, mapping memberships: forward_update
CREATE OR REPLACE FUNCTION unnest.memberships__forward_update() RETURNS trigger
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
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'row', true);
u_set := set_config('unnest.t0_memberships', coalesce(nullif(ARRAY(SELECT DISTINCT k FROM unnest(coalesce(nullif(current_setting('unnest.t0_memberships', true), ''), '{}')::TEXT[] || ARRAY(WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT e.team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e)) AS k)::text, '{}'), ''), true);
u_set := set_config('unnest.c_memberships', coalesce(nullif(ARRAY(SELECT DISTINCT k FROM unnest(coalesce(nullif(current_setting('unnest.c_memberships', true), ''), '{}')::text[] || ARRAY[OLD.id::text]) AS k)::text, '{}'), ''), true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id, e.team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO NOTHING;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
IF NEW.team_id IS NOT NULL THEN
IF current_setting('transaction_isolation') = 'read committed' THEN
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR KEY SHARE;
ELSE
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR SHARE;
END IF;
IF NOT FOUND THEN
PERFORM pg_advisory_xact_lock_shared(hashtextextended('memberships.teams' || ':' || (NEW.team_id)::text, 0));
IF current_setting('transaction_isolation') <> 'read committed' THEN
INSERT INTO unnest.dirty_memberships (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('teams', (NEW.team_id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
END IF;
END IF;
END IF;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT NEW.id AS id, NEW.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE unnest.residue_memberships.parent = residue_derived.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.memberships WHERE public.memberships.player_id IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE public.memberships.player_id = rows_derived.player_id))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT rows_derived.player_id AS player_id, rows_derived.team_id AS team_id
FROM rows_derived ORDER BY rows_derived.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.forward_delete
-- migration of_memberships, mapping memberships: forward_delete
CREATE OR REPLACE FUNCTION unnest.memberships__forward_delete() RETURNS trigger
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
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'row', true);
u_set := set_config('unnest.t0_memberships', coalesce(nullif(ARRAY(SELECT DISTINCT k FROM unnest(coalesce(nullif(current_setting('unnest.t0_memberships', true), ''), '{}')::TEXT[] || ARRAY(WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT e.team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e)) AS k)::text, '{}'), ''), true);
u_set := set_config('unnest.c_memberships', coalesce(nullif(ARRAY(SELECT DISTINCT k FROM unnest(coalesce(nullif(current_setting('unnest.c_memberships', true), ''), '{}')::text[] || ARRAY[OLD.id::text]) AS k)::text, '{}'), ''), true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id, e.team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO NOTHING;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
DELETE FROM public.memberships WHERE public.memberships.player_id = OLD.id;
DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = OLD.id;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.insert
-- locks: public.players
CREATE OR REPLACE TRIGGER unnest_10_forward_memberships__insert AFTER INSERT ON public.players
FOR EACH ROW
WHEN (NEW.team_id IS NOT NULL)
EXECUTE FUNCTION unnest.memberships__forward_insert();

-- name: memberships.trigger.update
-- locks: public.players
CREATE OR REPLACE TRIGGER unnest_10_forward_memberships__update AFTER UPDATE ON public.players
FOR EACH ROW
WHEN ((OLD.id, OLD.team_id) IS DISTINCT FROM (NEW.id, NEW.team_id))
EXECUTE FUNCTION unnest.memberships__forward_update();

-- name: memberships.trigger.delete
-- locks: public.players
CREATE OR REPLACE TRIGGER unnest_10_forward_memberships__delete AFTER DELETE ON public.players
FOR EACH ROW
EXECUTE FUNCTION unnest.memberships__forward_delete();

-- name: memberships.lookup_teams_insert
-- migration of_memberships, mapping memberships: lookup_teams_insert
CREATE OR REPLACE FUNCTION unnest.memberships__lookup_teams_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
PERFORM pg_advisory_xact_lock(hashtextextended('memberships.teams' || ':' || (NEW.id)::text, 0));
u_keys := ARRAY(SELECT public.players.id
FROM public.players
WHERE public.players.team_id = NEW.id ORDER BY public.players.id);
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.players.id
FROM public.players
WHERE public.players.id = ANY (u_keys) ORDER BY public.players.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_memberships', 'fwd', true);
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_memberships.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.memberships WHERE public.memberships.player_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.player_id = public.memberships.player_id))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT rows_derived.player_id AS player_id, rows_derived.team_id AS team_id
FROM rows_derived ORDER BY rows_derived.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.lookup_teams_insert
-- locks: public.teams
CREATE OR REPLACE TRIGGER unnest_20_lookup_memberships__lookup_teams_insert AFTER INSERT ON public.teams
FOR EACH ROW
EXECUTE FUNCTION unnest.memberships__lookup_teams_insert();

-- name: memberships.lookup_teams_update
-- migration of_memberships, mapping memberships: lookup_teams_update
CREATE OR REPLACE FUNCTION unnest.memberships__lookup_teams_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
PERFORM 1
FROM public.teams
WHERE public.teams.id = NEW.id FOR UPDATE;
u_keys := ARRAY(SELECT public.players.id
FROM public.players
WHERE public.players.team_id = OLD.id OR public.players.team_id = NEW.id ORDER BY public.players.id);
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.players.id
FROM public.players
WHERE public.players.id = ANY (u_keys) ORDER BY public.players.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_memberships', 'fwd', true);
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_memberships.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.memberships WHERE public.memberships.player_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.player_id = public.memberships.player_id))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT rows_derived.player_id AS player_id, rows_derived.team_id AS team_id
FROM rows_derived ORDER BY rows_derived.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.lookup_teams_update
-- locks: public.teams
CREATE OR REPLACE TRIGGER unnest_20_lookup_memberships__lookup_teams_update AFTER UPDATE ON public.teams
FOR EACH ROW
WHEN ((OLD.id) IS DISTINCT FROM (NEW.id))
EXECUTE FUNCTION unnest.memberships__lookup_teams_update();

-- name: memberships.lookup_teams_delete
-- migration of_memberships, mapping memberships: lookup_teams_delete
CREATE OR REPLACE FUNCTION unnest.memberships__lookup_teams_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;

u_keys := ARRAY(SELECT public.players.id
FROM public.players
WHERE public.players.team_id = OLD.id ORDER BY public.players.id);
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.players.id
FROM public.players
WHERE public.players.id = ANY (u_keys) ORDER BY public.players.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_memberships', 'fwd', true);
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_memberships.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.memberships WHERE public.memberships.player_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.player_id = public.memberships.player_id))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT rows_derived.player_id AS player_id, rows_derived.team_id AS team_id
FROM rows_derived ORDER BY rows_derived.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.lookup_teams_delete
-- locks: public.teams
CREATE OR REPLACE TRIGGER unnest_20_lookup_memberships__lookup_teams_delete AFTER DELETE ON public.teams
FOR EACH ROW
EXECUTE FUNCTION unnest.memberships__lookup_teams_delete();

-- name: memberships.follow_rows_teams
-- migration of_memberships, mapping memberships: follow_rows_teams
CREATE OR REPLACE FUNCTION unnest.memberships__follow_rows_teams() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
u_list text;
BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.team_id
FROM n ORDER BY 1);
u_changed := ARRAY(SELECT CAST(n.player_id AS TEXT) AS player_id
FROM n);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.team_id
FROM o UNION SELECT n.team_id
FROM n ORDER BY 1);
u_changed := ARRAY(SELECT CAST(o.player_id AS TEXT) AS player_id
FROM o UNION SELECT CAST(n.player_id AS TEXT) AS player_id
FROM n);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.team_id
FROM o ORDER BY 1);
u_changed := ARRAY(SELECT CAST(o.player_id AS TEXT) AS player_id
FROM o);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
IF u_guard = 'row' OR coalesce(current_setting('unnest.d_memberships', true), '') <> '' THEN
u_list := coalesce(current_setting('unnest.t0_memberships', true), '');
IF u_list <> '' THEN
u_keys := ARRAY(SELECT DISTINCT k FROM unnest(u_keys || u_list::TEXT[]) AS k ORDER BY 1);
END IF;
u_changed := u_changed || coalesce(nullif(coalesce(current_setting('unnest.c_memberships', true), ''), ''), '{}')::text[];
IF cardinality(u_keys) <= 200 THEN
u_set := set_config('unnest.t0_memberships', u_keys::text, true);
u_set := set_config('unnest.c_memberships', u_changed::text, true);
RETURN NULL;
END IF;
u_set := set_config('unnest.t0_memberships', '', true);
END IF;
PERFORM public.teams.id
FROM public.teams
WHERE public.teams.id = ANY (u_keys) ORDER BY public.teams.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_memberships', 'rev', true);
u_fresh := ARRAY(SELECT k FROM unnest(u_keys) AS k WHERE NOT EXISTS (SELECT 1
FROM unnest.corrected_memberships AS c WHERE c.face = 'teams' AND c.key = k::text));
IF u_fresh <> '{}' THEN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_memberships', 'memberships', 'teams', s.kind, s.key, s.path, s.account, s.evidence FROM (WITH listed AS MATERIALIZED
(SELECT p.id AS holder, jsonb_object_agg(CAST(unnest.read_text(x.element) AS TEXT), true) FILTER (WHERE CAST(unnest.read_text(x.element) AS TEXT) IS NOT NULL) AS ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true GROUP BY p.id)
 SELECT found.kind, found.key, found.path, found.account, found.evidence
FROM (SELECT f.key AS key, f.kind AS kind, f.path AS path, f.account AS account, f.evidence AS evidence
FROM (SELECT z.key AS key, z.kind AS kind, z.path AS path, z.account AS account, z.evidence AS evidence
FROM (SELECT CAST(p.id AS TEXT) AS key, CASE WHEN (unnest.read_text(x.element) IS NULL) THEN 'not an id' WHEN (member.id IS NULL) THEN 'stale id' WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'duplicate id' WHEN (member.team_id IS DISTINCT FROM p.id) THEN 'mismatch' WHEN false THEN 'owner differs in array' END AS kind, concat('player_ids[', x.ordinal - 1, ']') AS path, CASE WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'merged' ELSE 'quarantined' END AS account, jsonb_build_object('value', x.element, 'position', x.ordinal - 1, 'team_id', member.team_id) AS evidence
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
LEFT JOIN public.players AS member ON member.id = unnest.read_text(x.element)) AS z
WHERE z.kind IS NOT NULL UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'missing from array' AS kind, 'player_ids' AS path, 'shape' AS account, jsonb_build_object('value', member.id, 'team_id', p.id) AS evidence
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN public.players AS member ON member.team_id = p.id
LEFT JOIN listed ON listed.holder = p.id
WHERE NOT coalesce(listed.ids ? CAST(member.id AS TEXT), false) UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'not an array' AS kind, 'player_ids' AS path, 'quarantined' AS account, jsonb_build_object('value', p.player_ids) AS evidence
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
WHERE (jsonb_typeof(p.player_ids) NOT IN ('array', 'null'))) AS f) AS found
WHERE NOT coalesce((found.evidence ->> 'value') = ANY (u_changed), false)) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
INSERT INTO unnest.corrected_memberships (face, key)
SELECT 'teams', k::text FROM unnest(u_fresh) AS k
ON CONFLICT DO NOTHING;
END IF;
WITH pointers AS
(SELECT a.id AS player_id, a.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM public.players AS a
LEFT JOIN public.teams AS holder ON holder.id = a.team_id
WHERE a.team_id IS NOT NULL)
 UPDATE public.teams SET player_ids=r.player_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.teams.id = ANY (u_keys) AND public.teams.id = r.id AND public.teams.player_ids IS DISTINCT FROM r.player_ids;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.follow_rows_teams_insert
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__follow_rows_teams_insert AFTER INSERT ON public.memberships
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__follow_rows_teams();

-- name: memberships.trigger.follow_rows_teams_update
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__follow_rows_teams_update AFTER UPDATE ON public.memberships
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__follow_rows_teams();

-- name: memberships.trigger.follow_rows_teams_delete
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__follow_rows_teams_delete AFTER DELETE ON public.memberships
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__follow_rows_teams();

-- name: memberships.put_off
-- migration of_memberships, mapping memberships: put_off
CREATE OR REPLACE FUNCTION unnest.memberships__put_off() RETURNS trigger
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
IF u_guard <> '' THEN RETURN NULL; END IF;
u_set := set_config('unnest.d_memberships', 'on', true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.put_off
-- locks: public.players
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__put_off BEFORE DELETE ON public.players
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__put_off();

-- name: memberships.flush
-- migration of_memberships, mapping memberships: flush
CREATE OR REPLACE FUNCTION unnest.memberships__flush() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
u_list text;
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
IF TG_OP = 'DELETE' THEN u_set := set_config('unnest.d_memberships', '', true); END IF;
u_list := coalesce(current_setting('unnest.t0_memberships', true), '');
IF u_list <> '' THEN
u_keys := u_list::TEXT[];
u_changed := coalesce(nullif(coalesce(current_setting('unnest.c_memberships', true), ''), ''), '{}')::text[];
u_set := set_config('unnest.t0_memberships', '', true);
u_set := set_config('unnest.c_memberships', '', true);
PERFORM public.teams.id
FROM public.teams
WHERE public.teams.id = ANY (u_keys) ORDER BY public.teams.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_memberships', 'rev', true);
u_fresh := ARRAY(SELECT k FROM unnest(u_keys) AS k WHERE NOT EXISTS (SELECT 1
FROM unnest.corrected_memberships AS c WHERE c.face = 'teams' AND c.key = k::text));
IF u_fresh <> '{}' THEN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_memberships', 'memberships', 'teams', s.kind, s.key, s.path, s.account, s.evidence FROM (WITH listed AS MATERIALIZED
(SELECT p.id AS holder, jsonb_object_agg(CAST(unnest.read_text(x.element) AS TEXT), true) FILTER (WHERE CAST(unnest.read_text(x.element) AS TEXT) IS NOT NULL) AS ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true GROUP BY p.id)
 SELECT found.kind, found.key, found.path, found.account, found.evidence
FROM (SELECT f.key AS key, f.kind AS kind, f.path AS path, f.account AS account, f.evidence AS evidence
FROM (SELECT z.key AS key, z.kind AS kind, z.path AS path, z.account AS account, z.evidence AS evidence
FROM (SELECT CAST(p.id AS TEXT) AS key, CASE WHEN (unnest.read_text(x.element) IS NULL) THEN 'not an id' WHEN (member.id IS NULL) THEN 'stale id' WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'duplicate id' WHEN (member.team_id IS DISTINCT FROM p.id) THEN 'mismatch' WHEN false THEN 'owner differs in array' END AS kind, concat('player_ids[', x.ordinal - 1, ']') AS path, CASE WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'merged' ELSE 'quarantined' END AS account, jsonb_build_object('value', x.element, 'position', x.ordinal - 1, 'team_id', member.team_id) AS evidence
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
LEFT JOIN public.players AS member ON member.id = unnest.read_text(x.element)) AS z
WHERE z.kind IS NOT NULL UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'missing from array' AS kind, 'player_ids' AS path, 'shape' AS account, jsonb_build_object('value', member.id, 'team_id', p.id) AS evidence
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
JOIN public.players AS member ON member.team_id = p.id
LEFT JOIN listed ON listed.holder = p.id
WHERE NOT coalesce(listed.ids ? CAST(member.id AS TEXT), false) UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'not an array' AS kind, 'player_ids' AS path, 'quarantined' AS account, jsonb_build_object('value', p.player_ids) AS evidence
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_fresh)) AS p
WHERE (jsonb_typeof(p.player_ids) NOT IN ('array', 'null'))) AS f) AS found
WHERE NOT coalesce((found.evidence ->> 'value') = ANY (u_changed), false)) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
INSERT INTO unnest.corrected_memberships (face, key)
SELECT 'teams', k::text FROM unnest(u_fresh) AS k
ON CONFLICT DO NOTHING;
END IF;
WITH pointers AS
(SELECT a.id AS player_id, a.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM public.players AS a
LEFT JOIN public.teams AS holder ON holder.id = a.team_id
WHERE a.team_id IS NOT NULL)
 UPDATE public.teams SET player_ids=r.player_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.teams.id = ANY (u_keys) AND public.teams.id = r.id AND public.teams.player_ids IS DISTINCT FROM r.player_ids;
u_set := set_config('unnest.m_memberships', u_guard, true);
END IF;
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.flush
-- locks: public.players
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__flush AFTER INSERT OR UPDATE OR DELETE ON public.players
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__flush();

-- name: memberships.correct_teams
-- migration of_memberships, mapping memberships: correct_teams
CREATE OR REPLACE FUNCTION unnest.memberships__correct_teams() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
u_list text;
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
u_keys := ARRAY[NEW.id];
IF TG_OP = 'UPDATE' THEN
u_fresh := ARRAY(SELECT k FROM unnest(u_keys) AS k WHERE NOT EXISTS (SELECT 1
FROM unnest.corrected_memberships AS c WHERE c.face = 'teams' AND c.key = k::text));
IF u_fresh <> '{}' THEN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_memberships', 'memberships', 'teams', s.kind, s.key, s.path, s.account, s.evidence FROM (WITH listed AS MATERIALIZED
(SELECT p.id AS holder, jsonb_object_agg(CAST(unnest.read_text(x.element) AS TEXT), true) FILTER (WHERE CAST(unnest.read_text(x.element) AS TEXT) IS NOT NULL) AS ids
FROM (SELECT OLD.id AS id, OLD.player_ids AS player_ids) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true GROUP BY p.id)
 SELECT found.kind, found.key, found.path, found.account, found.evidence
FROM (SELECT f.key AS key, f.kind AS kind, f.path AS path, f.account AS account, f.evidence AS evidence
FROM (SELECT z.key AS key, z.kind AS kind, z.path AS path, z.account AS account, z.evidence AS evidence
FROM (SELECT CAST(p.id AS TEXT) AS key, CASE WHEN (unnest.read_text(x.element) IS NULL) THEN 'not an id' WHEN (member.id IS NULL) THEN 'stale id' WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'duplicate id' WHEN (member.team_id IS DISTINCT FROM p.id) THEN 'mismatch' WHEN false THEN 'owner differs in array' END AS kind, concat('player_ids[', x.ordinal - 1, ']') AS path, CASE WHEN (row_number() OVER (PARTITION BY p.id, x.element ORDER BY x.ordinal) > 1) THEN 'merged' ELSE 'quarantined' END AS account, jsonb_build_object('value', x.element, 'position', x.ordinal - 1, 'team_id', member.team_id) AS evidence
FROM (SELECT OLD.id AS id, OLD.player_ids AS player_ids) AS p
JOIN jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) ON true
LEFT JOIN public.players AS member ON member.id = unnest.read_text(x.element)) AS z
WHERE z.kind IS NOT NULL UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'missing from array' AS kind, 'player_ids' AS path, 'shape' AS account, jsonb_build_object('value', member.id, 'team_id', p.id) AS evidence
FROM (SELECT OLD.id AS id, OLD.player_ids AS player_ids) AS p
JOIN public.players AS member ON member.team_id = p.id
LEFT JOIN listed ON listed.holder = p.id
WHERE NOT coalesce(listed.ids ? CAST(member.id AS TEXT), false) UNION ALL SELECT CAST(p.id AS TEXT) AS key, 'not an array' AS kind, 'player_ids' AS path, 'quarantined' AS account, jsonb_build_object('value', p.player_ids) AS evidence
FROM (SELECT OLD.id AS id, OLD.player_ids AS player_ids) AS p
WHERE (jsonb_typeof(p.player_ids) NOT IN ('array', 'null'))) AS f) AS found
WHERE NOT coalesce((found.evidence ->> 'value') = ANY (u_changed), false)) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
INSERT INTO unnest.corrected_memberships (face, key)
SELECT 'teams', k::text FROM unnest(u_fresh) AS k
ON CONFLICT DO NOTHING;
END IF;
ELSE
INSERT INTO unnest.corrected_memberships (face, key)
SELECT 'teams', k::text FROM unnest(u_keys) AS k
ON CONFLICT DO NOTHING;
END IF;
u_set := set_config('unnest.m_memberships', 'rev', true);
WITH pointers AS
(SELECT a.id AS player_id, a.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM public.players AS a
LEFT JOIN public.teams AS holder ON holder.id = a.team_id
WHERE a.team_id IS NOT NULL)
 UPDATE public.teams SET player_ids=r.player_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.teams.id = ANY (u_keys) AND public.teams.id = r.id AND public.teams.player_ids IS DISTINCT FROM r.player_ids;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.correct_teams_update
-- locks: public.teams
CREATE OR REPLACE TRIGGER unnest_50_correct_memberships__correct_teams_update AFTER UPDATE ON public.teams
FOR EACH ROW
WHEN ((OLD.id, OLD.player_ids) IS DISTINCT FROM (NEW.id, NEW.player_ids))
EXECUTE FUNCTION unnest.memberships__correct_teams();

-- name: memberships.trigger.correct_teams_insert
-- locks: public.teams
CREATE OR REPLACE TRIGGER unnest_50_correct_memberships__correct_teams_insert AFTER INSERT ON public.teams
FOR EACH ROW
WHEN (NEW.player_ids IS NOT NULL)
EXECUTE FUNCTION unnest.memberships__correct_teams();

-- name: memberships.truncate_before
-- migration of_memberships, mapping memberships: truncate_before
CREATE OR REPLACE FUNCTION unnest.memberships__truncate_before() RETURNS trigger
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
u_set := set_config('unnest.m_memberships', 'fwd', true);
RETURN NULL;
END $unnest$;

-- name: memberships.truncate_after
-- migration of_memberships, mapping memberships: truncate_after
CREATE OR REPLACE FUNCTION unnest.memberships__truncate_after() RETURNS trigger
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
DELETE FROM public.memberships WHERE true;
DELETE FROM unnest.residue_memberships WHERE true;
UPDATE public.teams SET player_ids=r.player_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM public.memberships AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE true) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.teams.id = r.id AND public.teams.player_ids IS DISTINCT FROM r.player_ids;
u_set := set_config('unnest.m_memberships', '', true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.truncate_before
-- locks: public.players
CREATE OR REPLACE TRIGGER unnest_60_truncate_memberships__truncate_before BEFORE TRUNCATE ON public.players
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__truncate_before();

-- name: memberships.trigger.truncate_after
-- locks: public.players
CREATE OR REPLACE TRIGGER unnest_60_truncate_memberships__truncate_after AFTER TRUNCATE ON public.players
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__truncate_after();

-- name: memberships.truncate_refused
-- migration of_memberships, mapping memberships: truncate_refused
CREATE OR REPLACE FUNCTION unnest.memberships__truncate_refused() RETURNS trigger
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
IF u_guard <> 'fwd' THEN
RAISE EXCEPTION 'unnest: TRUNCATE is not carried for this table while migration of_memberships is under way; use DELETE' USING ERRCODE = 'object_not_in_prerequisite_state';
END IF;
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.truncate_memberships
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_60_truncate_memberships__truncate_memberships BEFORE TRUNCATE ON public.memberships
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__truncate_refused();

-- name: memberships.trigger.truncate_teams
-- locks: public.teams
CREATE OR REPLACE TRIGGER unnest_60_truncate_memberships__truncate_teams BEFORE TRUNCATE ON public.teams
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__truncate_refused();

-- name: memberships.forward_insert
-- migration of_memberships, mapping memberships: forward_insert
CREATE OR REPLACE FUNCTION unnest.memberships__forward_insert() RETURNS trigger
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
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'row', true);
IF NEW.team_id IS NOT NULL THEN
IF current_setting('transaction_isolation') = 'read committed' THEN
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR KEY SHARE;
ELSE
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR SHARE;
END IF;
IF NOT FOUND THEN
PERFORM pg_advisory_xact_lock_shared(hashtextextended('memberships.teams' || ':' || (NEW.team_id)::text, 0));
IF current_setting('transaction_isolation') <> 'read committed' THEN
INSERT INTO unnest.dirty_memberships (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('teams', (NEW.team_id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
END IF;
END IF;
END IF;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT NEW.id AS id, NEW.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id AS player_id, e.team_id AS team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.forward_update
-- migration of_memberships, mapping memberships: forward_update
CREATE OR REPLACE FUNCTION unnest.memberships__forward_update() RETURNS trigger
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
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'row', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id, e.team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO NOTHING;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
IF NEW.team_id IS NOT NULL THEN
IF current_setting('transaction_isolation') = 'read committed' THEN
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR KEY SHARE;
ELSE
PERFORM 1
FROM public.teams
WHERE NEW.team_id = public.teams.id FOR SHARE;
END IF;
IF NOT FOUND THEN
PERFORM pg_advisory_xact_lock_shared(hashtextextended('memberships.teams' || ':' || (NEW.team_id)::text, 0));
IF current_setting('transaction_isolation') <> 'read committed' THEN
INSERT INTO unnest.dirty_memberships (lookup, value)
SELECT DISTINCT q.lookup, q.value FROM (VALUES ('teams', (NEW.team_id)::text)) AS q(lookup, value) WHERE q.value IS NOT NULL;
END IF;
END IF;
END IF;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT NEW.id AS id, NEW.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE unnest.residue_memberships.parent = residue_derived.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits),
rows_deleted AS
(DELETE FROM public.memberships WHERE public.memberships.player_id IN (OLD.id, NEW.id) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE public.memberships.player_id = rows_derived.player_id))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT rows_derived.player_id AS player_id, rows_derived.team_id AS team_id
FROM rows_derived ORDER BY rows_derived.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.forward_delete
-- migration of_memberships, mapping memberships: forward_delete
CREATE OR REPLACE FUNCTION unnest.memberships__forward_delete() RETURNS trigger
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
IF u_guard = 'rev' THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_memberships', 'row', true);
IF current_setting('transaction_isolation') <> 'read committed' THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id, e.team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO NOTHING;
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT OLD.id AS id, OLD.team_id AS team_id) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT e.parent, e.part, e.position, e.value, e.account, e.reason
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING;
END IF;
DELETE FROM public.memberships WHERE public.memberships.player_id = OLD.id;
DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = OLD.id;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.reverse_rows_players
-- migration of_memberships, mapping memberships: reverse_rows_players
CREATE OR REPLACE FUNCTION unnest.memberships__reverse_rows_players() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.player_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.player_id
FROM o UNION SELECT n.player_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.player_id
FROM o ORDER BY 1);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.players.id
FROM public.players
WHERE public.players.id = ANY (u_keys) ORDER BY public.players.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_memberships', 'rev', true);
UPDATE public.players SET team_id=r.team_id FROM (SELECT p.id AS id, coalesce(r.team_id, CAST(l.value #>> '{}' AS TEXT)) AS team_id
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.memberships AS r ON r.player_id = p.id
LEFT JOIN unnest.residue_memberships AS l ON l.parent = p.id AND l.part = 'team_id'
 LIMIT ALL OFFSET 0) AS r WHERE public.players.id = ANY (u_keys) AND public.players.id = r.id AND public.players.team_id IS DISTINCT FROM r.team_id;
IF EXISTS (WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e
FULL JOIN (SELECT public.memberships.player_id AS player_id, public.memberships.team_id AS team_id
FROM public.memberships
WHERE public.memberships.player_id = ANY (u_keys)) AS t ON e.player_id = t.player_id
WHERE e.player_id IS NULL OR t.player_id IS NULL OR e.team_id IS DISTINCT FROM t.team_id UNION ALL SELECT 1 AS one
FROM (SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits) AS e
FULL JOIN (SELECT unnest.residue_memberships.parent AS parent, unnest.residue_memberships.part AS part, unnest.residue_memberships.position AS position, unnest.residue_memberships.value AS value, unnest.residue_memberships.account AS account, unnest.residue_memberships.reason AS reason
FROM unnest.residue_memberships
WHERE unnest.residue_memberships.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT pointers.player_id AS parent, 'team_id' AS part, 0 AS position, to_jsonb(pointers.team_id) AS value, 'quarantined' AS account, pointers.u_reason AS reason
FROM pointers
WHERE NOT pointers.u_fits),
residue_deleted AS
(DELETE FROM unnest.residue_memberships WHERE unnest.residue_memberships.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_memberships.parent AND unnest.residue_memberships.part = residue_derived.part AND unnest.residue_memberships.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.memberships (player_id, team_id) SELECT e.player_id AS player_id, e.team_id AS team_id
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e ORDER BY e.player_id ON CONFLICT (player_id) DO UPDATE SET team_id = excluded.team_id WHERE public.memberships.team_id IS DISTINCT FROM excluded.team_id)
 INSERT INTO unnest.residue_memberships (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_memberships.value, unnest.residue_memberships.account, unnest.residue_memberships.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH pointers AS
(SELECT p.id AS player_id, p.team_id AS team_id, holder.id IS NOT NULL AS u_fits, CASE WHEN (holder.id IS NULL) THEN 'team gone' WHEN false THEN 'owner differs' ELSE 'does not fit' END AS u_reason
FROM (SELECT public.players.id AS id, public.players.team_id AS team_id
FROM public.players
WHERE public.players.id = ANY (u_keys)) AS p
LEFT JOIN public.teams AS holder ON holder.id = p.team_id
WHERE p.team_id IS NOT NULL)
 SELECT 1
FROM public.memberships
WHERE public.memberships.player_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT pointers.player_id AS player_id, pointers.team_id AS team_id
FROM pointers
WHERE pointers.u_fits) AS e
WHERE e.player_id = public.memberships.player_id))) THEN
RAISE EXCEPTION 'unnest: this row of memberships can not be carried back to players (migration of_memberships); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'memberships';
END IF;
END IF;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.reverse_rows_players_insert
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_30_reverse_memberships__reverse_rows_players_insert AFTER INSERT ON public.memberships
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__reverse_rows_players();

-- name: memberships.trigger.reverse_rows_players_update
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_30_reverse_memberships__reverse_rows_players_update AFTER UPDATE ON public.memberships
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__reverse_rows_players();

-- name: memberships.trigger.reverse_rows_players_delete
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_30_reverse_memberships__reverse_rows_players_delete AFTER DELETE ON public.memberships
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__reverse_rows_players();

-- name: memberships.follow_rows_teams
-- migration of_memberships, mapping memberships: follow_rows_teams
CREATE OR REPLACE FUNCTION unnest.memberships__follow_rows_teams() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
u_list text;
BEGIN
IF u_guard = 'rev' THEN RETURN NULL; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.team_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.team_id
FROM o UNION SELECT n.team_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.team_id
FROM o ORDER BY 1);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
IF u_guard = 'row' OR coalesce(current_setting('unnest.d_memberships', true), '') <> '' THEN
u_list := coalesce(current_setting('unnest.t0_memberships', true), '');
IF u_list <> '' THEN
u_keys := ARRAY(SELECT DISTINCT k FROM unnest(u_keys || u_list::TEXT[]) AS k ORDER BY 1);
END IF;
IF cardinality(u_keys) <= 200 THEN
u_set := set_config('unnest.t0_memberships', u_keys::text, true);
RETURN NULL;
END IF;
u_set := set_config('unnest.t0_memberships', '', true);
END IF;
PERFORM public.teams.id
FROM public.teams
WHERE public.teams.id = ANY (u_keys) ORDER BY public.teams.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_memberships', 'rev', true);
UPDATE public.teams SET player_ids=r.player_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM public.memberships AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.teams.id = ANY (u_keys) AND public.teams.id = r.id AND public.teams.player_ids IS DISTINCT FROM r.player_ids;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.follow_rows_teams_insert
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__follow_rows_teams_insert AFTER INSERT ON public.memberships
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__follow_rows_teams();

-- name: memberships.trigger.follow_rows_teams_update
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__follow_rows_teams_update AFTER UPDATE ON public.memberships
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__follow_rows_teams();

-- name: memberships.trigger.follow_rows_teams_delete
-- locks: public.memberships
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__follow_rows_teams_delete AFTER DELETE ON public.memberships
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__follow_rows_teams();

-- name: memberships.put_off
-- migration of_memberships, mapping memberships: put_off
CREATE OR REPLACE FUNCTION unnest.memberships__put_off() RETURNS trigger
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
IF u_guard <> '' THEN RETURN NULL; END IF;
u_set := set_config('unnest.d_memberships', 'on', true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.put_off
-- locks: public.players
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__put_off BEFORE DELETE ON public.players
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__put_off();

-- name: memberships.flush
-- migration of_memberships, mapping memberships: flush
CREATE OR REPLACE FUNCTION unnest.memberships__flush() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
u_list text;
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
IF TG_OP = 'DELETE' THEN u_set := set_config('unnest.d_memberships', '', true); END IF;
u_list := coalesce(current_setting('unnest.t0_memberships', true), '');
IF u_list <> '' THEN
u_keys := u_list::TEXT[];
u_set := set_config('unnest.t0_memberships', '', true);
PERFORM public.teams.id
FROM public.teams
WHERE public.teams.id = ANY (u_keys) ORDER BY public.teams.id FOR NO KEY UPDATE;
u_set := set_config('unnest.m_memberships', 'rev', true);
UPDATE public.teams SET player_ids=r.player_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM public.memberships AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.teams.id = ANY (u_keys) AND public.teams.id = r.id AND public.teams.player_ids IS DISTINCT FROM r.player_ids;
u_set := set_config('unnest.m_memberships', u_guard, true);
END IF;
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.flush
-- locks: public.players
CREATE OR REPLACE TRIGGER unnest_40_follow_memberships__flush AFTER INSERT OR UPDATE OR DELETE ON public.players
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.memberships__flush();

-- name: memberships.correct_teams
-- migration of_memberships, mapping memberships: correct_teams
CREATE OR REPLACE FUNCTION unnest.memberships__correct_teams() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_memberships', true), '');
u_set text;
u_keys TEXT[];
u_fresh TEXT[];
u_changed text[] := '{}';
u_list text;
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
u_keys := ARRAY[NEW.id];
u_set := set_config('unnest.m_memberships', 'rev', true);
UPDATE public.teams SET player_ids=r.player_ids FROM (SELECT p.id AS id, coalesce((SELECT jsonb_agg(to_jsonb(r.player_id) ORDER BY was.place ASC NULLS LAST, r.player_id) AS jsonb_agg_1
FROM public.memberships AS r
LEFT JOIN LATERAL (SELECT unnest.read_text(x.element) AS id, min(x.ordinal) AS place
FROM jsonb_array_elements(CASE WHEN (jsonb_typeof(p.player_ids) = 'array') THEN p.player_ids ELSE '[]'::jsonb END) WITH ORDINALITY AS x(element, ordinal) GROUP BY unnest.read_text(x.element)) AS was ON r.player_id = was.id
WHERE r.team_id = p.id), CASE WHEN (p.player_ids IS NOT NULL) THEN '[]'::jsonb END) AS player_ids
FROM (SELECT public.teams.id AS id, public.teams.player_ids AS player_ids
FROM public.teams
WHERE public.teams.id = ANY (u_keys)) AS p
 LIMIT ALL OFFSET 0) AS r WHERE public.teams.id = ANY (u_keys) AND public.teams.id = r.id AND public.teams.player_ids IS DISTINCT FROM r.player_ids;
u_set := set_config('unnest.m_memberships', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: memberships.trigger.correct_teams_update
-- locks: public.teams
CREATE OR REPLACE TRIGGER unnest_50_correct_memberships__correct_teams_update AFTER UPDATE ON public.teams
FOR EACH ROW
WHEN ((OLD.id, OLD.player_ids) IS DISTINCT FROM (NEW.id, NEW.player_ids))
EXECUTE FUNCTION unnest.memberships__correct_teams();

-- name: memberships.trigger.correct_teams_insert
-- locks: public.teams
CREATE OR REPLACE TRIGGER unnest_50_correct_memberships__correct_teams_insert AFTER INSERT ON public.teams
FOR EACH ROW
WHEN (NEW.player_ids IS NOT NULL)
EXECUTE FUNCTION unnest.memberships__correct_teams();

-- name: memberships.drop_trigger.closed_memberships
-- locks: public.memberships
DROP TRIGGER IF EXISTS unnest_05_closed_memberships__closed_memberships ON public.memberships;
