"""What the command line is made of, without a process: words, numbers, progress in a log."""

import io
import time

import pytest
from rich.console import Console

from unnest.cli.failures import explain
from unnest.cli.main import hoisted
from unnest.cli.progress import LineDisplay, RunnerProgress, amount, finished
from unnest.cli.screen import duration, evidence, plain, size
from unnest.errors import (
    GateClosed,
    Inconsistent,
    InputError,
    Interrupted,
    LeaseHeld,
    Refused,
    Retryable,
    UnnestError,
    UsageError,
)
from unnest.runner.report import Progress
from unnest.stages import Stage


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["status", "--db", "url"], ["--db", "url", "status"]),
        (["status", "--db=url", "3", "--migrations", "m:N"], ["--db=url", "--migrations", "m:N", "status", "3"]),
        (["db", "psql", "--", "--db", "x"], ["db", "psql", "--", "--db", "x"]),
        (["status", "--db"], ["--db", "status"]),
        ([], []),
    ],
)
def test_global_options_may_stand_anywhere(given: list[str], expected: list[str]) -> None:
    assert hoisted(given) == expected


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("u"), 2),
        (GateClosed("g"), 1),
        (LeaseHeld("l"), 1),
        (Refused("r"), 1),
        (InputError("i"), 1),
        (Inconsistent("i"), 1),
        (UnnestError("e"), 1),
        (Interrupted("i"), 3),
        (Retryable("r"), 3),
    ],
)
def test_each_error_has_its_exit_code(error: UnnestError, code: int) -> None:
    text, found = explain(error, None)
    assert (found, text.endswith(f": {error}")) == (code, True)


def test_spans_and_sizes_are_told_in_units_that_fit() -> None:
    assert [duration(each) for each in (None, 0.04, 9.94, 61, 3600, 90_061)] == [
        "-",
        "0.0 s",
        "9.9 s",
        "1 min 1 s",
        "1 h",
        "1 d 1 h",
    ]
    assert [size(each) for each in (0, 999, 1500, 250_000, 7e9, 2e15)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "250 kB",
        "7.0 GB",
        "2000.0 TB",
    ]


def test_rate_and_eta_appear_when_they_mean_something() -> None:
    assert amount(10, 100, "rows", 0.1) == "10 of 100 (10 %)"
    assert amount(1000, 4000, "rows", 2) == "1,000 of 4,000 (25 %)  500/s  ETA 6.0 s"
    assert amount(1000, 0, "rows", 2) == "1,000  500/s"
    assert finished(5_000_000, "bytes", 2) == "5.0 MB in 2.0 s, 2.5 MB/s"


def test_what_can_not_be_seen_is_escaped_in_evidence() -> None:
    assert evidence({"a": "é\u2028\u202e\U000e0001"}) == '{"a": "é\\u2028\\u202e\\udb40\\udc01"}'


def test_records_become_plain_data() -> None:
    told = Progress(migration="m", step="copy")
    assert plain({Stage.SCHEMA: (told,)}) == {
        "schema": [{"migration": "m", "step": "copy", "part": "", "done": 0, "total": 0, "note": ""}]
    }


def test_a_log_gets_a_line_now_and_then_and_every_note(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    out = io.StringIO()
    display = LineDisplay(Console(file=out, width=100, highlight=False))
    tell = RunnerProgress(display)
    for second in range(10):
        now[0] = float(second)
        tell(Progress(migration="m", step="copy", part="a.b", done=100 * second, total=900))
    tell(Progress(migration="m", step="copy", part="a.b", note="paused by somebody"))
    now[0] = 10.0
    tell(Progress(migration="m", step="harden"))
    assert out.getvalue().splitlines() == [
        "  copy a.b  300 of 900 (33 %)  100/s  ETA 6.0 s",
        "  copy a.b  600 of 900 (66 %)  100/s  ETA 3.0 s",
        "  copy a.b  900 of 900 (100 %)  100/s  ETA 0.0 s",
        "  note: paused by somebody",
        "  copy a.b  900 in 10 s, 90/s",
    ]
