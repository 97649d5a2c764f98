"""Results for people: a table on the terminal, and a page of Markdown.

In: results. Out: text.
"""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table as Grid

from bench.results import Aim, Result, Table

HEAD = """\
# Benchmarks

This page is written by `make bench` (`python -m bench`); the last run of each suite is shown. Every ratio comes from one run,
in which the methods took turns; figures are medians of the rounds that each table names. CPU time is that of the server's
process and of the client, without the server's background writers. The server runs with `fsync` and `synchronous_commit` on and
1 GB of shared buffers. The engine changes: each suite names the commit at which it was measured. **Compare ratios, not absolute
figures**: they were taken on a small machine with two cores that did other work at the same time, as the load averages say. A
figure misses its aim where the page says so; nothing here is a test.
"""


def show(result: Result, console: Console) -> None:
    """Print a result."""
    console.rule(result.title)
    for table in result.tables:
        grid = Grid(title=table.title, title_justify="left")
        for number, column in enumerate(table.columns):
            grid.add_column(column, justify="left" if number == 0 else "right")
        for row in table.rows:
            grid.add_row(*map(_cell, row))
        console.print(grid)
    for aim in result.aims:
        console.print(
            f"{'met   ' if aim.is_met else 'MISSED'}  {aim.what}: {aim.measured:.2f} (wanted: {aim.wanted})", highlight=False
        )


def page(results: Iterable[Result]) -> str:
    """Return the page with every result."""
    return "\n".join([HEAD, *(line for result in results for line in _section(result))]).rstrip() + "\n"


def _section(result: Result) -> Iterator[str]:
    yield f"## {result.title}\n"
    yield "; ".join(f"{name}: {value}" for name, value in result.run.items()) + ".\n"
    yield f"{result.method}\n"
    for table in result.tables:
        yield from _table(table)
    if result.aims:
        yield from _table(Table(title="Aims", columns=("aim", "wanted", "measured", ""), rows=[_aim(aim) for aim in result.aims]))


def _table(table: Table) -> Iterator[str]:
    yield f"**{table.title}**\n"
    yield "| " + " | ".join(table.columns) + " |"
    yield "|" + "|".join(["---", *("---:" for _ in table.columns[1:])]) + "|"
    for row in table.rows:
        yield "| " + " | ".join(map(_cell, row)) + " |"
    yield ""


def _aim(aim: Aim) -> tuple[str, str, str, str]:
    return aim.what, aim.wanted, f"{aim.measured:.2f}", "met" if aim.is_met else "**missed**"


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
