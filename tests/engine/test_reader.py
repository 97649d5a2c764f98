"""What applications import, on real servers: stages that follow a runner, and candidates that misbehave."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from plugins.servers import Server

from chat.migrations.m3_project_conversations import migration
from unnest import AsyncReader, Outcome, Reader, ShadowRecord, Stage, StageUnknown, UsageError
from unnest.runner import Runner

ID = migration.id
SOON_S = 1.0
PATIENCE_S = 20.0
ALL_FORWARD = tuple(Stage)[1:]


def wait_for(claim: Callable[[], object], timeout_s: float = PATIENCE_S) -> bool:
    deadline = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def arrives(reader: Reader, stage: Stage, timeout_s: float = PATIENCE_S) -> bool:
    return wait_for(lambda: reader.stage(ID) is stage, timeout_s)


def advance(url: str, to: Stage) -> None:
    with Runner(url, [migration]) as runner:
        runner.advance(ID, to, skip_gates="a test")


def kill_listeners(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as admin:
        query = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'unnest reader'"
        )
        row = admin.execute(query).fetchone()
        assert row is not None
        return int(row[0])


def one(record: list[ShadowRecord]) -> ShadowRecord:
    assert len(record) == 1, record
    return record[0]


def counted(reader: Reader | AsyncReader) -> dict[Outcome, int]:
    (counters,) = reader.counters().values()
    return {outcome: count for outcome, count in counters.counts.items() if count}


# -- stages ---------------------------------------------------------------------------------------------------------------


def test_without_a_ledger_a_migration_is_pending(database: str) -> None:
    with Reader(database) as reader:
        assert reader.stage(ID) is Stage.PENDING


def test_each_move_of_a_runner_arrives_within_a_second(legacy_database: str) -> None:
    with Reader(legacy_database) as reader, Runner(legacy_database, [migration]) as runner:
        assert reader.stage(ID) is Stage.PENDING
        for stage in ALL_FORWARD:
            runner.advance(ID, stage, skip_gates="a test")
            assert arrives(reader, stage, SOON_S), stage
        runner.rollback(ID)
        assert arrives(reader, Stage.DUAL_READ, SOON_S)


def test_a_stage_is_known_although_the_reader_came_later(legacy_database: str) -> None:
    advance(legacy_database, Stage.DUAL_WRITE)
    with Reader(legacy_database) as reader:
        assert reader.stage(ID) is Stage.DUAL_WRITE


def test_a_killed_listener_comes_back_and_hears_the_next_change(legacy_database: str) -> None:
    advance(legacy_database, Stage.SCHEMA)
    with Reader(legacy_database) as reader:
        assert reader.stage(ID) is Stage.SCHEMA
        assert kill_listeners(legacy_database) == 1
        advance(legacy_database, Stage.DUAL_WRITE)
        assert arrives(reader, Stage.DUAL_WRITE, SOON_S)
        advance(legacy_database, Stage.BACKFILL)
        assert arrives(reader, Stage.BACKFILL, SOON_S)


def test_while_the_database_refuses_connections_the_last_stage_holds(legacy_database: str) -> None:
    advance(legacy_database, Stage.SCHEMA)
    is_open = threading.Event()
    is_open.set()

    def connect() -> psycopg.Connection[Any]:
        if not is_open.is_set():
            raise psycopg.OperationalError("no way through")
        return psycopg.connect(legacy_database, application_name="unnest reader")

    with Reader(connect, poll_s=0.2) as reader:
        assert reader.stage(ID) is Stage.SCHEMA
        is_open.clear()
        kill_listeners(legacy_database)
        advance(legacy_database, Stage.DUAL_WRITE)
        assert reader.stage(ID) is Stage.SCHEMA
        is_open.set()
        assert arrives(reader, Stage.DUAL_WRITE)


def test_a_change_of_which_nobody_told_is_found_by_polling(legacy_database: str, connection: psycopg.Connection[Any]) -> None:
    advance(legacy_database, Stage.SCHEMA)
    with Reader(legacy_database, poll_s=0.2) as reader:
        assert reader.stage(ID) is Stage.SCHEMA
        connection.execute("UPDATE unnest.migration SET stage = 'dual_read'")
        assert arrives(reader, Stage.DUAL_READ)


def test_a_stage_that_could_never_be_read_is_no_guess() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with Reader(nowhere, patience_s=0.2) as reader, pytest.raises(StageUnknown, match=f'migration "{ID}" could not be read'):
        reader.stage(ID)


def test_a_closed_reader_refuses_and_leaves_no_connection(database: str, connection: psycopg.Connection[Any]) -> None:
    reader = Reader(database)
    reader.stage(ID)
    reader.close()
    with pytest.raises(UsageError, match="after it had been closed"):
        reader.stage(ID)
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'unnest reader' AND datname = current_database()"
    assert wait_for(lambda: connection.execute(count).fetchone() == (0,))


def test_an_unknown_stage_of_a_newer_version_leaves_the_stage_as_it_was(
    legacy_database: str, connection: psycopg.Connection[Any], caplog: pytest.LogCaptureFixture
) -> None:
    advance(legacy_database, Stage.SCHEMA)
    with Reader(legacy_database) as reader:
        assert reader.stage(ID) is Stage.SCHEMA
        connection.execute("UPDATE unnest.migration SET stage = 'polished'")
        connection.execute("NOTIFY unnest_stage")
        assert wait_for(lambda: '"polished"' in caplog.text)
        assert reader.stage(ID) is Stage.SCHEMA


FORKED = """
import os, sys, time
import psycopg
from unnest import Reader, Stage

reader = Reader(sys.argv[1])
assert reader.stage("003_project_conversations") is Stage.BACKFILL
if (child := os.fork()) == 0:
    with psycopg.connect(sys.argv[1], autocommit=True) as connection:
        connection.execute("UPDATE unnest.migration SET stage = 'dual_read'")
        connection.execute("NOTIFY unnest_stage")
    deadline = time.monotonic() + 20
    while reader.stage("003_project_conversations") is not Stage.DUAL_READ:
        if time.monotonic() > deadline:
            os._exit(1)
        time.sleep(0.01)
    os._exit(0)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_a_forked_process_follows_by_a_connection_of_its_own(at_backfill: str) -> None:
    done = subprocess.run([sys.executable, "-c", FORKED, at_backfill], timeout=60, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- choose ---------------------------------------------------------------------------------------------------------------


def forms(url: str) -> tuple[Callable[[str], list[str]], Callable[[str], list[str]]]:
    """Return the members of a project by its array, and by its links."""

    def by_array(project_id: str) -> list[str]:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT conversation_ids FROM projects WHERE id = %s", [project_id]).fetchone()
            return sorted(row[0] or []) if row else []

    def by_links(project_id: str) -> list[str]:
        with psycopg.connect(url) as connection:
            query = "SELECT conversation_id FROM project_conversations WHERE project_id = %s ORDER BY 1"
            return [id for (id,) in connection.execute(query, [project_id])]

    return by_array, by_links


def fill(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        "INSERT INTO conversations (id, user_id, project_id, created_at) VALUES ('c1', 'u', 'p', 1), ('c2', 'u', 'p', 2)"
    )
    connection.execute("""INSERT INTO projects (id, user_id, conversation_ids) VALUES ('p', 'u', '["c1", "c2"]')""")


def test_both_forms_answer_alike_through_the_whole_life_cycle(legacy_database: str, connection: psycopg.Connection[Any]) -> None:
    fill(connection)
    by_array, by_links = forms(legacy_database)
    with Reader(legacy_database) as reader:
        members = reader.choose(ID, old=by_array, new=by_links)
        assert members("p") == ["c1", "c2"]
        for stage in ALL_FORWARD:
            advance(legacy_database, stage)
            assert arrives(reader, stage)
            assert members("p") == ["c1", "c2"]


@pytest.mark.parametrize("stage", list(Stage))
def test_the_new_form_serves_from_dual_read_on(stage: Stage, legacy_database: str, connection: psycopg.Connection[Any]) -> None:
    with Runner(legacy_database, [migration]) as runner:
        runner.prepare()
    connection.execute("UPDATE unnest.migration SET stage = %s", [stage.value])
    with Reader(legacy_database) as reader:
        form = reader.choose(ID, old=lambda: "old", new=lambda: "new")()
    assert form == ("new" if stage in (Stage.DUAL_READ, Stage.CLEANUP, Stage.COMPLETE) else "old")


# -- shadow ---------------------------------------------------------------------------------------------------------------


def declare_at_backfill(url: str) -> str:
    """Make a ledger which says that the migration has its history; candidates need no more."""
    with Runner(url, [migration]) as runner:
        runner.prepare()
        runner.session.connection.execute("UPDATE unnest.migration SET stage = 'backfill'")
    return url


@pytest.fixture
def at_backfill(database: str) -> str:
    """Give the URL of a database of this test alone, at backfill."""
    return declare_at_backfill(database)


@pytest.fixture(scope="module")
def ready(server: Server) -> Iterator[str]:
    """Give the URL of a database at backfill that tests share, because they change nothing in it."""
    url = server.create_database()
    yield declare_at_backfill(url)
    server.drop_database(url)


def always() -> float:
    return 0.0


def test_real_forms_are_compared_and_equal(legacy_database: str, connection: psycopg.Connection[Any]) -> None:
    fill(connection)
    advance(legacy_database, Stage.BACKFILL)
    by_array, by_links = forms(legacy_database)
    with Reader(legacy_database) as reader:
        members = reader.shadow(ID, old=by_array, new=by_links, rate=1, random=always)
        assert members("p") == ["c1", "c2"]
        assert reader.wait_idle(PATIENCE_S)
        (key,), (counters,) = reader.counters().keys(), reader.counters().values()
        assert key == (ID, by_links.__qualname__)
        assert counters.counts[Outcome.EQUAL] == counters.compared == 1
        assert counters.served_ms > 0
        assert counters.candidate_ms > 0
        assert reader.records() == []


def test_a_difference_is_recorded_and_told(ready: str) -> None:
    told: list[ShadowRecord] = []
    with Reader(ready) as reader:
        read = reader.shadow(ID, old=lambda x: x, new=lambda x: -x, rate=1, on_difference=told.append, name="sign")
        assert read(3) == 3
        assert reader.wait_idle(PATIENCE_S)
        found = one(reader.records())
    assert told == [found]
    assert (found.migration, found.name, found.outcome) == (ID, "sign", Outcome.DIFFERENT)
    assert (found.arguments, found.served, found.candidate) == ("((3,), {})", "3", "-3")


def test_a_write_between_the_two_reads_is_no_difference(ready: str) -> None:
    answers = iter(["before", "after"])
    with Reader(ready) as reader:
        read = reader.shadow(ID, old=lambda: next(answers), new=lambda: "after", rate=1)
        assert read() == "before"
        assert reader.wait_idle(PATIENCE_S)
        assert one(reader.records()).outcome is Outcome.MOVED


class Gone(BaseException):
    """An error that is no Exception, as SystemExit is."""


@pytest.mark.parametrize("error", [ValueError("bad row"), Gone("bad row"), psycopg.OperationalError("bad row")])
def test_a_candidate_that_raises_is_recorded_and_not_felt(ready: str, error: BaseException) -> None:
    def candidate() -> str:
        raise error

    with Reader(ready) as reader:
        read = reader.shadow(ID, old=lambda: "old", new=candidate, rate=1)
        assert [read(), read()] == ["old", "old"]
        assert reader.wait_idle(PATIENCE_S)
        assert counted(reader) == {Outcome.FAILED: 2}
        assert "bad row" in reader.records()[0].candidate


def test_a_comparison_or_an_observer_that_raises_is_not_felt(ready: str, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: object) -> bool:
        raise RuntimeError("observer broke")

    with Reader(ready) as reader:
        reader.shadow(ID, old=lambda: 1, new=lambda: 2, rate=1, equal=fail, name="equal")()
        reader.shadow(ID, old=lambda: 1, new=lambda: 2, rate=1, on_difference=fail, name="told")()
        assert reader.wait_idle(PATIENCE_S)
        outcomes = {record.name: record.outcome for record in reader.records()}
    assert outcomes == {"equal": Outcome.FAILED, "told": Outcome.DIFFERENT}
    assert '"told": on_difference raised' in caplog.text


def test_a_candidate_that_hangs_is_abandoned_and_others_still_run(ready: str) -> None:
    release = threading.Event()

    def hang() -> str:
        return str(release.wait(PATIENCE_S))

    with Reader(ready, workers=1) as reader:
        hanging = reader.shadow(ID, old=lambda: "old", new=hang, rate=1, timeout_s=0.1, name="hanging")
        healthy = reader.shadow(ID, old=lambda: "old", new=lambda: "old", rate=1, name="healthy")
        started = time.monotonic()
        assert (hanging(), healthy()) == ("old", "old")
        assert time.monotonic() - started < 0.1
        assert reader.wait_idle(PATIENCE_S)
        counts = {name: counters.counts for (_, name), counters in reader.counters().items()}
        release.set()
    assert counts["hanging"][Outcome.TIMED_OUT] == 1
    assert counts["healthy"][Outcome.EQUAL] == 1


def test_a_full_queue_drops_and_never_waits(ready: str) -> None:
    release, begun = threading.Event(), threading.Event()

    def candidate() -> str:
        begun.set()
        release.wait(PATIENCE_S)
        return "old"

    with Reader(ready, workers=1, queue_size=1) as reader:
        read = reader.shadow(ID, old=lambda: "old", new=candidate, rate=1, timeout_s=PATIENCE_S)
        read()
        assert begun.wait(PATIENCE_S)
        assert [read() for _ in range(4)] == ["old"] * 4
        release.set()
        assert reader.wait_idle(PATIENCE_S)
        assert counted(reader) == {Outcome.EQUAL: 2, Outcome.DROPPED: 3}


def test_candidates_that_all_hang_stop_being_started(ready: str) -> None:
    release = threading.Event()
    with Reader(ready, workers=1) as reader:
        read = reader.shadow(ID, old=lambda: 1, new=lambda: int(release.wait(PATIENCE_S)), rate=1, timeout_s=0.05)
        for _ in range(4):
            read()
            assert reader.wait_idle(PATIENCE_S)
        release.set()
        assert counted(reader) == {Outcome.TIMED_OUT: 2, Outcome.DROPPED: 2}


def test_the_rate_decides_which_calls_are_compared(ready: str) -> None:
    draws = iter([0.04, 0.05, 0.9, 0.0])
    with Reader(ready) as reader:
        read = reader.shadow(ID, old=lambda: 1, new=lambda: 1, rate=0.05, random=lambda: next(draws))
        assert [read() for _ in range(4)] == [1] * 4
        assert reader.wait_idle(PATIENCE_S)
        assert counted(reader) == {Outcome.EQUAL: 2}


@pytest.mark.parametrize(
    ("stage", "served", "compared"),
    [
        (Stage.DUAL_WRITE, "old", 0),
        (Stage.BACKFILL, "old", 1),
        (Stage.DUAL_READ, "old", 1),
        (Stage.CLEANUP, "new", 0),
        (Stage.COMPLETE, "new", 0),
    ],
)
def test_the_stage_decides_what_is_served_and_whether_to_compare(
    at_backfill: str, connection: psycopg.Connection[Any], stage: Stage, served: str, compared: int
) -> None:
    connection.execute("UPDATE unnest.migration SET stage = %s", [stage.value])
    with Reader(at_backfill) as reader:
        read = reader.shadow(ID, old=lambda: "old", new=lambda: "new", rate=1)
        assert read() == served
        assert reader.wait_idle(PATIENCE_S)
        assert len(reader.records()) == compared


def test_an_error_of_the_served_form_is_the_callers_and_starts_no_candidate(ready: str) -> None:
    def served() -> int:
        raise KeyError("mine")

    with Reader(ready) as reader:
        read = reader.shadow(ID, old=served, new=lambda: 1, rate=1)
        with pytest.raises(KeyError, match="mine"):
            read()
        assert reader.counters() == {}


@pytest.mark.parametrize(("rate", "timeout_s"), [(1.5, 1), (-0.1, 1), (0.5, 0)])
def test_a_shadow_that_can_not_work_is_refused_when_it_is_made(rate: float, timeout_s: float) -> None:
    with Reader("") as reader, pytest.raises(UsageError, match=r'shadow "name": (rate|timeout_s) is'):
        reader.shadow(ID, old=lambda: 1, new=lambda: 1, name="name", rate=rate, timeout_s=timeout_s)


def stored(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT name, outcome, count, candidate FROM unnest.shadow ORDER BY name, outcome").fetchall()


def test_records_are_stored_on_request(at_backfill: str, connection: psycopg.Connection[Any]) -> None:
    with Reader(at_backfill, store=True, describe=lambda value: f"<{value}>") as reader:
        same = reader.shadow(ID, old=lambda: 1, new=lambda: 1, rate=1, name="same")
        other = reader.shadow(ID, old=lambda: 1, new=lambda: "2\0", rate=1, name="other")
        assert [same(), other(), same()] == [1, 1, 1]
        assert reader.wait_idle(PATIENCE_S)
    rows = stored(connection)
    assert rows[0] == ("other", "different", 1, "<2\\0>")
    assert {row[:2] for row in rows[1:]} == {("same", "equal")}
    assert sum(row[2] for row in rows[1:]) == 2


def test_records_that_can_not_be_stored_are_given_up(
    at_backfill: str, connection: psycopg.Connection[Any], caplog: pytest.LogCaptureFixture
) -> None:
    connection.execute("DROP TABLE unnest.shadow")
    with Reader(at_backfill, store=True) as reader:
        assert reader.shadow(ID, old=lambda: 1, new=lambda: 1, rate=1)() == 1
        assert wait_for(lambda: "could not be stored" in caplog.text)
        assert reader.stage(ID) is Stage.BACKFILL


# -- asyncio --------------------------------------------------------------------------------------------------------------


async def soon(claim: Callable[[], Any], timeout_s: float = PATIENCE_S) -> bool:
    deadline = time.monotonic() + timeout_s
    while not await claim():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True


async def old_one() -> str:
    return "old"


async def new_one() -> str:
    return "new"


def test_asyncio_each_move_arrives_within_a_second_and_survives_a_killed_listener(legacy_database: str) -> None:
    async def main() -> None:
        async with AsyncReader(legacy_database) as reader:
            form = reader.choose(ID, old=old_one, new=new_one)
            assert await reader.stage(ID) is Stage.PENDING
            assert await form() == "old"
            for stage in ALL_FORWARD[:4]:
                await asyncio.to_thread(advance, legacy_database, stage)

                async def has_arrived(stage: Stage = stage) -> bool:
                    return await reader.stage(ID) is stage

                assert await soon(has_arrived, SOON_S), stage
                assert await asyncio.to_thread(kill_listeners, legacy_database) == 1
            assert await form() == "new"

    asyncio.run(main())


def test_asyncio_a_connection_of_the_callers_own_is_used_and_closed(database: str, connection: psycopg.Connection[Any]) -> None:
    async def connect() -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(database, application_name="mine")

    async def main() -> None:
        async with AsyncReader(connect) as reader:
            assert await reader.stage(ID) is Stage.PENDING

    asyncio.run(main())
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mine'"
    assert wait_for(lambda: connection.execute(count).fetchone() == (0,))


def test_asyncio_a_stage_that_could_never_be_read_is_no_guess() -> None:
    async def main() -> None:
        async with AsyncReader("postgresql://nobody@127.0.0.1:1/nothing", patience_s=0.2) as reader:
            await reader.stage(ID)

    with pytest.raises(StageUnknown):
        asyncio.run(main())


def test_asyncio_candidates_that_raise_hang_cancel_themselves_or_differ_are_not_felt(
    at_backfill: str, connection: psycopg.Connection[Any]
) -> None:
    async def raises() -> str:
        raise ValueError("bad row")

    async def leaves() -> str:
        raise SystemExit(1)

    async def hangs() -> str:
        await asyncio.sleep(PATIENCE_S)
        return "old"

    async def cancels() -> str:
        raise asyncio.CancelledError

    expected = {
        raises: Outcome.FAILED,
        leaves: Outcome.FAILED,
        hangs: Outcome.TIMED_OUT,
        cancels: Outcome.FAILED,
        new_one: Outcome.DIFFERENT,
        old_one: Outcome.EQUAL,
    }

    async def main() -> dict[str, list[Outcome]]:
        async with AsyncReader(at_backfill, store=True) as reader:
            for candidate in expected:
                assert await reader.shadow(ID, old=old_one, new=candidate, rate=1, timeout_s=0.3)() == "old"
            assert await reader.wait_idle(PATIENCE_S)
            return {name: [o for o, n in c.counts.items() if n] for (_, name), c in reader.counters().items()}

    assert asyncio.run(main()) == {form.__qualname__: [outcome] for form, outcome in expected.items()}
    assert len(stored(connection)) == len(expected)


def test_asyncio_a_full_queue_drops_and_never_waits(ready: str) -> None:
    async def main() -> dict[Outcome, int]:
        release = asyncio.Event()

        async def candidate() -> str:
            await release.wait()
            return "old"

        async with AsyncReader(ready, workers=1, queue_size=1) as reader:
            read = reader.shadow(ID, old=old_one, new=candidate, rate=1)
            assert [await read() for _ in range(5)] == ["old"] * 5
            release.set()
            assert await reader.wait_idle(PATIENCE_S)
            return counted(reader)

    assert asyncio.run(main()) == {Outcome.EQUAL: 2, Outcome.DROPPED: 3}
