"""How large a world is, and who belongs to whom in it.

In: the sizes that a caller asks for. Out: ``WorldOptions``, which answers every question about numbers (how many
documents a table holds, which conversation a message is in, ...) by arithmetic on ordinals, so that no list of
anything is ever kept.

Ordinals count from 0. The conversations of a user come in one run: those of the first project, of the second, ...,
and last those without a project.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from chat.traffic.errors import WorldError

# Some conversations are long and many are short: how the messages of 16 neighbouring conversations are shared out.
_WEIGHTS = (1, 4, 0, 2, 1, 9, 1, 3, 0, 2, 16, 1, 2, 5, 1, 0)
_SHARES = tuple(accumulate(_WEIGHTS))
_BLOCK = len(_WEIGHTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldOptions:
    """Sizes and seed of a world; equal options give equal documents, byte for byte.

    Args:
        seed: Any number from 0; another seed gives other ids, texts and places of the drift.
        users: How many users.
        projects_per_user: How many projects each of them owns.
        conversations_per_project: How many conversations each project holds.
        loose_conversations_per_user: How many conversations of a user are in no project.
        messages_per_conversation: The mean; a fraction such as 0.2 is allowed.
        drift: Share of the projects whose data has drifted. Whenever it is above 0 and there are projects enough,
            each kind of drift occurs at least once, so that in a small world the share is larger.
    """

    seed: int = 1
    users: int = 20
    projects_per_user: int = 5
    conversations_per_project: int = 20
    loose_conversations_per_user: int = 5
    messages_per_conversation: float = 4.0
    drift: float = 0.08

    def __post_init__(self) -> None:
        sizes = (self.projects_per_user, self.conversations_per_project, self.loose_conversations_per_user)
        if self.users < 1 or min(sizes) < 0 or self.messages_per_conversation < 0 or self.seed < 0:
            raise WorldError(f"Sizes of a world are 0 or more and 'users' is 1 or more; got {self!r}.")
        if not 0 <= self.drift <= 1:
            raise WorldError(f"'drift' is a share between 0 and 1; got {self.drift!r}.")

    @property
    def projects(self) -> int:
        """Number of projects."""
        return self.users * self.projects_per_user

    @property
    def conversations_per_user(self) -> int:
        """Number of conversations of one user, in projects and without."""
        return self.projects_per_user * self.conversations_per_project + self.loose_conversations_per_user

    @property
    def conversations(self) -> int:
        """Number of conversations."""
        return self.users * self.conversations_per_user

    @property
    def messages(self) -> int:
        """Number of messages."""
        return round(self.conversations * self.messages_per_conversation)

    def conversation_in_project(self, project: int, member: int) -> int:
        """Return the ordinal of conversation ``member`` of ``project``."""
        user, own = divmod(project, self.projects_per_user)
        return user * self.conversations_per_user + own * self.conversations_per_project + member

    def place_of_conversation(self, conversation: int) -> tuple[int, int | None, int]:
        """Return the user, the project (None: loose) and the number within it that a conversation is meant to have."""
        user, own = divmod(conversation, self.conversations_per_user)
        held = self.projects_per_user * self.conversations_per_project
        if own >= held:
            return user, None, own - held
        project, member = divmod(own, self.conversations_per_project)
        return user, user * self.projects_per_user + project, member

    def place_of_message(self, message: int) -> tuple[int, int]:
        """Return the conversation of a message and its number within it."""
        blocks = -(-self.conversations // _BLOCK)
        block = (message * blocks) // self.messages
        first, count = self._messages_of_block(block, blocks)
        offset = message - first
        # The last block may be short; what would fall behind its end goes to its last conversation.
        inside = bisect_right([share * count // _SHARES[-1] for share in _SHARES], offset)
        conversation = min(block * _BLOCK + inside, self.conversations - 1)
        return conversation, message - self.first_message(conversation)

    def first_message(self, conversation: int) -> int:
        """Return the ordinal of the first message that belongs to ``conversation`` or to a later one."""
        if conversation >= self.conversations or not self.messages:
            return self.messages
        blocks = -(-self.conversations // _BLOCK)
        block, inside = divmod(conversation, _BLOCK)
        first, count = self._messages_of_block(block, blocks)
        return first + ((_SHARES[inside - 1] * count // _SHARES[-1]) if inside else 0)

    def message_count(self, conversation: int) -> int:
        """Return how many messages a conversation truly has."""
        return self.first_message(conversation + 1) - self.first_message(conversation)

    def _messages_of_block(self, block: int, blocks: int) -> tuple[int, int]:
        first = -(-block * self.messages // blocks)
        return first, -(-(block + 1) * self.messages // blocks) - first
