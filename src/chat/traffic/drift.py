"""Where the two sources of truth about projects and conversations contradict each other.

In: the sizes of a world. Out: per project the array, and per conversation the owner and the pointer, that its
document will hold; and the findings that an observer must make of them, counted from the plan and not from the
documents.

A small share of the projects has drifted, each in one way (``DriftKind``). Every kind disturbs only its own project
and, for ``LISTED_ELSEWHERE``, reads an undisturbed one, so that the number of findings of each kind is known by
multiplication.
"""

from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from chat.traffic.identity import Permutation, Table
from chat.traffic.options import WorldOptions

# In a project without a usable array only so many conversations still point at it: one odd array must not swamp the
# rest.
_POINTERS_LEFT = 3
_GONE = 2
STRANGER = -1  # the ordinal of a user who does not exist


class DriftKind(Enum):
    """In which way a project has drifted."""

    STALE_ID = auto()  # lists a conversation that is gone, and a text that never was an id
    DUPLICATE_ID = auto()  # lists one conversation twice
    LISTED_ELSEWHERE = auto()  # lists a conversation that points at another project
    POINTER_NULL = auto()  # lists a conversation whose pointer is null
    POINTER_MISSING = auto()  # lists a conversation that has no pointer
    MISSING_FROM_ARRAY = auto()  # misses a conversation that points here
    PROJECT_GONE = auto()  # two of its conversations point at a deleted project
    OWNER_DIFFERS = auto()  # holds a conversation of another user
    ARRAY_NULL = auto()  # the array is null
    ARRAY_MISSING = auto()  # there is no array
    ARRAY_EMPTY = auto()  # the array is empty although conversations point here
    NOT_AN_ARRAY = auto()  # the array is a text, a number, an object or a boolean
    SEVERAL = auto()  # a stale id, a repeated id and a missing id together


_KINDS = tuple(DriftKind)
_WITHOUT_ARRAY = (DriftKind.ARRAY_NULL, DriftKind.ARRAY_MISSING, DriftKind.ARRAY_EMPTY, DriftKind.NOT_AN_ARRAY)
_LOSES_FIRST = (DriftKind.MISSING_FROM_ARRAY, DriftKind.SEVERAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What the document of a conversation says about where it belongs.

    Args:
        user: Ordinal of its owner, or ``STRANGER``.
        fields: ``{"projectId": ...}``, or nothing where the field is missing.
    """

    user: int
    fields: dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What an observer must find: drifted projects by kind, the number of links, and findings by kind."""

    drift: dict[str, int]
    links: int
    findings: dict[str, int]


class Drift:
    """The planned contradictions of one world."""

    def __init__(self, options: WorldOptions, projects: Table, conversations: Table) -> None:
        self._options = options
        self._projects = projects
        self._conversations = conversations
        self._order = Permutation.of(options.projects, options.seed + 77)
        self._drifted = _drifted_projects(options)
        self._project_id = lru_cache(maxsize=4096)(projects.id)

    def kind(self, project: int) -> DriftKind | None:
        """Return how ``project`` has drifted, None: not at all."""
        rank = self._order.place(project)
        if rank >= self._drifted:
            return None
        kind = _KINDS[rank % len(_KINDS)]
        if kind is DriftKind.LISTED_ELSEWHERE and self._undisturbed_sibling(project) is None:
            return DriftKind.STALE_ID
        return kind

    def array_fields(self, project: int) -> dict[str, object]:
        """Return ``{"conversationIds": ...}`` as the document of ``project`` holds it, or nothing where it is
        missing."""
        kind = self.kind(project)
        if kind is DriftKind.ARRAY_MISSING:
            return {}
        if kind is DriftKind.ARRAY_NULL:
            return {"conversationIds": None}
        if kind is DriftKind.ARRAY_EMPTY:
            return {"conversationIds": []}
        if kind is DriftKind.NOT_AN_ARRAY:
            return {"conversationIds": ("conversations", 42.0, {"first": self._member(project, 0)}, True)[project % 4]}
        return {"conversationIds": self._array(project, kind)}

    def membership(self, conversation: int) -> Membership:
        """Return owner and pointer as the document of ``conversation`` holds them."""
        user, project, member = self._options.place_of_conversation(conversation)
        if project is None:
            # Never assigned: the field is missing. Taken out of a project again: it is null.
            return Membership(user=user, fields={"projectId": None} if conversation % 5 == 0 else {})
        kind = self.kind(project)
        if (kind is DriftKind.POINTER_NULL and member == 0) or (kind in _WITHOUT_ARRAY and member >= _POINTERS_LEFT):
            return Membership(user=user, fields={"projectId": None})
        if kind is DriftKind.POINTER_MISSING and member == 0:
            return Membership(user=user, fields={})
        if kind is DriftKind.PROJECT_GONE and member < _GONE:
            return Membership(user=user, fields={"projectId": self._projects.ghost(project)})
        owner = self._another_user(user) if kind is DriftKind.OWNER_DIFFERS and member == 0 else user
        return Membership(user=owner, fields={"projectId": self._project_id(project)})

    def tally(self) -> Tally:
        """Return what an observer of the whole world must find."""
        held = self._options.conversations_per_project
        findings: Counter[str] = Counter()
        kinds = Counter(self.kind(self._order.ordinal(rank)) for rank in range(self._drifted))
        unlinked = 0
        for kind, times in kinds.items():
            found, lost = _consequences(kind, held)
            findings.update({name: count * times for name, count in found.items()})
            unlinked += lost * times
        return Tally(
            drift={kind.name.lower(): times for kind, times in kinds.items() if kind is not None},
            links=self._options.projects * held - unlinked,
            findings={kind: count for kind, count in sorted(findings.items()) if count},
        )

    def _another_user(self, user: int) -> int:
        return (user + 1) % self._options.users if self._options.users > 1 else STRANGER

    def _array(self, project: int, kind: DriftKind | None) -> list[str]:
        members = list(range(self._options.conversations_per_project))
        if project % 3:
            members.sort(key=lambda member: self._conversations.created_at(self._ordinal(project, member)))
        lost = _GONE if kind is DriftKind.PROJECT_GONE else 1 if kind in _LOSES_FIRST else 0
        ids = [self._member(project, member) for member in members if member >= lost]
        return ids if kind is None else self._with_extras(project, kind, ids)

    def _with_extras(self, project: int, kind: DriftKind, ids: list[str]) -> list[str]:
        """Return the ids with those added that do not belong there."""
        if kind in (DriftKind.DUPLICATE_ID, DriftKind.SEVERAL):
            ids = ids + ids[:1]
        if kind is DriftKind.STALE_ID:
            return [*ids[:1], self._conversations.ghost(project), *ids[1:], "conversation-é\u2028-gone"]
        if kind is DriftKind.SEVERAL:
            return [self._conversations.ghost(project), *ids]
        sibling = self._undisturbed_sibling(project) if kind is DriftKind.LISTED_ELSEWHERE else None
        return ids if sibling is None else [*ids, self._member(sibling, 0)]

    def _undisturbed_sibling(self, project: int) -> int | None:
        own = self._options.projects_per_user
        start = project - project % own
        siblings = (start + (project + step) % own for step in range(1, own)) if self._held else iter(())
        return next((each for each in siblings if self._order.place(each) >= self._drifted), None)

    @property
    def _held(self) -> int:
        return self._options.conversations_per_project

    def _ordinal(self, project: int, member: int) -> int:
        return self._options.conversation_in_project(project, member)

    def _member(self, project: int, member: int) -> str:
        return self._conversations.id(self._ordinal(project, member)) if self._held else "none"


def _drifted_projects(options: WorldOptions) -> int:
    if not options.drift:
        return 0
    wanted = round(options.projects * options.drift)
    return min(options.projects, max(wanted, len(_KINDS)))


def _consequences(kind: DriftKind | None, held: int) -> tuple[dict[str, int], int]:
    """Return the findings that one project of this kind causes, and how many of its conversations get no link."""
    some, two, three = min(1, held), min(_GONE, held), min(_POINTERS_LEFT, held)
    table: dict[DriftKind, tuple[dict[str, int], int]] = {
        DriftKind.STALE_ID: ({"stale id": 2}, 0),
        DriftKind.DUPLICATE_ID: ({"duplicate id": some}, 0),
        DriftKind.LISTED_ELSEWHERE: ({"mismatch": some}, 0),
        DriftKind.POINTER_NULL: ({"mismatch": some}, some),
        DriftKind.POINTER_MISSING: ({"mismatch": some}, some),
        DriftKind.MISSING_FROM_ARRAY: ({"missing from array": some}, 0),
        DriftKind.PROJECT_GONE: ({"project gone": two}, two),
        DriftKind.OWNER_DIFFERS: ({"owner differs": some}, some),
        DriftKind.ARRAY_NULL: ({"missing from array": three}, held - three),
        DriftKind.ARRAY_MISSING: ({"missing from array": three}, held - three),
        DriftKind.ARRAY_EMPTY: ({"missing from array": three}, held - three),
        DriftKind.NOT_AN_ARRAY: ({"missing from array": three, "not an array": 1}, held - three),
        DriftKind.SEVERAL: (
            {"stale id": 1, "duplicate id": int(held > 1), "missing from array": some},
            0,
        ),
    }
    return ({}, 0) if kind is None else table[kind]
