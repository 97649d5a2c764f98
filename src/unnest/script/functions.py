"""Trigger functions and triggers as text.

In: a body in plpgsql. Out: named statements. Every function runs with its owner's rights and a fixed search path, and plans
once: without ``force_generic_plan`` each new-side write would be planned again, three times slower. A session of the
application that prints floats rounded (``extra_float_digits = 0``) must not round what we read and write.
"""

from dataclasses import dataclass

from unnest import naming
from unnest.mapping.base import Mapping
from unnest.naming import Role
from unnest.script.statement import Statement
from unnest.sql import quote, string, table_name

MAX_DEPTH = 16
"""How deep triggers may nest before the convergent form gives up: it must have met a user's trigger that never agrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a statement is made for.

    Attributes:
        migration: Id of the migration.
        mapping: The mapping.
        convergent: Whether users' triggers exist on the tables: no guard, writes only of what differs.
    """

    migration: str
    mapping: Mapping
    convergent: bool = False


def guard_value(mapping: Mapping) -> str:
    """Return the expression that reads the mapping's guard."""
    return f"coalesce(current_setting({string(naming.guard(mapping.name))}, true), '')"


def set_guard(mapping: Mapping, value: str) -> str:
    """Return the statement that sets the guard until the end of the transaction; ``value`` is an expression."""
    # An assignment: plpgsql evaluates it without a query of its own.
    return f"u_set := set_config({string(naming.guard(mapping.name))}, {value}, true);"


def unless(context: Context, condition: str, result: str = "NULL") -> str:
    """Return the line that leaves a trigger function where the guard says so.

    In the convergent form nothing is skipped (a user's trigger may write inside our own writes); every write touches only what
    differs, so the triggers come to rest by themselves.
    """
    if not context.convergent:
        return f"IF {condition} THEN RETURN {result}; END IF;"
    return (
        f"IF pg_trigger_depth() > {MAX_DEPTH} THEN RAISE EXCEPTION 'unnest: a trigger on these tables undoes what migration "
        f"{context.migration} writes; they never agree' USING ERRCODE = 'triggered_data_change_violation'; END IF;"
    )


def function(
    context: Context,
    name: str,
    body: str,
    *,
    declare: str = "",
    arguments: str = "",
    returns: str = "trigger",
    plans: str = "force_generic_plan",
) -> Statement:
    """Return a plpgsql function of a mapping.

    Args:
        context: What it is made for.
        name: Its name within the mapping.
        body: Its statements.
        declare: Variables beyond ``u_guard``.
        arguments: Its parameters; empty for a trigger function.
        returns: Its result type.
        plans: Plan cache mode: a batch must plan with its values, a trigger must not plan each time.
    """
    full = naming.function(context.mapping.name, name)
    return Statement(
        name=f"{context.mapping.name}.{name}",
        sql=f"-- migration {context.migration}, mapping {context.mapping.name}: {name}\n"
        f"CREATE OR REPLACE FUNCTION unnest.{quote(full)}({arguments}) RETURNS {returns}\n"
        f"LANGUAGE plpgsql SECURITY DEFINER\nSET search_path = pg_catalog, pg_temp\nSET plan_cache_mode = {plans}\n"
        f"SET extra_float_digits = 1\n"
        f"AS $unnest$\n#variable_conflict use_column\n"
        f"DECLARE\nu_guard text := {guard_value(context.mapping)};\nu_set text;\n{declare}\nBEGIN\n{body}\nEND $unnest$",
    )


def trigger(
    context: Context,
    role: Role,
    detail: str,
    clause: str,
    target: str,
    function_name: str,
    *,
    condition: str = "",
    level: str = "ROW",
    transitions: str = "",
) -> Statement:
    """Return a trigger of a mapping; creating it again replaces it.

    Args:
        context: What it is made for.
        role: What it does; decides the order of firing.
        detail: Tells it apart from others of its role.
        clause: When it fires, such as ``AFTER UPDATE``.
        target: The table, quoted and with its schema.
        function_name: Name of the function within the mapping.
        condition: WHEN condition; empty: always.
        level: ROW or STATEMENT.
        transitions: REFERENCING clause.
    """
    name = naming.trigger(role, context.mapping.name, detail)
    lines = [f"CREATE OR REPLACE TRIGGER {quote(name)} {clause} ON {target}"]
    lines += [f"REFERENCING {transitions}"] if transitions else []
    lines += [f"FOR EACH {level}"]
    lines += [f"WHEN ({condition})"] if condition else []
    lines += [f"EXECUTE FUNCTION unnest.{quote(naming.function(context.mapping.name, function_name))}()"]
    return Statement(name=f"{context.mapping.name}.trigger.{detail}", sql="\n".join(lines), locks=(target,))


def drop_trigger(role: Role, mapping: Mapping, detail: str, target: str) -> Statement:
    """Return the removal of a trigger."""
    name = naming.trigger(role, mapping.name, detail)
    return Statement(
        name=f"{mapping.name}.drop_trigger.{detail}",
        sql=f"DROP TRIGGER IF EXISTS {quote(name)} ON {target}",
        locks=(target,),
    )


def target_of(mapping: Mapping) -> list[str]:
    """Return the quoted names of the new tables that a mapping fills."""
    return [table_name(output.table) for output in mapping.targets]
