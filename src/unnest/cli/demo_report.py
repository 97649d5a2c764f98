"""What a demonstration shows at its end.

In: facts of the snapshot, what was imported, moves, findings, accounting, clients. Out: tables for people, one object for
programs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from unnest.cli.screen import duration, marked, plain, table
from unnest.convex import ImportReport
from unnest.runner.report import Accounting

if TYPE_CHECKING:
    from chat.demo import DemoReport, SnapshotFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything there is to tell.

    Attributes:
        facts: What is true of the made-up snapshot.
        imported: What was imported.
        report: What the demonstration did.
        findings: Open findings by kind, of each migration.
        accounts: Accounting of the backfill, of each migration.
    """

    facts: "SnapshotFacts"
    imported: ImportReport
    report: "DemoReport"
    findings: Mapping[str, Mapping[str, int]]
    accounts: Mapping[str, Sequence[Accounting]]

    @property
    def problems(self) -> list[str]:
        """What must not be."""
        unbalanced = [
            f"accounting of {part.part} in {migration} does not balance"
            for migration, parts in self.accounts.items()
            for part in parts
            if not part.balances
        ]
        return [*self.report.problems, *unbalanced]

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, failed or differs."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "holds": self.holds,
            "problems": self.problems,
            "seconds": round(self.report.seconds, 1),
            "snapshot": plain(self.facts),
            "imported": {each.table: each.documents for each in self.imported.tables},
            "moves": plain(self.report.moves),
            "findings": plain(self.findings),
            "accounting": {migration: [_account(part) for part in parts] for migration, parts in self.accounts.items()},
            "clients": plain(self.report.clients),
            "witness": plain(self.report.witness),
            "lost_updates": len(self.report.witness.lost),
            "untouched": plain(self.report.untouched),
        }

    def render(self) -> Iterator[RenderableType]:
        """Yield the report for people."""
        yield "\nmoves (verified after each)"
        yield self._moves()
        yield "\nfindings, and what was planned into the snapshot (old clients add to it: they write arrays without a lock)"
        yield self._findings()
        yield "\naccounting of the backfill: elements = placed + merged + quarantined + skipped"
        yield self._accounts()
        yield "\nrequests of the application during all of this"
        yield self._clients()
        yield ""
        yield from self._losses()
        yield ""
        yield from (marked(f"failed: {problem}") for problem in self.problems)
        yield f"{'everything holds' if self.holds else 'something does not hold'}, {duration(self.report.seconds)}"

    def _moves(self) -> RenderableType:
        rows = []
        for move in self.report.moves:
            what = (
                f"{move.origin} -> {move.target}" if move.origin != move.target else f"{move.origin}, both applications at work"
            )
            result = marked("clean" if not move.differences else "differs")
            rows.append((move.migration, what, duration(move.seconds) if move.seconds else "", result))
        return table(("migration", "move", "time", "verified"), rows, right=("time",))

    def _findings(self) -> RenderableType:
        planned = dict(self.facts.findings)
        rows = []
        for migration, counts in self.findings.items():
            for kind, count in counts.items():
                rows.append((migration, kind, count, planned.get(kind, "") if "conversations" in migration else ""))
        return table(("migration", "kind", "found", "planned"), rows, right=("found", "planned"))

    def _accounts(self) -> RenderableType:
        columns = ("part", "elements", "placed", "merged", "quarantined", "skipped", "balances")
        parts = [part for some in self.accounts.values() for part in some]
        rows = [(p.part, p.elements, p.placed, p.merged, p.quarantined, p.skipped, p.balances) for p in parts]
        return table(columns, rows, right=columns[1:6])

    def _clients(self) -> RenderableType:
        columns = ("application", "clients", "requests", "declined", "retried", "failed", "p50", "p99")
        rows = [
            (c.form, c.clients, c.requests, c.refused, c.retries, c.failures, f"{c.p50_ms:.1f} ms", f"{c.p99_ms:.0f} ms")
            for c in self.report.clients
        ]
        return table(columns, rows, right=columns[1:])

    def _losses(self) -> Iterator[str]:
        witness = self.report.witness
        yield (
            f"lost updates: {len(witness.lost)} ({witness.writes:,} writes remembered by a witness, "
            f"{witness.compared:,} comparisons with its book, {witness.retries:,} retried, {len(witness.failures)} failed)"
        )
        for each in self.report.untouched:
            anew = (
                f", {each.spelled_anew:,} of these with ids in another order or JSON text spelled anew"
                if each.spelled_anew
                else ""
            )
            same = each.documents - each.differing
            yield (
                f"untouched documents {each.when}: {each.documents:,} compared with the import, {same:,} mean the same{anew}, "
                f"{each.differing:,} differ"
            )


def _account(part: Accounting) -> dict[str, Any]:
    return {**plain(part), "balances": part.balances}
