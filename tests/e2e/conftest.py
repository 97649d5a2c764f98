"""The real command flows out, as a user runs it: another process, in a directory of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from e2e.command import Command

from chat.traffic import WorldOptions, write_snapshot

SMALL = WorldOptions(users=8, projects_per_user=3, conversations_per_project=6, messages_per_conversation=6)


@pytest.fixture
def make_command(tmp_path: Path) -> Iterator[Callable[[str | None], Command]]:
    """Give a function that makes a command for a database; what is still running at the end is killed."""
    made: list[Command] = []

    def make(db: str | None) -> Command:
        made.append(Command(directory=tmp_path, db=db))
        return made[-1]

    yield make
    for command in made:
        command.kill_all()


@pytest.fixture
def unnest(make_command: Callable[[str | None], Command], database: str) -> Command:
    """Give the command with an empty database of each server."""
    return make_command(database)


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a small snapshot with drift."""
    path = tmp_path_factory.mktemp("snapshot") / "snapshot.zip"
    write_snapshot(path, SMALL)
    return path
