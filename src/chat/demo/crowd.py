"""Clients of both forms of the application, working at once.

In: a database and a number of clients. Out: load until they are told to go, then what they did.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

from chat.demo.report import ClientsReport
from chat.operations import Form
from chat.traffic import Client, ClientReport
from chat.traffic.clients import quantiles_ms

PAUSE_S = 0.01
"""A person pauses too; without it four clients leave the engine no processor on a small machine."""


@dataclass(slots=True, kw_only=True)
class Crowd:
    """The clients of one form.

    Attributes:
        url: The database.
        form: Their form of the application.
        size: How many they are.
    """

    url: str
    form: Form
    size: int
    _stop: Event = field(default_factory=Event)
    _pool: ThreadPoolExecutor | None = None
    _working: list[Future[ClientReport]] = field(default_factory=list)
    _reports: list[ClientReport] = field(default_factory=list)

    def come(self) -> None:
        """Begin to work."""
        self._stop.clear()
        self._pool = ThreadPoolExecutor(self.size, thread_name_prefix=f"chat-{self.form.value}")
        seeds = range(len(self._reports) + 1, len(self._reports) + 1 + self.size)
        clients = [Client(self.url, seed, self.form, pause_s=PAUSE_S) for seed in seeds]
        self._working = [self._pool.submit(client.run, self._stop) for client in clients]

    def go(self) -> None:
        """End; every request under way is finished first."""
        self._stop.set()
        self._reports += [working.result() for working in self._working]
        self._working = []
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def report(self) -> ClientsReport:
        """Return what all of them did, in all the times they came."""
        durations = [each for report in self._reports for some in report.latencies_s.values() for each in some]
        quantiles = quantiles_ms(durations)
        return ClientsReport(
            form=self.form.value,
            clients=self.size,
            requests=sum(report.operations.total() for report in self._reports),
            refused=sum(report.refused.total() for report in self._reports),
            retries=sum(report.retries for report in self._reports),
            failures=sum(report.failures for report in self._reports),
            errors=tuple(error for report in self._reports for error in report.errors),
            p50_ms=quantiles.get("p50", 0.0),
            p99_ms=quantiles.get("p99", 0.0),
        )
