"""What a user of the application does next.

In: the ids that a client has on its desk, and random numbers. Out: ``Call``, an operation with its arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from chat import operations as do
from chat.traffic.identity import STORAGE_TABLE_NUMBER, document_id, new_id
from chat.traffic.text import MODELS, PROJECT_NAMES, paragraph, title

_WEEK_MS = 7 * 86_400_000.0


@dataclass(slots=True, kw_only=True)
class Desk:
    """The documents of one user that a client knows of; some may have been deleted by others."""

    user_id: str
    projects: list[str] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class Call:
    """An operation with everything but the connection."""

    __slots__ = ("_arguments", "_keywords", "_operation")

    def __init__(self, operation: do.Operation[..., object], *arguments: object, **keywords: object) -> None:
        self._operation = operation
        self._arguments = arguments
        self._keywords = keywords

    @property
    def name(self) -> str:
        """The name of the operation."""
        return self._operation.name

    def on(self, connection: object, form: do.Form) -> object:
        """Do it, in ``form``."""
        return self._operation.form(form)(connection, *self._arguments, **self._keywords)


@dataclass(slots=True, kw_only=True)
class Chooser:
    """Chooses calls for one desk; ids of new documents are put on the desk, ids of deleted ones are taken off.

    Args:
        desk: What there is to choose from.
        random: Of the choices.
        ids: Of the ids of new documents; apart, because two clients with one seed may not make the same ids.
        now_ms: The time.
    """

    desk: Desk
    random: Random
    ids: Random
    now_ms: float

    def next(self) -> Call | None:
        """Return something to do, None if the desk lacks what the chosen thing needs."""
        (action,) = self.random.choices(_ACTIONS, _WEIGHTS)
        try:
            return action(self)
        except IndexError:  # nothing to choose from
            return None

    def create_project(self) -> Call:
        """Begin a project."""
        self.desk.projects.append(new_id("projects", self.ids, self.now_ms))
        name = self.random.choice(PROJECT_NAMES)
        return Call(do.create_project, self.desk.projects[-1], self.desk.user_id, name, now_ms=self.now_ms)

    def rename_project(self) -> Call:
        """Give a project another name."""
        return Call(do.rename_project, self._one(self.desk.projects), title(self.random), now_ms=self.now_ms)

    def delete_project(self) -> Call:
        """Delete a project; its conversations stay."""
        return Call(do.delete_project, self._off(self.desk.projects), now_ms=self.now_ms)

    def create_conversation(self) -> Call:
        """Begin a conversation, half of the time in a project."""
        inside = self.desk.projects and self.random.random() < 0.5
        project_id = self._one(self.desk.projects) if inside else None
        self.desk.conversations.append(new_id("conversations", self.ids, self.now_ms))
        arguments = (self.desk.conversations[-1], self.desk.user_id, title(self.random), self.random.choice(MODELS))
        return Call(do.create_conversation, *arguments, project_id=project_id, now_ms=self.now_ms)

    def rename_conversation(self) -> Call:
        """Give a conversation another title."""
        return Call(do.rename_conversation, self._one(self.desk.conversations), title(self.random), now_ms=self.now_ms)

    def delete_conversation(self) -> Call:
        """Delete one conversation."""
        return Call(do.delete_conversation, self._off(self.desk.conversations))

    def delete_conversations(self) -> Call:
        """Delete three conversations."""
        return Call(do.delete_conversations, [self._off(self.desk.conversations) for _ in range(3)])

    def add_conversation(self) -> Call:
        """Put a conversation into a project."""
        return self._with_both(do.add_conversation, by=self.desk.user_id)

    def remove_conversation(self) -> Call:
        """Take a conversation out of a project."""
        return self._with_both(do.remove_conversation)

    def move_conversation(self) -> Call:
        """Move a conversation to a project."""
        ids = (self._one(self.desk.conversations), self._one(self.desk.projects))
        return Call(do.move_conversation, *ids, by=self.desk.user_id, now_ms=self.now_ms)

    def assign_conversations(self) -> Call:
        """Put several conversations into a project."""
        # Some lists name a conversation twice, as a double click does.
        chosen = [self._one(self.desk.conversations) for _ in range(self.random.randint(2, 6))]
        project_id = self._one(self.desk.projects)
        return Call(do.assign_conversations, project_id, chosen, by=self.desk.user_id, now_ms=self.now_ms)

    def look_at_project(self) -> Call:
        """Open a project: its conversations, their number, or this week's."""
        operation: do.Operation[..., object] = self.random.choice((do.list_conversations, do.count_conversations))
        if self.random.random() < 0.3:
            return Call(do.conversations_added_since, self._one(self.desk.projects), self.now_ms - _WEEK_MS)
        return Call(operation, self._one(self.desk.projects))

    def create_message(self) -> Call:
        """Write a message, sometimes with attachments."""
        conversation_id = self._one(self.desk.conversations)
        attachments = [self._attachment() for _ in range(self.random.choice((0, 0, 0, 1, 2)))]
        self.desk.messages.append(new_id("messages", self.ids, self.now_ms))
        ids = (self.desk.messages[-1], conversation_id, self.desk.user_id)
        text = paragraph(self.random, 2)
        return Call(do.create_message, *ids, text, attachments=attachments, now_ms=self.now_ms)

    def edit_message(self) -> Call:
        """Change the text of a message."""
        return Call(do.edit_message, self._one(self.desk.messages), paragraph(self.random, 2), now_ms=self.now_ms)

    def delete_message(self) -> Call:
        """Delete a message."""
        return Call(do.delete_message, self._off(self.desk.messages), now_ms=self.now_ms)

    def add_attachment(self) -> Call:
        """Attach a file to a message."""
        return Call(do.add_attachment, self._one(self.desk.messages), self._attachment())

    def remove_attachment(self) -> Call:
        """Take a file off a message; often it is not there."""
        return Call(do.remove_attachment, self._one(self.desk.messages), self._one(self.desk.files))

    def rename_attachment(self) -> Call:
        """Rename a file in a message; often it is not there."""
        ids = (self._one(self.desk.messages), self._one(self.desk.files))
        return Call(do.rename_attachment, *ids, f"renamed-{self.random.randrange(100)}.png")

    def look_at_attachments(self) -> Call:
        """See the attachments of a message or of a conversation."""
        if self.random.random() < 0.5:
            return Call(do.list_attachments, self._one(self.desk.messages))
        return Call(do.attachments_of_conversation, self._one(self.desk.conversations))

    def _with_both(self, operation: do.Operation[..., object], **keywords: object) -> Call:
        ids = (self._one(self.desk.projects), self._one(self.desk.conversations))
        return Call(operation, *ids, **keywords, now_ms=self.now_ms)

    def _attachment(self) -> do.Attachment:
        # Few files are used again and again, so that removing and renaming finds them.
        if len(self.desk.files) < 12:
            self.desk.files.append(document_id(STORAGE_TABLE_NUMBER, self.ids.randbytes(16)))
        kind, mime_type, width = self.random.choice(
            (("image", "image/png", 640), ("file", "application/pdf", None), ("audio", "audio/mpeg", None))
        )
        return do.Attachment(
            type=kind,
            name=f"live-{self.random.randrange(1000)}",
            storage_id=self._one(self.desk.files),
            mime_type=mime_type,
            size=self.random.randrange(1, 10_000_000),
            width=width,
            duration=12.5 if kind == "audio" else None,
        )

    def _one(self, ids: list[str]) -> str:
        return self.random.choice(ids)

    def _off(self, ids: list[str]) -> str:
        chosen = self._one(ids)
        ids.remove(chosen)
        return chosen


_MIX: tuple[tuple[int, Callable[[Chooser], Call]], ...] = (
    (3, Chooser.create_project),
    (2, Chooser.rename_project),
    (1, Chooser.delete_project),
    (14, Chooser.create_conversation),
    (8, Chooser.rename_conversation),
    (4, Chooser.delete_conversation),
    (1, Chooser.delete_conversations),
    (8, Chooser.add_conversation),
    (5, Chooser.remove_conversation),
    (6, Chooser.move_conversation),
    (3, Chooser.assign_conversations),
    (8, Chooser.look_at_project),
    (16, Chooser.create_message),
    (8, Chooser.edit_message),
    (4, Chooser.delete_message),
    (8, Chooser.add_attachment),
    (4, Chooser.remove_attachment),
    (4, Chooser.rename_attachment),
    (5, Chooser.look_at_attachments),
)
_WEIGHTS = [weight for weight, _ in _MIX]
_ACTIONS = [action for _, action in _MIX]
