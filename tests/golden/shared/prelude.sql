-- name: prelude.schema
CREATE SCHEMA IF NOT EXISTS unnest;

-- name: prelude.try_jsonb
CREATE OR REPLACE FUNCTION unnest.try_jsonb(t text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $unnest$
BEGIN
RETURN t::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex THEN
RETURN NULL;
END $unnest$;

-- name: prelude.read_text
CREATE OR REPLACE FUNCTION unnest.read_text(j jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'string' THEN j #>> '{}' END
$unnest$;

-- name: prelude.read_varchar
CREATE OR REPLACE FUNCTION unnest.read_varchar(j jsonb, n integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'string' THEN CASE WHEN char_length(j #>> '{}') <= n THEN j #>> '{}' END END
$unnest$;

-- name: prelude.read_smallint
CREATE OR REPLACE FUNCTION unnest.read_smallint(j jsonb) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'number' THEN CASE WHEN j::numeric BETWEEN -32768 AND 32767 AND j::numeric = trunc(j::numeric) THEN j::numeric::smallint END END
$unnest$;

-- name: prelude.read_integer
CREATE OR REPLACE FUNCTION unnest.read_integer(j jsonb) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'number' THEN CASE WHEN j::numeric BETWEEN -2147483648 AND 2147483647 AND j::numeric = trunc(j::numeric) THEN j::numeric::integer END END
$unnest$;

-- name: prelude.read_bigint
CREATE OR REPLACE FUNCTION unnest.read_bigint(j jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'number' THEN CASE WHEN j::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 AND j::numeric = trunc(j::numeric) THEN j::numeric::bigint END END
$unnest$;

-- name: prelude.read_double
CREATE OR REPLACE FUNCTION unnest.read_double(j jsonb) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'number' THEN CASE WHEN j::numeric = 0 THEN 0::double precision WHEN abs(j::numeric) BETWEEN 1e-300 AND 1e308 THEN CASE WHEN j::numeric::double precision::text::numeric = j::numeric THEN j::numeric::double precision END END END
$unnest$;

-- name: prelude.read_real
CREATE OR REPLACE FUNCTION unnest.read_real(j jsonb) RETURNS real LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'number' THEN CASE WHEN j::numeric = 0 THEN 0::real WHEN abs(j::numeric) BETWEEN 1e-36 AND 1e38 THEN CASE WHEN j::numeric::real::text::numeric = j::numeric THEN j::numeric::real END END END
$unnest$;

-- name: prelude.read_numeric
CREATE OR REPLACE FUNCTION unnest.read_numeric(j jsonb, digits integer, decimals integer, free boolean) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'number' THEN CASE WHEN free THEN j::numeric WHEN round(j::numeric, decimals) = j::numeric AND abs(j::numeric) < power(10::numeric, digits - decimals) THEN j::numeric END END
$unnest$;

-- name: prelude.read_boolean
CREATE OR REPLACE FUNCTION unnest.read_boolean(j jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'boolean' THEN j::boolean END
$unnest$;

-- name: prelude.read_uuid
CREATE OR REPLACE FUNCTION unnest.read_uuid(j jsonb) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'string' THEN CASE WHEN (j #>> '{}') ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN (j #>> '{}')::uuid END END
$unnest$;

-- name: prelude.is_history
CREATE OR REPLACE FUNCTION unnest.is_history() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $unnest$
SELECT coalesce(current_setting('unnest.engine', true), '') <> ''
$unnest$;

-- name: prelude.millis_of
CREATE OR REPLACE FUNCTION unnest.millis_of(t timestamptz) RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE AS $unnest$
SELECT trim_scale(extract(epoch FROM t) * 1000)
$unnest$;

-- name: prelude.time_of_millis
CREATE OR REPLACE FUNCTION unnest.time_of_millis(n double precision) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN abs(n) < 2e14 THEN timestamptz 'epoch' + round(n * 1000) * interval '1 microsecond' END
$unnest$;

-- name: prelude.read_millis
CREATE OR REPLACE FUNCTION unnest.read_millis(j jsonb) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'number' THEN CASE WHEN abs(j::numeric) < 2e14 THEN CASE WHEN extract(epoch FROM timestamptz 'epoch' + round(j::numeric * 1000)::double precision * interval '1 microsecond') * 1000 = j::numeric THEN timestamptz 'epoch' + round(j::numeric * 1000)::double precision * interval '1 microsecond' END END END
$unnest$;

-- name: prelude.object_or_empty
CREATE OR REPLACE FUNCTION unnest.object_or_empty(j jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'object' THEN j ELSE '{}'::jsonb END
$unnest$;

-- name: prelude.read_json_text
CREATE OR REPLACE FUNCTION unnest.read_json_text(j jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $unnest$
SELECT CASE WHEN jsonb_typeof(j) = 'string' THEN unnest.try_jsonb(j #>> '{}') END
$unnest$;

-- name: prelude.kept_elements
CREATE OR REPLACE FUNCTION unnest.kept_elements(was jsonb, now jsonb, recent jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $unnest$
SELECT CASE WHEN jsonb_typeof(was) = 'array' AND jsonb_typeof(now) = 'array' AND jsonb_typeof(recent) = 'array'
THEN now || coalesce((SELECT jsonb_agg(r.e ORDER BY r.o) FROM jsonb_array_elements(recent) WITH ORDINALITY AS r(e, o)
WHERE r.e IN (SELECT jsonb_array_elements(was)) AND r.e NOT IN (SELECT jsonb_array_elements(now))), '[]'::jsonb)
ELSE now END
$unnest$;
