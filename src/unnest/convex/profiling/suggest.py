"""Which mapping kind a nested field asks for.

In: the profile of a field. Out: the kind, what speaks for it, and the start of a declaration to be completed by hand.
"""

import re
from collections.abc import Mapping, Set
from keyword import iskeyword

from unnest.convex.names import camel_case, is_identifier, snake_case
from unnest.convex.profiling.nodes import MAP_KEY, Node
from unnest.convex.profiling.references import Drift
from unnest.convex.profiling.report import FieldProfile, Suggestion

_ENTRIES_FROM_FIELDS = 12
_MOST = 0.9
_RARE = 0.02
_MILLIS = (1e12, 1e13)
_EXACT = 2**53
_NO_WORD = re.compile(r"[^A-Za-z0-9_]+")
_OWN_COLUMNS = frozenset({"id", "position", "extra"})


def suggest(
    table: str, field: str, node: Node, profiles: Mapping[str, FieldProfile], drift: tuple[Drift, ...]
) -> Suggestion | None:
    """Suggest a mapping for a top-level field.

    Args:
        table: table of the snapshot.
        field: the field.
        node: its shape.
        profiles: the profiles of the table by path.
        drift: the arrays of ids of this table and the pointers back.

    Returns:
        None for fields that are not nested.
    """
    arrays, objects = node.types["array"], node.types["object"]
    if not arrays and not objects:
        return None
    if objects >= arrays:
        return _for_object(table, field, node)
    elements = node.elements
    if elements is None:
        return _none(table, field, "all its arrays are empty: nothing can be said about their elements")
    references = profiles[f"{field}[]"].references
    listed = max(references, key=lambda name: references[name], default="")
    if listed and references[listed] >= _MOST * elements.present:
        return _links(table, field, elements.present, listed, references[listed], drift)
    kind, most = elements.types.most_common(1)[0]
    if kind == "object":
        return _rows(table, field, elements)
    if kind == "string" and most >= _MOST * elements.present:
        return _terms(table, field, elements)
    if kind == "number" and most == elements.present:
        return _none(table, field, f"arrays of numbers, {node.shortest} to {node.longest} long: a vector stays a value")
    return _none(table, field, f"elements of several types ({_counts(elements)}): look at them first")


def _rows(table: str, field: str, elements: Node) -> Suggestion:
    into = f"{_singular(table)}_{_word(field)}"
    unusual = elements.present - elements.types["object"]
    why = f"{elements.present} elements are objects with {len(elements.children)} fields"
    if unusual:
        why += f"; {unusual} are something else and go to residue"
    groups = {name: child for name, child in sorted(elements.children.items()) if _is_group(name, child, elements)}
    lines = [
        "Rows(", f"    {_column(table, field)},", f"    into={into},",
        "    fields={", *_fields(elements, 8, _singular(field), skip=set(groups)), "    },",
    ]  # fmt: skip
    if groups:
        lines.append("    groups={")
        for name, child in groups.items():
            lines += [f'        "{name}": {{', *_fields(child, 12, name), "        },"]
        lines.append("    },")
    lines += ['    rest="extra",', ")"]
    return Suggestion(table=table, field=field, kind="Rows", why=why, declaration="\n".join(lines))


def _links(table: str, field: str, total: int, listed: str, references: int, drift: tuple[Drift, ...]) -> Suggestion:
    parent, member = f"{_singular(table)}_id", f"{_singular(listed)}_id"
    why = f"{references} of {total} elements are ids of {listed}"
    back = max((each for each in drift if each.array == f"{table}.{field}[]"), key=lambda each: each.agreeing, default=None)
    lines = [
        "Links(", f"    {_column(table, field)},", f"    into={_singular(table)}_{_word(listed)},",
        f'    parent="{parent}",', f'    member="{member}",',
    ]  # fmt: skip
    if back is not None:
        pointer_table, _, pointer = back.pointer.partition(".")
        why += f"; {back.pointer} points back, {back.agreeing} pairs agree and {back.drifted} do not"
        lines.append(f"    truth={_column(pointer_table, pointer)},")
    else:
        why += "; no field of theirs points back, so a pointer that decides is still to be made"
    return Suggestion(table=table, field=field, kind="Links", why=why, declaration="\n".join([*lines, ")"]))


def _terms(table: str, field: str, elements: Node) -> Suggestion:
    variants = len(elements.spellings.variants())
    why = f"{elements.present} strings, {len(elements.spellings.known)} different words, {variants} in several spellings"
    links = f"{_singular(table)}_{_word(field)}"
    lines = ["Terms(", f"    {{{links}: {_column(table, field)}}},", f"    vocabulary={_word(field)},", ")"]
    return Suggestion(table=table, field=field, kind="Terms", why=why, declaration="\n".join(lines))


def _for_object(table: str, field: str, node: Node) -> Suggestion:
    optional = sum(child.present < node.types["object"] for child in node.children.values())
    parent = f"{_table(table)}.c.id"
    into = f"{_singular(table)}_{_word(field)}"
    if node.is_map or len(node.children) >= _ENTRIES_FROM_FIELDS:
        why = "its keys are data" if node.is_map else f"{len(node.children)} fields, {optional} of them optional"
        lines = ["Entries(", f"    {_column(table, field)},", f"    into={into},", f"    parent={parent},",
                 '    key="key",', '    value="value",', ")"]  # fmt: skip
        return Suggestion(table=table, field=field, kind="Entries", why=why, declaration="\n".join(lines))
    why = f"an object with {len(node.children)} fields, {optional} of them optional"
    lines = ["Columns(", f"    {_column(table, field)},", f"    into={into},", f"    parent={parent},",
             "    fields={", *_fields(node, 8, field), "    },", '    rest="extra",', ")"]  # fmt: skip
    return Suggestion(table=table, field=field, kind="Columns", why=why, declaration="\n".join(lines))


def _none(table: str, field: str, why: str) -> Suggestion:
    return Suggestion(table=table, field=field, kind="", why=why, declaration="")


def _is_group(name: str, child: Node, around: Node) -> bool:
    """Say whether an object inside the elements is regular enough to become columns."""
    return (
        is_identifier(name) and not child.is_map and 0 < len(child.children) < _ENTRIES_FROM_FIELDS
        and _is_common(child, around) and child.types["object"] >= _MOST * (child.present - child.types["null"])
    )  # fmt: skip


def _is_common(child: Node, around: Node) -> bool:
    return child.present >= _RARE * around.types["object"]


def _fields(node: Node, indent: int, prefix: str, skip: Set[str] = frozenset()) -> list[str]:
    """Return a line for each field of the objects; what is rare or oddly named is left to ``rest``."""
    lines = []
    for name, child in sorted(node.children.items()):
        if name in skip or name == MAP_KEY or not is_identifier(name) or not _is_common(child, node):
            continue
        column = snake_case(name)
        if column in _OWN_COLUMNS:
            column = f"{_word(prefix)}_{column}"
        codec = _codec(child)
        call = codec if camel_case(column) == name else _with_key(codec, name)
        share = f"{child.present} of {node.types['object']}"
        lines.append(f'{" " * indent}"{column}": {call},  # {share}: {_counts(child)}')
    return lines


def _with_key(codec: str, name: str) -> str:
    return f'{codec[:-1]}, key="{name}")' if codec.endswith(")") else f'{codec}("{name}")'


def _codec(node: Node) -> str:
    """Return the codec of nearly all values; the others, and what tells null from missing, go to residue."""
    kinds = node.types.copy()
    del kinds["null"]
    kind, most = kinds.most_common(1)[0] if kinds else ("null", 0)
    if most < _MOST * kinds.total():
        return "Json"
    if kind == "string":
        return _text_codec(node, most)
    if kind == "number":
        if node.whole and _MILLIS[0] <= node.low and node.high < _MILLIS[1]:
            return "Millis"
        return "Integer" if node.whole and max(abs(node.low), abs(node.high)) < _EXACT else "Number"
    return "Boolean" if kind == "boolean" else "Json"


def _text_codec(node: Node, texts: int) -> str:
    values = node.values or set()
    if len(values) > 1 and texts > 2 * len(values) and _are_words(values):
        return f"Choice(values=({', '.join(map(_quoted, sorted(values)))}))"
    return "JsonText" if node.json_texts > node.looked_at / 2 else "Text"


def _are_words(values: set[str]) -> bool:
    return all(re.fullmatch(r"[A-Za-z][\w-]*", value, re.ASCII) for value in values)


def _quoted(text: str) -> str:
    return f'"{text}"'


def _counts(node: Node) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in node.types.most_common())


def _column(table: str, field: str) -> str:
    name = snake_case(field)
    return f"{_table(table)}.c.{name}" if _word(field) == name else f"{_table(table)}.c[{name!r}]"


def _table(table: str) -> str:
    return _word(table)


def _word(name: str) -> str:
    """Return a name as Python can write it."""
    word = _NO_WORD.sub("_", snake_case(name)) or "_"
    return f"{word}_" if iskeyword(word) else f"_{word}" if word[0].isdigit() else word


def _singular(table: str) -> str:
    name = _word(table)
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
