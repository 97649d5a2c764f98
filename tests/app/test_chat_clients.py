"""Live clients: several at once, in either form, without a failed operation."""

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Event, Lock

import psycopg
import pytest
from app.application import NOW_MS, load_world
from psycopg import Connection
from psycopg.rows import TupleRow

from chat import operations as do
from chat.traffic import Client, ClientReport, NewClient, OldClient, WorldError, WorldOptions
from chat.traffic.actions import Chooser, Desk
from chat.traffic.clients import quantiles_ms

SMALL = WorldOptions(users=4, projects_per_user=3, conversations_per_project=4, messages_per_conversation=1, drift=0.0)
READING = {"list_conversations", "count_conversations", "conversations_added_since", "list_attachments"}


@pytest.fixture
def populated(chat_database: str, connection: Connection[TupleRow]) -> str:
    """Give the URL of a database with a small world without drift in it."""
    load_world(connection, SMALL)
    return chat_database


def run_together(clients: list[Client], calls: int) -> list[ClientReport]:
    """Run clients in threads until they have tried so many operations together."""
    stop, lock, done = Event(), Lock(), Counter[str]()

    def count(name: str) -> None:
        with lock:
            done[name] += 1
        if done.total() >= calls:
            stop.set()

    with ThreadPoolExecutor(len(clients)) as pool:
        return [*pool.map(lambda client: client.run(stop, on_call=count), clients)]


def test_clients_of_both_forms_meet_no_failure(populated: str, form: do.Form) -> None:
    reports = run_together([Client(populated, seed, form) for seed in range(4)], calls=1500)
    assert [report.errors for report in reports] == [[]] * 4
    done = Counter[str]()
    for report in reports:
        done.update(report.operations)
    # Every operation occurs but the search for a stored file, which no page of the application asks for.
    assert set(done) == set(do.OPERATIONS) - {"attachments_of_file"}
    assert sum(len(durations) for report in reports for durations in report.latencies_s.values()) == done.total()


def test_new_clients_keep_links_and_pointers_equal(populated: str, connection: Connection[TupleRow]) -> None:
    run_together([NewClient(populated, seed) for seed in range(4)], calls=1000)
    different = connection.execute(
        "SELECT id, c.project_id, l.project_id FROM conversations c FULL JOIN project_conversations l ON id = conversation_id"
        " WHERE c.project_id IS DISTINCT FROM l.project_id"
    ).fetchall()
    assert different == []


def test_clients_with_one_seed_make_documents_of_their_own(populated: str, form: do.Form) -> None:
    reports = run_together([Client(populated, 1, form) for _ in range(2)], calls=300)
    assert [report.errors for report in reports] == [[], []]


def test_a_client_reports_what_it_may_not_do(populated: str, connection: Connection[TupleRow]) -> None:
    connection.execute("CREATE RULE no_messages AS ON INSERT TO messages DO INSTEAD SELECT 1 / 0")
    (report,) = run_together([OldClient(populated, 1)], calls=200)
    assert report.failures >= 1
    assert report.errors[0].startswith("'create_message': DivisionByZero (22012): division by zero")


def test_a_client_survives_the_loss_of_its_connection(populated: str) -> None:
    client = OldClient(populated, 1)
    stop = Event()

    def cut(_: str) -> None:
        with psycopg.connect(populated, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'chat old client' AND datname = current_database()"
            )

    report = client.run(stop, on_call=cut)
    assert report.failures >= 1
    assert "AdminShutdown" in report.errors[0]


def test_clients_need_users(chat_database: str) -> None:
    with pytest.raises(WorldError, match="table 'users' is empty"):
        OldClient(chat_database, 1).run(Event())


def test_a_client_runs_as_a_process(populated: str, form: do.Form) -> None:
    command = [sys.executable, "-m", "chat.traffic", "--url", populated, "--form", form.value, "--seconds", "0.5", "--seed", "3"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (finished.returncode, finished.stderr) == (0, "")
    (line,) = finished.stdout.splitlines()
    report = json.loads(line)
    assert (report["form"], report["seed"], report["failures"], report["errors"]) == (form.value, 3, 0, [])
    assert report["operations"]
    assert report["latency_ms"]["p50"] <= report["latency_ms"]["max"]


def test_choices_are_the_same_for_the_same_seed() -> None:
    def choose() -> list[str]:

        desk = Desk(user_id="u", projects=["a", "b"], conversations=["c", "d", "e", "f"], messages=["m"])
        chooser = Chooser(desk=desk, random=Random(5), ids=Random(6), now_ms=NOW_MS)
        return [call.name for call in (chooser.next() for _ in range(200)) if call] + desk.conversations

    assert choose() == choose()


def test_an_empty_desk_is_filled_first() -> None:

    desk = Desk(user_id="u")
    chooser = Chooser(desk=desk, random=Random(5), ids=Random(6), now_ms=NOW_MS)
    names = [call.name for call in (chooser.next() for _ in range(500)) if call]
    assert names[0] in {"create_project", "create_conversation"}
    assert {*names} > READING


def test_quantiles_are_of_the_durations() -> None:
    assert quantiles_ms([number / 1000 for number in range(1, 101)]) == {"p50": 51.0, "p95": 96.0, "p99": 100.0, "max": 100.0}
    assert quantiles_ms([]) == {}
