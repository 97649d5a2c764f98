"""What the entries of a snapshot are, judged by their names.

In: the name of an entry. Out: its role, component and table. Any directory may stand in front, so a snapshot that
was packed again inside ``snapshot/`` is understood.
"""

from dataclasses import dataclass
from enum import Enum, auto

from unnest.convex.errors import Code, ImportRefused
from unnest.convex.ids import is_id
from unnest.convex.names import is_identifier

DOCUMENTS = "documents.jsonl"
SIDECAR = "generated_schema.jsonl"
TABLES = "_tables"
STORAGE = "_storage"
COMPONENTS = "_components"


class Role(Enum):
    """What an entry holds."""

    DOCUMENTS = auto()  # one document a line
    SIDECAR = auto()  # how the documents beside it are encoded
    TABLES = auto()  # names and numbers of the tables
    FILES = auto()  # what is known about the stored files
    FILE = auto()  # one stored file
    README = auto()  # for people
    OTHER = auto()  # unknown; kept, so that an export can give it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an entry belongs.

    Attributes:
        role: what it holds.
        component: path of the component, ``""`` for the root, ``"a/b"`` for ``b`` inside ``a``.
        table: the table, or the storage id of a file.
    """

    role: Role
    component: str = ""
    table: str = ""


def place_of(name: str) -> Place:
    """Judge an entry by its name.

    Raises:
        ImportRefused: a table, component or stored file has a name that the format does not allow.
    """
    *prefix, last = name.split("/")
    if not prefix:
        return Place(role=Role.README if last == "README.md" else Role.OTHER)
    directory = prefix.pop()
    if last in (DOCUMENTS, SIDECAR):
        return _table_place(name, prefix, directory, last)
    if directory == STORAGE and not last.startswith("documents"):
        storage_id = last.partition(".")[0]
        if not is_id(storage_id):
            raise ImportRefused(Code.INVALID_STORAGE_ID, f'"{storage_id}" is not the id of a file', entry=name)
        return Place(role=Role.FILE, component=_component(name, prefix), table=storage_id)
    return Place(role=Role.README if last == "README.md" else Role.OTHER)


def _table_place(name: str, prefix: list[str], table: str, last: str) -> Place:
    if table.startswith("_"):
        role = {TABLES: Role.TABLES, STORAGE: Role.FILES}.get(table) if last == DOCUMENTS else None
        return Place(role=Role.OTHER) if role is None else Place(role=role, component=_component(name, prefix))
    if not is_identifier(table):
        raise ImportRefused(
            Code.INVALID_TABLE_NAME,
            f'a table can\'t be called "{table}" (letters, digits and _, 64 at most)',
            entry=name,
        )
    role = Role.DOCUMENTS if last == DOCUMENTS else Role.SIDECAR
    return Place(role=role, component=_component(name, prefix), table=table)


def _component(name: str, prefix: list[str]) -> str:
    """Read ``_components/<name>`` pairs from the right; what stands left of them is the directory of the snapshot."""
    path: list[str] = []
    while len(prefix) >= 2 and prefix[-2] == COMPONENTS:
        if not is_identifier(prefix[-1]):
            raise ImportRefused(Code.INVALID_COMPONENT_NAME, f'a component can\'t be called "{prefix[-1]}"', entry=name)
        path.insert(0, prefix.pop())
        prefix.pop()
    return "/".join(path)


def directory_of(component: str) -> str:
    """Return the directory in which a snapshot keeps a component (``""`` for the root)."""
    return "".join(f"{COMPONENTS}/{name}/" for name in component.split("/")) if component else ""
