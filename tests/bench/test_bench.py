"""The benchmarks stay alive: one run of all of them with tiny sizes. How fast anything was is never asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUITES = {"backfill", "overhead", "verify", "flat", "delete", "snapshots"}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the directory with the results of one run."""
    directory = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "bench", "--quick", "--rows", "300"]
    arguments = ["--out", str(directory), "--docs", str(directory / "page.md")]
    done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return directory


def test_every_suite_leaves_numbers_behind(out: Path) -> None:
    results = {file.stem: json.loads(file.read_text()) for file in out.glob("*.json")}
    assert set(results) == SUITES
    for result in results.values():
        assert all(table["rows"] for table in result["tables"])
        assert all(aim["measured"] > 0 for aim in result["aims"])


def test_what_was_broken_on_purpose_is_named(out: Path) -> None:
    result = json.loads((out / "verify.json").read_text())
    planted = [row for table in result["tables"] if "planted" in table["title"] for row in table["rows"]]
    assert len(planted) == 12
    assert {row[2] for row in planted} == {"yes"}


def test_the_page_shows_each_table(out: Path) -> None:
    page = (out / "page.md").read_text()
    titles = [table["title"] for file in out.glob("*.json") for table in json.loads(file.read_text())["tables"]]
    assert [title for title in titles if f"**{title}**" not in page] == []


def test_an_unknown_suite_is_refused_by_name() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--suite", "speed"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert '"speed" is unknown' in done.stderr
