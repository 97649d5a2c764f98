"""Shadow reads, as far as they are the same for threads and asyncio: what is compared, and what is kept of it.

In: results and times of two forms of one read. Out: records, counters, and rows for table ``unnest.shadow``.
"""

import functools
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from threading import Condition
from typing import Any, Generic, TypeAlias, TypeVar

from unnest.errors import UsageError
from unnest.reader.board import logger

T = TypeVar("T")
KEPT_RECORDS = 1000
DESCRIBED_CHARACTERS = 500
TIMEOUT_S = 5.0
WORKERS = 2
QUEUE_SIZE = 100


class Outcome(Enum):
    """What became of one shadow read."""

    EQUAL = "equal"
    """Both forms gave the same."""
    MOVED = "moved"
    """They differed, and agreed when both were read again: a write came in between."""
    DIFFERENT = "different"
    """They differed, also when both were read again."""
    FAILED = "failed"
    """The candidate, or the comparison, raised."""
    TIMED_OUT = "timed_out"
    """The candidate took too long and was abandoned."""
    DROPPED = "dropped"
    """There was no room: as many candidates as allowed were waiting already."""


COMPARED = frozenset({Outcome.EQUAL, Outcome.MOVED, Outcome.DIFFERENT})
"""Outcomes in which both forms gave an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRecord:
    """One shadow read.

    Attributes:
        migration: Id of the migration.
        name: Which read.
        at: When it was compared.
        outcome: What became of it.
        served_ms: Time of the form that was served.
        candidate_ms: Time of the other; None where it gave no answer.
        arguments: The arguments, described; kept for all but equal reads, like the next two.
        served: The served result, described.
        candidate: The other result or its error, described.
    """

    migration: str
    name: str
    at: datetime
    outcome: Outcome
    served_ms: float
    candidate_ms: float | None = None
    arguments: str = ""
    served: str = ""
    candidate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What became of all shadow reads of one name.

    Attributes:
        counts: How many had each outcome.
        served_ms: Total time of the served form over the reads that were compared.
        candidate_ms: Total time of the candidate over the same reads.
    """

    counts: Mapping[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    served_ms: float = 0.0
    candidate_ms: float = 0.0

    @property
    def compared(self) -> int:
        """How many reads both forms have answered."""
        return sum(self.counts[outcome] for outcome in COMPARED)

    def with_record(self, record: ShadowRecord) -> "Counters":
        """Return the counters with one more read."""
        counts = {**self.counts, record.outcome: self.counts[record.outcome] + 1}
        if record.outcome not in COMPARED:
            return replace(self, counts=counts)
        served_ms, candidate_ms = self.served_ms + record.served_ms, self.candidate_ms + (record.candidate_ms or 0.0)
        return Counters(counts=counts, served_ms=served_ms, candidate_ms=candidate_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Generic[T]):
    """How one read is compared.

    Attributes:
        migration: Id of the migration.
        name: Which read.
        rate: Share of the calls that are compared, 0 to 1.
        equal: Whether two results mean the same.
        on_difference: Told of every record whose outcome is DIFFERENT.
        random: Gives numbers in [0, 1).
        timeout_s: How long the candidate may take, the second look at a difference included.
        describe: Makes text of arguments and results, for records; the place to leave out what nobody may see.
    """

    migration: str
    name: str
    rate: float
    equal: Callable[[T, T], object]
    on_difference: Callable[[ShadowRecord], object] | None
    random: Callable[[], float]
    timeout_s: float
    describe: Callable[[object], str]

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise UsageError(f'shadow "{self.name}": rate is {self.rate!r}; it must be a share between 0 and 1')
        if self.timeout_s <= 0:
            raise UsageError(f'shadow "{self.name}": timeout_s is {self.timeout_s!r}; it must be above 0')

    def is_drawn(self) -> bool:
        """Return whether this call is one of those to compare."""
        return self.rate > 0 and self.random() < self.rate

    def record(self, outcome: Outcome, served_ms: float, candidate_ms: float | None = None, **values: object) -> ShadowRecord:
        """Return a record; ``values`` are described."""
        texts = {name: described(self.describe, value) for name, value in values.items()}
        return ShadowRecord(
            migration=self.migration,
            name=self.name,
            at=datetime.now(UTC),
            outcome=outcome,
            served_ms=served_ms,
            candidate_ms=candidate_ms,
            **texts,
        )


def name_of(function: Callable[..., object], name: str | None) -> str:
    """Return the name under which a read is counted; default: that of the new form."""
    inner = function.func if isinstance(function, functools.partial) else function
    return name or str(getattr(inner, "__qualname__", type(inner).__qualname__))


def described(describe: Callable[[object], str], value: object) -> str:
    """Return a value as text of bounded length; a value that can't be described must not end a comparison."""
    try:
        return describe(value)[:DESCRIBED_CHARACTERS]
    except Exception as error:
        return f"<{type(value).__name__}, not describable: {type(error).__name__}>"


StoredRow: TypeAlias = tuple[Any, ...]
"""migration, name, outcome, count, served_ms, candidate_ms, arguments, served, candidate, at."""


class ShadowLog:
    """Counters and records of shadow reads; any thread may add.

    Args:
        keep: How many records of other than equal reads are kept in memory, and at most wait to be stored.
        store: Whether ``take`` will be called to store them.
    """

    def __init__(self, *, keep: int = KEPT_RECORDS, store: bool = False) -> None:
        self._changed = Condition()
        self._counters: dict[tuple[str, str], Counters] = {}
        self._records: deque[ShadowRecord] = deque(maxlen=keep)
        self._unstored: deque[ShadowRecord] = deque(maxlen=keep)
        self._equal: dict[tuple[str, str], Counters] = {}
        self._running = 0
        self._store = store

    def begin(self) -> None:
        """Count one more candidate under way."""
        with self._changed:
            self._running += 1

    def end(self) -> None:
        """Count one candidate less."""
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def is_idle(self) -> bool:
        """Return whether no candidate is under way."""
        return self._running == 0

    def wait_idle(self, timeout_s: float) -> bool:
        """Block until no candidate is under way; return whether that came about in time."""
        with self._changed:
            return self._changed.wait_for(self.is_idle, timeout_s)

    def add(self, record: ShadowRecord) -> None:
        """Count a read, and keep its record unless both forms were equal."""
        key = (record.migration, record.name)
        with self._changed:
            self._counters[key] = self._counters.get(key, Counters()).with_record(record)
            if record.outcome is not Outcome.EQUAL:
                self._records.append(record)
            if self._store and record.outcome is Outcome.EQUAL:
                self._equal[key] = self._equal.get(key, Counters()).with_record(record)
            elif self._store:
                self._unstored.append(record)

    def counters(self) -> dict[tuple[str, str], Counters]:
        """Return the counters by (migration, name)."""
        with self._changed:
            return dict(self._counters)

    def records(self) -> list[ShadowRecord]:
        """Return the records of reads that were not equal, oldest first; only the newest are kept."""
        with self._changed:
            return list(self._records)

    def take(self) -> list[StoredRow]:
        """Return what is to be stored since the last call: one row a record, one for all equal reads of a name."""
        with self._changed:
            equal, records = self._equal, list(self._unstored)
            self._equal = {}
            self._unstored.clear()
        return [*_equal_rows(equal), *(_row(record) for record in records)]


def _equal_rows(equal: Mapping[tuple[str, str], Counters]) -> Iterable[StoredRow]:
    now = datetime.now(UTC)
    for (migration, name), c in equal.items():
        count = c.counts[Outcome.EQUAL]
        yield (migration, name, Outcome.EQUAL.value, count, c.served_ms, c.candidate_ms, None, None, None, now)


def _row(record: ShadowRecord) -> StoredRow:
    texts = (text.replace("\0", "\\0") for text in (record.arguments, record.served, record.candidate))
    head = (record.migration, record.name, record.outcome.value, 1, record.served_ms, record.candidate_ms)
    return (*head, *texts, record.at)


def tell(comparison: Comparison[Any], log: ShadowLog, record: ShadowRecord) -> None:
    """Keep a record, and tell of a difference; an error in the telling is logged and goes no further."""
    log.add(record)
    if record.outcome is not Outcome.DIFFERENT or comparison.on_difference is None:
        return
    try:
        comparison.on_difference(record)
    except Exception:
        logger.exception('shadow "%s": on_difference raised', comparison.name)
