"""What a demonstration has shown.

In: numbers. Out: frozen records, and the one question whether anything was lost.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReport:
    """One move, and the verification after it.

    Attributes:
        migration: Which one moved.
        origin: From where.
        target: To where.
        seconds: How long the move took.
        differences: What the verification after it found.
    """

    migration: str
    origin: str
    target: str
    seconds: float
    differences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientsReport:
    """What the clients of one form of the application did together."""

    form: str
    clients: int
    requests: int
    refused: int
    retries: int
    failures: int
    errors: tuple[str, ...]
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessReport:
    """What became of writes that were entered in a book.

    Attributes:
        writes: How many writes the database has confirmed.
        compared: How many projects and messages were compared with the book, in all looks together.
        lost: What the database says differently, with the place.
        retries: Attempts repeated after a deadlock or a serialization failure.
        failures: Writes that failed in any other way.
    """

    writes: int
    compared: int
    lost: tuple[str, ...]
    retries: int
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UntouchedReport:
    """Documents that no client touched, compared with what was imported.

    Attributes:
        when: At which moment they were compared.
        documents: How many.
        spelled_anew: How many mean the same with another order of ids or another spelling of JSON text.
        differing: How many do not mean what they meant.
    """

    when: str
    documents: int
    spelled_anew: int
    differing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """What was done and found."""

    moves: tuple[MoveReport, ...]
    clients: tuple[ClientsReport, ...]
    witness: WitnessReport
    untouched: tuple[UntouchedReport, ...]
    seconds: float
    problems: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "problems", tuple(self._problems()))

    def _problems(self) -> list[str]:
        moves = [f"{m.migration} at {m.target}: {m.differences} differences" for m in self.moves if m.differences]
        clients = [
            f"{c.failures} failed requests of {c.form} clients; the first: {c.errors[0]}" for c in self.clients if c.failures
        ]
        lost = [f"lost update: {place}" for place in self.witness.lost]
        failed = [f"failed write: {text}" for text in self.witness.failures]
        changed = [f"{u.differing} untouched documents differ {u.when}" for u in self.untouched if u.differing]
        return [*moves, *clients, *lost, *failed, *changed]
