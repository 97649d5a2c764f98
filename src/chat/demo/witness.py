"""A client that remembers: everything it was told is done must be there at the end, in both forms.

In: a database and the forms of the application that are running. Out: writes to the documents of a user of its own, and at any
moment a comparison of the database with its book.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from random import Random, SystemRandom
from threading import Event, Lock, Thread

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import insert

from chat import operations as do
from chat.demo.book import Book, Kept
from chat.demo.report import WitnessReport
from chat.legacy import users
from chat.operations import Attachment, Form
from chat.operations.statement import Statement, given
from chat.traffic.identity import STORAGE_TABLE_NUMBER, TABLE_NUMBERS, document_id, new_id

PAUSE_S = 0.01
_MOST_PROJECTS, _MOST_CONVERSATIONS, _MOST_MESSAGES = 6, 24, 40
_LAST = b"\xff" * 12
"""Clients share the first users by id; the witness is the last one, so that nobody else writes its documents."""

_JOIN = Statement(insert(users).values(id=given("id"), name=given("name")))


class Witness:
    """One user whose every write is entered in a book.

    Args:
        url: The database.
        seed: Of its choices.
    """

    def __init__(self, url: str, seed: int) -> None:
        self._url = url
        self._random, self._ids = Random(seed), SystemRandom()
        self._user = document_id(TABLE_NUMBERS["users"], _LAST + self._ids.randbytes(4))
        self._book = Book()
        self._forms: tuple[Form, ...] = ()
        self._lock, self._stop = Lock(), Event()
        self._thread = Thread(target=self._work, name="chat-witness", daemon=True)
        self._writes = self._compared = self._retries = 0
        self._lost: list[str] = []
        self._failures: list[str] = []

    def come(self, *forms: Form) -> None:
        """Begin to work, with these forms of the application."""
        self._forms = forms
        self._thread.start()

    def use(self, *forms: Form) -> None:
        """Use these forms from now on; a request under way is finished first."""
        with self._lock:
            self._forms = forms

    def go(self) -> None:
        """End; a request under way is finished first."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def report(self) -> WitnessReport:
        """Return what became of its writes."""
        return WitnessReport(
            writes=self._writes,
            compared=self._compared,
            lost=tuple(self._lost),
            retries=self._retries,
            failures=tuple(self._failures),
        )

    def look(self, *forms: Form) -> None:
        """Compare the database with the book, as each of these forms of the application sees it."""
        with self._lock, psycopg.connect(self._url, autocommit=True, application_name="chat witness") as connection:
            for form in forms:
                self._compare(connection, form)

    def _compare(self, connection: Connection[TupleRow], form: Form) -> None:
        for project, members in self._book.projects.items():
            found = do.list_conversations.form(form)(connection, project)
            self._note(f'project "{project}" ({form.value})', sorted(found), sorted(members))
            count = do.count_conversations.form(form)(connection, project)
            self._note(f'number of conversations of project "{project}" ({form.value})', count, len(members))
        for message, kept in self._book.messages.items():
            attachments = do.list_attachments.form(form)(connection, message)
            self._note(f'message "{message}" ({form.value})', attachments, [each.attachment for each in kept])

    def _note(self, place: str, found: object, expected: object) -> None:
        self._compared += 1
        if found != expected:
            self._lost.append(f"{place}: expected {expected}, found {found}")

    # -- writing ----------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            with psycopg.connect(self._url, autocommit=True, application_name="chat witness") as connection:
                _JOIN.run(connection, id=self._user, name="Witness")
                while not self._stop.is_set() and not connection.closed:
                    with self._lock:
                        self._write(connection, self._random.choice(self._forms))
                    self._stop.wait(PAUSE_S)
        except psycopg.Error as error:
            self._failures.append(f"connection: {type(error).__name__}: {error}")

    def _write(self, connection: Connection[TupleRow], form: Form) -> None:
        action = self._random.choice(_ACTIONS)
        try:
            chosen = action(self, form)
        except IndexError:  # the book has nothing to choose from
            return
        call, enter = chosen
        try:
            do.retrying(connection, call, random=self._random, on_retry=lambda _: self._count_retry())
        except (psycopg.Error, do.OperationRefused) as error:
            self._failures.append(f"{action.__name__} ({form.value}): {type(error).__name__}: {error}")
        else:
            enter()
            self._writes += 1

    def _count_retry(self) -> None:
        self._retries += 1

    def _one(self, choices: list[str]) -> str:
        return self._random.choice(choices)

    def _now_ms(self) -> float:
        return float(int(time.time() * 1000))

    def _attachment(self) -> Attachment:
        return Attachment(
            type=self._random.choice(("file", "image", "audio")),
            name=f"witnessed-{self._writes}",
            storage_id=document_id(STORAGE_TABLE_NUMBER, self._ids.randbytes(16)),
            mime_type="application/octet-stream",
            size=self._random.randrange(1, 1_000_000),
            width=self._random.choice((None, 640)),
        )

    def create_project(self, form: Form) -> "Chosen":
        """Begin a project, or end the oldest where there are enough."""
        if len(self._book.projects) >= _MOST_PROJECTS:
            return self.delete_project(form)
        made, now = new_id("projects", self._ids, self._now_ms()), self._now_ms()

        def call(ready: Connection[TupleRow]) -> object:
            return do.create_project.form(form)(ready, made, self._user, "Witnessed", now_ms=now)

        return call, lambda: self._book.projects.update({made: set()})

    def delete_project(self, form: Form) -> "Chosen":
        """End a project."""
        gone, now = self._one([*self._book.projects]), self._now_ms()

        def call(ready: Connection[TupleRow]) -> object:
            return do.delete_project.form(form)(ready, gone, now_ms=now)

        return call, lambda: self._book.drop_project(gone)

    def create_conversation(self, form: Form) -> "Chosen":
        """Begin a conversation in a project, or end one where there are enough."""
        if len(self._book.conversations) >= _MOST_CONVERSATIONS:
            return self.delete_conversation(form)
        made, now = new_id("conversations", self._ids, self._now_ms()), self._now_ms()
        project = self._one([*self._book.projects])

        def call(ready: Connection[TupleRow]) -> object:
            make = do.create_conversation.form(form)
            return make(ready, made, self._user, "Witnessed", "gpt-4o", project_id=project, now_ms=now)

        return call, lambda: self._book.move(made, project)

    def delete_conversation(self, form: Form) -> "Chosen":
        """End a conversation."""
        gone = self._one([*self._book.conversations])

        def call(ready: Connection[TupleRow]) -> object:
            return do.delete_conversation.form(form)(ready, gone)

        return call, lambda: self._book.drop_conversation(gone)

    def move_conversation(self, form: Form) -> "Chosen":
        """Move a conversation to a project."""
        conversation, project = self._one([*self._book.conversations]), self._one([*self._book.projects])
        now = self._now_ms()

        def call(ready: Connection[TupleRow]) -> object:
            return do.move_conversation.form(form)(ready, conversation, project, by=self._user, now_ms=now)

        return call, lambda: self._book.move(conversation, project)

    def remove_conversation(self, form: Form) -> "Chosen":
        """Take a conversation out of its project."""
        conversation = self._one([each for each, project in self._book.conversations.items() if project])
        project, now = str(self._book.conversations[conversation]), self._now_ms()

        def call(ready: Connection[TupleRow]) -> object:
            return do.remove_conversation.form(form)(ready, project, conversation, now_ms=now)

        return call, lambda: self._book.move(conversation, None)

    def create_message(self, form: Form) -> "Chosen":
        """Write a message with attachments, or delete one where there are enough."""
        if len(self._book.messages) >= _MOST_MESSAGES:
            return self.delete_message(form)
        conversation, now = self._one([*self._book.conversations]), self._now_ms()
        made, attachments = new_id("messages", self._ids, now), [self._attachment() for _ in range(self._random.randrange(4))]

        def call(ready: Connection[TupleRow]) -> object:
            make = do.create_message.form(form)
            return make(ready, made, conversation, self._user, "Witnessed", attachments=attachments, now_ms=now)

        def enter() -> None:
            self._book.messages[made] = [Kept(attachment=each, form=form) for each in attachments]
            self._book.owners[made] = conversation

        return call, enter

    def delete_message(self, form: Form) -> "Chosen":
        """Delete a message."""
        gone, now = self._one([*self._book.messages]), self._now_ms()

        def call(ready: Connection[TupleRow]) -> object:
            return do.delete_message.form(form)(ready, gone, now_ms=now)

        return call, lambda: self._book.drop_message(gone)

    def add_attachment(self, form: Form) -> "Chosen":
        """Attach a file."""
        message, attachment = self._one([*self._book.messages]), self._attachment()

        def call(ready: Connection[TupleRow]) -> object:
            return do.add_attachment.form(form)(ready, message, attachment)

        return call, lambda: self._book.messages[message].append(Kept(attachment=attachment, form=form))

    def remove_attachment(self, form: Form) -> "Chosen":
        """Take a file off a message."""
        message = self._one([*self._book.messages])
        kept = self._random.choice(self._book.removable(message, form))

        def call(ready: Connection[TupleRow]) -> object:
            return do.remove_attachment.form(form)(ready, message, kept.attachment.storage_id)

        return call, lambda: self._book.messages[message].remove(kept)

    def rename_attachment(self, form: Form) -> "Chosen":
        """Rename a file in a message."""
        message = self._one([*self._book.messages])
        kept = self._random.choice(self._book.removable(message, form))
        name = f"renamed-{self._writes}"

        def call(ready: Connection[TupleRow]) -> object:
            return do.rename_attachment.form(form)(ready, message, kept.attachment.storage_id, name)

        def enter() -> None:
            kept.attachment, kept.form = replace(kept.attachment, name=name), form

        return call, enter


Chosen = tuple[Callable[[Connection[TupleRow]], object], Callable[[], None]]
"""A write, and what to enter in the book once it is done."""

_ACTIONS: tuple[Callable[[Witness, Form], Chosen], ...] = (
    Witness.create_project,
    Witness.create_conversation,
    Witness.create_conversation,
    Witness.move_conversation,
    Witness.move_conversation,
    Witness.remove_conversation,
    Witness.create_message,
    Witness.create_message,
    Witness.add_attachment,
    Witness.add_attachment,
    Witness.remove_attachment,
    Witness.rename_attachment,
)
