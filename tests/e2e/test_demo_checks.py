"""The demonstration would notice a loss: each of its checks is shown to fail."""

from pathlib import Path
from threading import Event

import psycopg
import pytest

from chat.demo.report import DemoReport, MoveReport, UntouchedReport, WitnessReport
from chat.demo.untouched import Untouched, meaning
from chat.demo.witness import Witness
from chat.legacy import metadata
from chat.operations import Form
from unnest import convex


@pytest.fixture
def world(legacy_database: str, snapshot: Path) -> str:
    """Give the URL of a database with the small world in it."""
    with psycopg.connect(legacy_database, autocommit=True) as connection:
        convex.import_snapshot(connection, snapshot, tables=convex.document_tables(metadata.sorted_tables))
    return legacy_database


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "UPDATE messages SET attachments = '[]' WHERE id = (SELECT min(id) FROM demo.messages WHERE attachments <> '[]')",
            (0, 1),
        ),
        ("DELETE FROM messages WHERE id = (SELECT min(id) FROM demo.messages)", (0, 1)),
        ("UPDATE conversations SET project_id = 'x' WHERE id = (SELECT min(id) FROM demo.conversations)", (0, 1)),
        (
            "UPDATE projects SET conversation_ids = NULL WHERE id = (SELECT max(id) FROM demo.projects WHERE members <> '{}')",
            (0, 1),
        ),
        ("SELECT 1", (0, 0)),
    ],
)
def test_a_changed_document_is_noticed(world: str, change: str, expected: tuple[int, int]) -> None:
    kept = Untouched(world)
    with psycopg.connect(world, autocommit=True) as connection:
        connection.execute(change.encode())
    found = kept.compare("now")
    assert (found.spelled_anew, found.differing) == expected
    assert found.documents > 0


def test_another_order_of_ids_and_another_spelling_are_told_apart_from_a_loss(world: str) -> None:
    with psycopg.connect(world, autocommit=True) as connection:
        connection.execute("""UPDATE messages SET tool_calls = '[{"id": "a", "arguments": "{\\"x\\": 1, \\"y\\": 2}"}]'""")
        kept = Untouched(world)
        connection.execute("""UPDATE messages SET tool_calls = '[{"id": "a", "arguments": "{\\"y\\": 2, \\"x\\": 1}"}]'""")
        found = kept.compare("now")
    assert found.differing == 0
    assert found.spelled_anew > 0
    assert meaning("{not json") == "{not json"
    assert meaning(["[1]", {"a": "x"}]) == [[1], {"a": "x"}]


def test_a_witness_notices_what_is_taken_from_it(world: str) -> None:
    witness = Witness(world, seed=7)
    witness.come(Form.OLD)
    stop = Event()
    while not (witness.report().writes > 150 or witness.report().failures):
        stop.wait(0.05)
    witness.go()
    witness.look(Form.OLD)
    assert (witness.report().lost, witness.report().failures) == ((), ())
    with psycopg.connect(world, autocommit=True) as connection:
        connection.execute("UPDATE messages SET attachments = NULL WHERE user_id = (SELECT max(id) FROM users)")
        connection.execute("UPDATE conversations SET project_id = NULL WHERE user_id = (SELECT max(id) FROM users)")
    witness.look(Form.OLD)
    lost = witness.report().lost
    assert any(place.startswith("message") for place in lost)
    assert any(place.startswith("project") for place in lost)


def test_a_report_names_every_problem() -> None:
    move = MoveReport(migration="m", origin="a", target="b", seconds=1.0, differences=2)
    witness = WitnessReport(writes=1, compared=1, lost=("here",), retries=0, failures=("there",))
    untouched = UntouchedReport(when="now", documents=3, spelled_anew=0, differing=1)
    report = DemoReport(moves=(move,), clients=(), witness=witness, untouched=(untouched,), seconds=1.0)
    assert report.problems == (
        "m at b: 2 differences",
        "lost update: here",
        "failed write: there",
        "1 untouched documents differ now",
    )
