"""Clients that use the application without a break, in its old or its new form.

In: a database, a form, a seed, and a signal to stop. Out: ``ClientReport``: what was done, how fast, and what went wrong.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random, SystemRandom
from threading import Event

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow
from sqlalchemy import BigInteger, select

from chat.legacy import conversations, messages, projects, users
from chat.operations import Form, OperationRefused, retrying
from chat.operations.statement import Statement, given, in_given
from chat.traffic.actions import Call, Chooser, Desk
from chat.traffic.errors import WorldError

_KEPT_ERRORS = 50
_CALLS_BETWEEN_LOOKS = 150
# All clients share few users and documents, so that they meet on the same rows.
SHARED_USERS = 6
_USERS_PER_CLIENT = 2
_DOCUMENTS = 60

_FIND_USERS = Statement(select(users.c.id).order_by(users.c.id).limit(SHARED_USERS))
_FIND_PROJECTS = Statement(
    select(projects.c.id).where(projects.c.user_id == given("id")).order_by(projects.c.id).limit(given("limit", BigInteger))
)
_FIND_CONVERSATIONS = Statement(
    select(conversations.c.id)
    .where(conversations.c.user_id == given("id"))
    .order_by(conversations.c.id)
    .limit(given("limit", BigInteger))
)
_FIND_MESSAGES = Statement(
    select(messages.c.id)
    .where(in_given(messages.c.conversation_id, "ids"))
    .order_by(messages.c.id)
    .limit(given("limit", BigInteger))
)


@dataclass(slots=True, kw_only=True)
class ClientReport:
    """What a client did.

    Args:
        form: The form of the application.
        seed: The client's seed.
        seconds: How long it ran.
        operations: Completed operations by name.
        refused: Operations that the application itself refused (gone, in another project, ...) by name.
        retries: Attempts repeated after a deadlock or a serialization failure.
        failures: How many operations failed in any other way, or at last in this one.
        errors: The texts of the first failures.
        latencies_s: Duration of every completed operation in seconds, retries and their pauses included, by name.
    """

    form: str
    seed: int
    seconds: float = 0.0
    operations: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    failures: int = 0
    errors: list[str] = field(default_factory=list)
    latencies_s: dict[str, list[float]] = field(default_factory=dict)

    def note_failure(self, name: str, error: BaseException) -> None:
        """Count a failure and keep its text."""
        self.failures += 1
        if len(self.errors) < _KEPT_ERRORS:
            state = getattr(error, "sqlstate", None) or "no SQLSTATE"
            self.errors.append(f"'{name}': {type(error).__name__} ({state}): {error}")

    def as_json(self) -> dict[str, object]:
        """Return the report for a log line, with quantiles in the place of all durations."""
        return {
            "form": self.form,
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
            "operations": dict(sorted(self.operations.items())),
            "refused": dict(sorted(self.refused.items())),
            "retries": self.retries,
            "failures": self.failures,
            "errors": self.errors,
            "latency_ms": quantiles_ms([each for durations in self.latencies_s.values() for each in durations]),
        }


def quantiles_ms(durations_s: list[float]) -> dict[str, float]:
    """Return p50, p95, p99 and the maximum of some durations in milliseconds; nothing if there are none."""
    ordered = sorted(durations_s)
    if not ordered:
        return {}
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000, 3) for name, share in places.items()}


class Client:
    """One user agent with a connection of its own; ``run`` may be called in a thread.

    Args:
        url: The database, as libpq takes it.
        seed: Of all its choices; what they meet depends on the others, too.
        form: Which form of the application it uses.
        pause_s: How long to wait after each operation; 0 works without a break.
    """

    def __init__(self, url: str, seed: int, form: Form, *, pause_s: float = 0.0) -> None:
        self._url = url
        self._form = form
        self._pause_s = pause_s
        self._random = Random(seed)
        self._ids = SystemRandom()
        self.report = ClientReport(form=form.value, seed=seed)

    def run(self, stop: Event, *, on_call: Callable[[str], None] | None = None) -> ClientReport:
        """Work until ``stop`` is set or the connection is lost.

        Args:
            stop: Looked at after each operation.
            on_call: Told the name of each operation that was tried.

        Returns:
            The report, which is also at hand as ``report`` while the client works.
        """
        began = time.monotonic()
        try:
            with psycopg.connect(self._url, autocommit=True, application_name=f"chat {self._form.value} client") as connection:
                while not stop.is_set() and not connection.closed:
                    for desk in self._look_around(connection):
                        self._work_at(desk, connection, stop, on_call)
        except psycopg.Error as error:  # of connecting or looking around; what an operation meets is noted where it is called
            self.report.note_failure("connection", error)
        self.report.seconds = time.monotonic() - began
        return self.report

    def _look_around(self, connection: Connection[TupleRow]) -> list[Desk]:
        """Return the desks of some users, with what is in the database now."""
        found = [str(row[0]) for row in _FIND_USERS.rows(connection)]
        if not found:
            raise WorldError("Clients need users to act for, and the table 'users' is empty. Import a snapshot first.")
        chosen = self._random.sample(found, min(_USERS_PER_CLIENT, len(found)))
        return [self._desk_of(user_id, connection) for user_id in chosen]

    def _desk_of(self, user_id: str, connection: Connection[TupleRow]) -> Desk:
        held = [str(row[0]) for row in _FIND_CONVERSATIONS.rows(connection, id=user_id, limit=_DOCUMENTS)]
        return Desk(
            user_id=user_id,
            projects=[str(row[0]) for row in _FIND_PROJECTS.rows(connection, id=user_id, limit=_DOCUMENTS)],
            conversations=held,
            messages=[str(row[0]) for row in _FIND_MESSAGES.rows(connection, ids=held, limit=_DOCUMENTS)],
        )

    def _work_at(self, desk: Desk, connection: Connection[TupleRow], stop: Event, on_call: Callable[[str], None] | None) -> None:
        for _ in range(_CALLS_BETWEEN_LOOKS):
            if stop.is_set() or connection.closed:
                return
            now_ms = float(int(time.time() * 1000))
            call = Chooser(desk=desk, random=self._random, ids=self._ids, now_ms=now_ms).next()
            if call is None:
                continue
            self._do(call, connection)
            if on_call is not None:
                on_call(call.name)
            if self._pause_s:
                stop.wait(self._pause_s)

    def _do(self, call: Call, connection: Connection[TupleRow]) -> None:
        began = time.perf_counter()
        try:
            retrying(
                connection, lambda ready: call.on(ready, self._form), random=self._random, on_retry=lambda _: self._note_retry()
            )
        except OperationRefused:
            self.report.refused[call.name] += 1
        except psycopg.Error as error:
            self.report.note_failure(call.name, error)
        else:
            self.report.operations[call.name] += 1
            self.report.latencies_s.setdefault(call.name, []).append(time.perf_counter() - began)

    def _note_retry(self) -> None:
        self.report.retries += 1


class OldClient(Client):
    """A client of the old application: reads and writes nested values."""

    def __init__(self, url: str, seed: int, *, pause_s: float = 0.0) -> None:
        super().__init__(url, seed, Form.OLD, pause_s=pause_s)


class NewClient(Client):
    """A client of the new application: reads and writes the normalized tables."""

    def __init__(self, url: str, seed: int, *, pause_s: float = 0.0) -> None:
        super().__init__(url, seed, Form.NEW, pause_s=pause_s)
