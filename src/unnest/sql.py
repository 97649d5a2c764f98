"""The one home of SQL text: expressions in, statements out.

In: SQLAlchemy Core expressions. Out: PostgreSQL text (``text``), statements executed with bound values (``run``), and small
building blocks that Core lacks (rows of a trigger as a relation, a declared expression moved onto another relation).
"""

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, LiteralString, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.elements import ClauseElement, ColumnElement
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.sql.selectable import FromClause, Join
from sqlalchemy.types import TypeEngine

_Columns = Mapping[str, ColumnElement[Any]]
DEFAULT_SCHEMA = "public"


class _ReadableCompiler(PGCompiler):
    """PostgreSQL's compiler with every join on a line of its own: emitted SQL is read by people."""

    def visit_join(self, join: Join, asfrom: bool = False, from_linter: Any = None, **kwargs: Any) -> str:
        del asfrom  # part of the compiler's signature
        left = join.left._compiler_dispatch(self, asfrom=True, from_linter=from_linter, **kwargs)
        right = join.right._compiler_dispatch(self, asfrom=True, from_linter=from_linter, **kwargs)
        assert join.onclause is not None
        condition = join.onclause._compiler_dispatch(self, from_linter=from_linter, **kwargs)
        word = "FULL JOIN" if join.full else "LEFT JOIN" if join.isouter else "JOIN"
        return f"{left}\n{word} {right} ON {condition}"

    def render_literal_value(self, value: Any, type_: TypeEngine[Any]) -> str:
        """Render names of columns as text: they are strings of a type that SQLAlchemy does not recognise."""
        kind = sa.Text() if isinstance(value, str) and type_._isnull else type_
        return str(super().render_literal_value(value, kind))  # type: ignore[no-untyped-call]  # SQLAlchemy's own


class _ReadableDialect(PGDialect):
    """A dialect without a driver: 'named' parameters, because the default doubles every per-cent sign."""

    statement_compiler = _ReadableCompiler
    supports_statement_cache = False

    def __init__(self) -> None:
        super().__init__(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy's own


DIALECT: PGDialect = _ReadableDialect()
_DRIVER_DIALECT = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
_SCHEMAS = {None: DEFAULT_SCHEMA}


def text(element: ClauseElement | SchemaItem | Executable) -> str:
    """Return the SQL of ``element`` with its values as literals and every table under its schema."""
    compiled = cast("Any", element).compile(
        dialect=DIALECT,
        schema_translate_map=_SCHEMAS,
        render_schema_translate=True,
        compile_kwargs={"literal_binds": True},
    )
    return re.sub(r"[ \t]+\n", "\n", str(compiled)).strip()


def run(connection: psycopg.Connection[Any], statement: Executable) -> psycopg.Cursor[Any]:
    """Execute a Core statement on a psycopg connection with its values bound, not rendered."""
    compiled = _compiled(statement)
    return connection.execute(cast("LiteralString", compiled.string), compiled.params)


def run_with(connection: psycopg.Connection[Any], statement: Executable, **parameters: Any) -> psycopg.Cursor[Any]:
    """Execute a constant of the module with values for its named parameters; it is compiled once."""
    compiled = _compiled_once(statement)
    return connection.execute(cast("LiteralString", compiled.string), compiled.construct_params(parameters))


def _compiled(statement: Executable) -> Any:
    return cast("Any", statement).compile(
        dialect=_DRIVER_DIALECT,
        schema_translate_map=_SCHEMAS,
        render_schema_translate=True,
        compile_kwargs={"render_postcompile": True},
    )


_compiled_once = functools.cache(_compiled)


def quote(identifier: str) -> str:
    """Return ``identifier`` quoted where PostgreSQL demands it."""
    return DIALECT.identifier_preparer.quote(identifier)


def schema_of(table: sa.Table) -> str:
    """Return the schema of a table; tables that name none live in ``public``."""
    return table.schema or DEFAULT_SCHEMA


def table_name(table: sa.Table) -> str:
    """Return the schema-qualified, quoted name of a table."""
    return f"{quote(schema_of(table))}.{quote(table.name)}"


def string(value: str) -> str:
    """Return ``value`` as an SQL string literal."""
    return "'" + value.replace("'", "''") + "'" if "\\" not in value else "E'" + _escaped(value) + "'"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def said(message: str) -> str:
    """Return a message as RAISE takes it: a per-cent sign in a name stands for itself."""
    return string(message.replace("%", "%%"))


def bindable(name: str) -> str:
    """Return a quoted name for a query with parameters, in which the driver reads per-cent signs."""
    return name.replace("%", "%%")


def type_name(kind: TypeEngine[Any]) -> str:
    """Return the SQL name of a column type."""
    return kind.compile(dialect=DIALECT)


def column_ddl(column: sa.Column[Any]) -> str:
    """Return a column as ``CREATE TABLE`` or ``ADD COLUMN`` writes it."""
    compiler = cast("DDLCompiler", DIALECT.ddl_compiler(DIALECT, None))  # type: ignore[arg-type]
    return compiler.get_column_specification(column)


# -- expressions that Core lacks ------------------------------------------------------------------------------------------


def jsonb(value: str) -> ColumnElement[Any]:
    """Return JSON text as a ``jsonb`` literal."""
    return sa.literal_column(string(value) + "::jsonb", JSONB)


def raw(expression: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] | None = None) -> ColumnElement[Any]:
    """Return SQL text that the engine itself wrote (a variable, a trigger's row) as an expression."""
    return sa.literal_column(expression, kind)


ONE = sa.literal_column("1", sa.Integer)


def get(document: ColumnElement[Any], key: str) -> ColumnElement[Any]:
    """Return ``document -> 'key'``."""
    return document.op("->", return_type=JSONB())(sa.literal(key, sa.Text))


def as_text(document: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a JSON scalar as text, without quotes."""
    return document.op("#>>", return_type=sa.Text())(sa.literal_column("'{}'"))


def build_object(**fields: Any) -> ColumnElement[Any]:
    """Return a JSON object of named expressions; plain strings are text values."""
    return sa.func.jsonb_build_object(
        *(sa.literal(part, sa.Text) if isinstance(part, str) else part for pair in fields.items() for part in pair),
        type_=JSONB,
    )


def minus(document: ColumnElement[Any], keys: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return ``document - keys`` (a text or a text array)."""
    return document.op("-", return_type=JSONB())(keys)


def merged(*documents: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the objects laid over each other, later ones on top."""
    result = documents[0]
    for document in documents[1:]:
        result = result.op("||", return_type=JSONB())(document)
    return result


def kind_of(document: ColumnElement[Any]) -> ColumnElement[str]:
    """Return ``jsonb_typeof(document)``."""
    return sa.func.jsonb_typeof(document, type_=sa.Text)


def array_or_empty(document: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the document where it is an array, else an empty array (CASE: AND would not protect the call)."""
    return sa.case((kind_of(document) == "array", document), else_=jsonb("[]"))


def length_of(document: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return how many elements an array holds; null and a missing value hold none, any other value counts as one."""
    return sa.case(
        (kind_of(document) == "array", sa.func.jsonb_array_length(array_or_empty(document))),
        (kind_of(document) == "null", 0),
        (document.is_not(None), 1),
        else_=0,
    )


def elements(document: ColumnElement[Any], alias: str) -> Any:
    """Return the elements of an array as a relation ``alias(element, ordinal)``; nothing where it is no array."""
    call = sa.func.jsonb_array_elements(array_or_empty(document))
    return call.table_valued(sa.column("element", JSONB), with_ordinality="ordinal").render_derived(name=alias)


def comparable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column in a form that has equality: ``json`` has none."""
    is_json = isinstance(column.type, sa.JSON) and not isinstance(column.type, JSONB)
    return sa.cast(column, JSONB) if is_json else column


def differs(left: Sequence[ColumnElement[Any]], right: Sequence[ColumnElement[Any]]) -> ColumnElement[bool]:
    """Return whether two rows of columns differ, null being a value."""
    if len(left) == 1:
        return comparable(left[0]).is_distinct_from(comparable(right[0]))
    pair = [sa.tuple_(*map(comparable, side)) for side in (left, right)]
    return pair[0].is_distinct_from(pair[1])


def moved(expression: Any, table: FromClause, onto: FromClause | _Columns) -> Any:
    """Return a declared expression with the columns of ``table`` replaced by those of ``onto``, by name."""
    columns: Any = onto.c if isinstance(onto, FromClause) else onto

    def replace(element: Any, **_: Any) -> Any:
        if isinstance(element, sa.ScalarSelect):
            inner: Any = moved(element.element, table, onto)
            return (inner.correlate(onto) if isinstance(onto, FromClause) else inner).scalar_subquery()
        return columns[element.name] if isinstance(element, sa.Column) and element.table is table else None

    return visitors.replacement_traverse(expression, {}, replace)


def columns_read(expression: Any) -> Iterator[sa.Column[Any]]:
    """Yield every column of a real table that an expression reads, aliased or not."""
    for element in visitors.iterate(expression):
        table = getattr(element, "table", None)
        if isinstance(element, sa.Column) and isinstance(table, sa.Table):
            yield element
        elif isinstance(element, sa.Column) and isinstance(getattr(table, "element", None), sa.Table):
            yield cast("sa.Table", cast("Any", table).element).c[element.name]


def row_columns(table: sa.Table, variable: str) -> dict[str, ColumnElement[Any]]:
    """Return the columns of a trigger's row (``NEW``, ``OLD``) by name."""
    return {c.name: sa.literal_column(f"{variable}.{quote(c.name)}", c.type) for c in table.c}


def row(table: sa.Table, columns: Iterable[str], variable: str, alias: str = "p") -> FromClause:
    """Return a trigger's row as a relation that holds the named columns."""
    fields = row_columns(table, variable)
    return sa.select(*(fields[name].label(name) for name in columns)).subquery(alias)


def transition(table: sa.Table, name: str) -> FromClause:
    """Return a statement trigger's transition table as a relation."""
    return sa.table(name, *(sa.column(c.name, c.type) for c in table.c))


def perform(statement: Executable) -> str:
    """Return a SELECT whose result is not wanted, as plpgsql says it."""
    return "PERFORM " + re.sub(r"^\s*SELECT\s", "", text(statement)) + ";"


def body(statements: Iterable[Executable | str]) -> str:
    """Return statements as the lines of a plpgsql block."""
    return "\n".join(s if isinstance(s, str) else text(s) + ";" for s in statements)


def each(columns: Iterable[str], relation: FromClause) -> list[ColumnElement[Any]]:
    """Return the named columns of a relation, in order."""
    return [relation.c[name] for name in columns]


Condition = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""A scope: given the column that holds a parent's key, the condition that it is one of the parents meant."""
