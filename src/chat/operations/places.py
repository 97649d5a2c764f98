"""Where conversations are, and what must hold before they are put elsewhere.

In: rows of (id, owner, project) of conversations. Out: ``Place``, or a refusal.
"""

from collections.abc import Sequence
from typing import NamedTuple

from psycopg.rows import TupleRow

from chat.operations.errors import BelongsToAnotherProject, NotFound, OwnerDiffers


class Place(NamedTuple):
    """A conversation with its owner and the project it points at."""

    id: str
    user_id: str | None
    project_id: str | None


def places_of(rows: Sequence[TupleRow]) -> list[Place]:
    """Return rows of (id, owner, project) as places."""
    return [Place(*row) for row in rows]


def sole(places: Sequence[Place], conversation_id: str) -> Place:
    """Return the one place; refuse if the conversation is gone."""
    if not places:
        raise NotFound("conversation", conversation_id)
    return places[0]


def check_owner(places: Sequence[Place], owner_id: str | None, project_id: str) -> None:
    """Refuse conversations of others than the project's owner."""
    for place in places:
        if place.user_id != owner_id:
            raise OwnerDiffers(place.id, project_id)


def check_free(place: Place, project_id: str) -> None:
    """Refuse a conversation that is in another project."""
    if place.project_id not in (None, project_id):
        raise BelongsToAnotherProject(place.id, str(place.project_id), project_id)
