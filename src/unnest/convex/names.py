"""Names of tables, components and fields, and how they become names of SQL.

In: a name of the document database or of SQL. Out: whether it is legal, or its counterpart.
"""

import re
from hashlib import blake2b

SQL_NAME_BYTES = 63

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_FIELD = re.compile(r"(?!\$)[\x20-\x7e]{0,1024}", re.ASCII)
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LATER_WORD = re.compile(r"(?<=[A-Za-z0-9])_([a-z0-9])")


def is_identifier(text: str) -> bool:
    """Say whether a table or component may be called so."""
    return _IDENTIFIER.fullmatch(text) is not None and text.strip("_") != ""


def is_field_name(text: str) -> bool:
    """Say whether a field of any object may be called so."""
    return _FIELD.fullmatch(text) is not None


def snake_case(name: str) -> str:
    """Write ``conversationIds`` as ``conversation_ids``."""
    return _WORD_START.sub("_", name).lower()


def camel_case(name: str) -> str:
    """Write ``conversation_ids`` as ``conversationIds``."""
    return _LATER_WORD.sub(lambda found: found[1].upper(), name)


def fits_sql(name: str) -> bool:
    """Say whether PostgreSQL would keep the name as it is."""
    return 0 < len(name.encode()) <= SQL_NAME_BYTES


def shortened(name: str) -> str:
    """Keep a name below PostgreSQL's limit; a digest of the whole name keeps two long names apart."""
    if fits_sql(name):
        return name
    digest = blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{name[: SQL_NAME_BYTES - 9]}_{digest}"
