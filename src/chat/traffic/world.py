"""A whole chat application full of documents, made up from a seed.

In: ``WorldOptions``. Out: the documents of each table, in ascending order of their ids, as a stream.

Every document is a pure function of the seed and its ordinal. Nothing is remembered from one to the next, so memory is
constant, and any table can be read again, alone and in any order, with the same result.
"""

from collections.abc import Callable, Iterator

from chat.traffic.identity import TABLE_NUMBERS, Table
from chat.traffic.keepsakes import Keepsakes, counts
from chat.traffic.messages import Messages
from chat.traffic.options import WorldOptions
from chat.traffic.people import Document, People


class World:
    """The documents of one world, and what is known about them in advance."""

    def __init__(self, options: WorldOptions) -> None:
        self.options = options
        self.counts = {
            "users": options.users,
            "projects": options.projects,
            "conversations": options.conversations,
            "messages": options.messages,
            **counts(options),
        }
        self._tables = {
            name: Table(seed=options.seed, number=number, count=self.counts[name]) for name, number in TABLE_NUMBERS.items()
        }
        self._people = People(options, self._tables)
        self.messages = Messages(options, self._tables, self._people)
        self._keepsakes = Keepsakes(options, self._tables, self._people, self.messages)
        self.drift = self._people.drift

    def tables(self) -> Iterator[tuple[str, Iterator[Document]]]:
        """Yield each table's name with a stream of its documents."""
        for name, maker in self._makers().items():
            yield name, self._documents(name, maker)

    def _documents(self, name: str, maker: Callable[[int], Document]) -> Iterator[Document]:
        table = self._tables[name]
        moment = self.messages.created_at if name == "messages" else table.created_at
        for place in range(table.count):
            ordinal = table.order.ordinal(place)
            created_at = moment(ordinal)
            # The document database notes fractions of a millisecond; they tell documents of one moment apart.
            precise = created_at + ordinal % 4096 / 4096
            yield {"_id": table.id(ordinal, created_at), "_creationTime": precise} | maker(ordinal)

    def _makers(self) -> dict[str, Callable[[int], Document]]:
        kept = self._keepsakes
        return {
            "users": self._people.user,
            "projects": self._people.project,
            "conversations": self._people.conversation,
            "messages": self.messages.message,
            "bookmarks": kept.bookmarks,
            "snippets": kept.snippets,
            "notes": kept.notes,
            "feedback": kept.feedback,
            "feedbackTags": kept.feedback_tags,
            "memories": kept.memories,
            "files": kept.files,
            "usageRecords": kept.usage_records,
            "templates": kept.templates,
            "userStats": kept.user_stats,
            "adminSettings": kept.admin_settings,
            "scheduledPrompts": kept.scheduled_prompts,
        }


def world(options: WorldOptions) -> Iterator[tuple[str, Iterator[Document]]]:
    """Yield each table of a world with a stream of its documents.

    Args:
        options: Sizes and seed.

    Returns:
        Pairs of a table's name and its documents in ascending order of ``_id``. Numbers are floats throughout.
    """
    return World(options).tables()
