"""Without a database a command starts one, in the directory it is called in."""

from collections.abc import Callable

import pytest
from e2e.command import Command


@pytest.fixture
def alone(make_command: Callable[[str | None], Command]) -> Command:
    """Give the command without a database."""
    return make_command(None)


def test_the_embedded_server_runs_until_it_is_stopped(alone: Command) -> None:
    assert "no embedded server runs" in alone("db", "url", code=2).err
    started = alone("db", "start").out
    url = alone("db", "url").out.strip()
    assert url in started
    assert alone("db", "psql", "--", "-Atc", "SELECT 6 * 7").out.strip() == "42"
    assert alone("--db", url, "db", "psql", "--", "-Atc", "SELECT current_user").out.strip() == "postgres"
    assert {each["stage"] for each in alone.json("status")} == {"pending"}
    assert alone("db", "stop").out.strip() == "stopped"
    assert alone("db", "stop").out.strip() == "it was not running"


def test_a_command_without_a_database_starts_one_for_itself(alone: Command) -> None:
    assert {each["stage"] for each in alone.json("status")} == {"pending"}
    assert (alone.directory / ".unnest" / "postgres" / "data").exists()
    assert "no embedded server runs" in alone("db", "url", code=2).err
