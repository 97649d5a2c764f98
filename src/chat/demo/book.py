"""What must be in the database, by an account of its own: a model in Python that knows nothing of stages and triggers.

In: writes that the database has confirmed. Out: which conversations each project holds, which attachments each message has.
"""

from dataclasses import dataclass, field

from chat.operations import Attachment, Form


@dataclass(slots=True, kw_only=True)
class Kept:
    """An attachment in the book, with the form of the application that wrote it last."""

    attachment: Attachment
    form: Form


@dataclass(slots=True, kw_only=True)
class Book:
    """The documents of one user."""

    projects: dict[str, set[str]] = field(default_factory=dict)
    conversations: dict[str, str | None] = field(default_factory=dict)
    messages: dict[str, list[Kept]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)  # message -> conversation

    def move(self, conversation: str, project: str | None) -> None:
        """Enter that a conversation is in a project now, or in none."""
        for members in self.projects.values():
            members.discard(conversation)
        if project is not None:
            self.projects[project].add(conversation)
        self.conversations[conversation] = project

    def drop_project(self, project: str) -> None:
        """Enter that a project is gone; its conversations stay."""
        for conversation in self.projects.pop(project):
            self.conversations[conversation] = None

    def drop_conversation(self, conversation: str) -> None:
        """Enter that a conversation is gone, its messages with it."""
        self.move(conversation, None)
        del self.conversations[conversation]
        for message in [message for message, owner in self.owners.items() if owner == conversation]:
            self.drop_message(message)

    def drop_message(self, message: str) -> None:
        """Enter that a message is gone."""
        del self.messages[message], self.owners[message]

    def removable(self, message: str, form: Form) -> list[Kept]:
        """Return what a form may take off a message or rename.

        For some minutes an old write can't take away what the new application has just written: the engine takes it for a stale
        copy written back. An old application that means it tries again later; the book has no such patience.
        """
        return [kept for kept in self.messages[message] if form is Form.NEW or kept.form is Form.OLD]
