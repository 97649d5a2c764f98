"""SQL functions that every mapping shares, in schema ``unnest``.

In: nothing. Out: named statements. The readers return NULL where a value does not fit and never raise. They are plain SQL
expressions, so that the planner inlines them; nested CASEs, because AND does not protect a cast.
"""

from unnest.script.statement import Statement

_NUMBER = "jsonb_typeof(j) = 'number'"


def _whole(low: str, high: str, kind: str) -> str:
    """A whole number between two limits."""
    return (
        f"CASE WHEN {_NUMBER} THEN CASE WHEN j::numeric BETWEEN {low} AND {high} AND j::numeric = trunc(j::numeric)"
        f" THEN j::numeric::{kind} END END"
    )


def _floating(smallest: str, largest: str, kind: str) -> str:
    """A number that comes back from a binary float exactly."""
    return (
        f"CASE WHEN {_NUMBER} THEN CASE WHEN j::numeric = 0 THEN 0::{kind}"
        f" WHEN abs(j::numeric) BETWEEN {smallest} AND {largest} THEN"
        f" CASE WHEN j::numeric::{kind}::text::numeric = j::numeric THEN j::numeric::{kind} END END END"
    )


_EXPRESSIONS: dict[str, tuple[str, str, str]] = {
    # name and arguments: (result, volatility, expression)
    "read_text(j jsonb)": ("text", "IMMUTABLE", "CASE WHEN jsonb_typeof(j) = 'string' THEN j #>> '{}' END"),
    "read_varchar(j jsonb, n integer)": (
        "text",
        "IMMUTABLE",
        "CASE WHEN jsonb_typeof(j) = 'string' THEN CASE WHEN char_length(j #>> '{}') <= n THEN j #>> '{}' END END",
    ),
    "read_smallint(j jsonb)": ("smallint", "IMMUTABLE", _whole("-32768", "32767", "smallint")),
    "read_integer(j jsonb)": ("integer", "IMMUTABLE", _whole("-2147483648", "2147483647", "integer")),
    "read_bigint(j jsonb)": (
        "bigint",
        "IMMUTABLE",
        _whole("-9223372036854775808", "9223372036854775807", "bigint"),
    ),
    "read_double(j jsonb)": ("double precision", "IMMUTABLE", _floating("1e-300", "1e308", "double precision")),
    "read_real(j jsonb)": ("real", "IMMUTABLE", _floating("1e-36", "1e38", "real")),
    "read_numeric(j jsonb, digits integer, decimals integer, free boolean)": (
        "numeric",
        "IMMUTABLE",
        f"CASE WHEN {_NUMBER} THEN CASE WHEN free THEN j::numeric WHEN round(j::numeric, decimals) = j::numeric"
        " AND abs(j::numeric) < power(10::numeric, digits - decimals) THEN j::numeric END END",
    ),
    "read_boolean(j jsonb)": ("boolean", "IMMUTABLE", "CASE WHEN jsonb_typeof(j) = 'boolean' THEN j::boolean END"),
    "read_uuid(j jsonb)": (
        "uuid",
        "IMMUTABLE",
        "CASE WHEN jsonb_typeof(j) = 'string' THEN CASE WHEN (j #>> '{}') ~"
        " '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN (j #>> '{}')::uuid END END",
    ),
    "is_history()": ("boolean", "STABLE", "coalesce(current_setting('unnest.engine', true), '') <> ''"),
    "millis_of(t timestamptz)": ("numeric", "STABLE", "trim_scale(extract(epoch FROM t) * 1000)"),
    "time_of_millis(n double precision)": (
        "timestamptz",
        "STABLE",
        "CASE WHEN abs(n) < 2e14 THEN timestamptz 'epoch' + round(n * 1000) * interval '1 microsecond' END",
    ),
    "read_millis(j jsonb)": (
        "timestamptz",
        "STABLE",
        f"CASE WHEN {_NUMBER} THEN CASE WHEN abs(j::numeric) < 2e14 THEN CASE WHEN extract(epoch FROM"
        " timestamptz 'epoch' + round(j::numeric * 1000)::double precision * interval '1 microsecond') * 1000 = j::numeric"
        " THEN timestamptz 'epoch' + round(j::numeric * 1000)::double precision * interval '1 microsecond' END END END",
    ),
    "object_or_empty(j jsonb)": (
        "jsonb",
        "IMMUTABLE",
        "CASE WHEN jsonb_typeof(j) = 'object' THEN j ELSE '{}'::jsonb END",
    ),
    "read_json_text(j jsonb)": (
        "jsonb",
        "IMMUTABLE",
        "CASE WHEN jsonb_typeof(j) = 'string' THEN unnest.try_jsonb(j #>> '{}') END",
    ),
}

_TRY_JSONB = """\
CREATE OR REPLACE FUNCTION unnest.try_jsonb(t text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $unnest$
BEGIN
RETURN t::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex THEN
RETURN NULL;
END $unnest$"""

_KEPT_ELEMENTS = """\
CREATE OR REPLACE FUNCTION unnest.kept_elements(was jsonb, now jsonb, recent jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $unnest$
SELECT CASE WHEN jsonb_typeof(was) = 'array' AND jsonb_typeof(now) = 'array' AND jsonb_typeof(recent) = 'array'
THEN now || coalesce((SELECT jsonb_agg(r.e ORDER BY r.o) FROM jsonb_array_elements(recent) WITH ORDINALITY AS r(e, o)
WHERE r.e IN (SELECT jsonb_array_elements(was)) AND r.e NOT IN (SELECT jsonb_array_elements(now))), '[]'::jsonb)
ELSE now END
$unnest$"""


def prelude() -> list[Statement]:
    """Return the schema and the shared functions; each may run again at any time."""
    found = [Statement(name="prelude.schema", sql="CREATE SCHEMA IF NOT EXISTS unnest")]
    found.append(Statement(name="prelude.try_jsonb", sql=_TRY_JSONB))
    for signature, (result, volatility, expression) in _EXPRESSIONS.items():
        name = signature.partition("(")[0]
        parallel = "" if name == "read_json_text" else " PARALLEL SAFE"
        found.append(
            Statement(
                name=f"prelude.{name}",
                sql=f"CREATE OR REPLACE FUNCTION unnest.{signature} RETURNS {result} LANGUAGE sql {volatility}{parallel}"
                f" AS $unnest$\nSELECT {expression}\n$unnest$",
            )
        )
    found.append(Statement(name="prelude.kept_elements", sql=_KEPT_ELEMENTS))
    return found
