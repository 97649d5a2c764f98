"""What a profile tells.

In: counts. Out: frozen records; ``Profile.as_json`` gives them as plain data.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from unnest.convex.profiling.references import Drift


@dataclass(frozen=True, slots=True, kw_only=True)
class ArraySizes:
    """Lengths of the arrays of a field."""

    shortest: int
    longest: int
    mean: float
    empty: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProfile:
    """One field of a table; ``tags[]`` stands for the elements of ``tags``, ``*`` for keys that are data.

    Attributes:
        path: the way to the field.
        types: how often with which type, nulls included.
        present: how often it occurs.
        missing: how often the object around it lacks it.
        nulls: how often it is an explicit null.
        sizes: lengths, if it holds arrays.
        references: table to the number of ids it holds of that table's documents.
        dangling: how many of these have no document.
        case_variants: words that are spelled in several ways: spelling to count.
        case_variants_complete: whether all words could be looked at.
        choices: the values, if it holds a few short strings only.
        low, high: range of its numbers.
        whole: its numbers are all integers.
    """

    path: str
    types: Mapping[str, int]
    present: int
    missing: int
    nulls: int
    sizes: ArraySizes | None = None
    references: Mapping[str, int] = field(default_factory=dict)
    dangling: int = 0
    case_variants: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    case_variants_complete: bool = True
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The mapping kind that a nested field asks for.

    Attributes:
        table: table of the snapshot.
        field: its nested field.
        kind: Rows, Links, Entries, Terms or Columns; empty where none fits.
        why: what in the data speaks for it.
        declaration: the start of a declaration, as Python.
    """

    table: str
    field: str
    kind: str
    why: str
    declaration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProfile:
    """One table of a snapshot."""

    component: str
    table: str
    documents: int
    bytes: int
    generation: str
    fields: tuple[FieldProfile, ...]
    drift: tuple[Drift, ...]
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a snapshot holds."""

    tables: tuple[TableProfile, ...]
    files: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        """Return plain data for ``json.dumps``."""
        return asdict(self)
