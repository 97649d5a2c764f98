"""Every command is documented, and the reference says what the commands say."""

from pathlib import Path

import pytest
from e2e.command import Command

from unnest.cli.reference import markdown, pages

PAGES = dict(pages())
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"
COMMANDS = (
    *(
        "audit",
        "bench",
        "db",
        "demo",
        "export",
        "findings",
        "advance",
        "import",
        "pause",
        "plan",
        "preflight",
        "profile",
        "purge",
    ),
    *("rebuild", "repair", "resume", "rollback", "set", "status", "verify"),
)
READING = ("status", "plan", "preflight", "findings", "verify", "audit", "profile", "import", "export", "advance", "rollback")


@pytest.fixture
def anywhere(tmp_path: Path) -> Command:
    """Give the command without a database."""
    return Command(directory=tmp_path, db=None)


def test_the_reference_is_up_to_date() -> None:
    assert REFERENCE.read_text() == markdown(), "run: python -m unnest.cli.reference > docs/reference/commands.md"


def test_every_command_of_the_design_is_there() -> None:
    assert {name.split()[1] for name in PAGES if " " in name} == set(COMMANDS)
    assert {name for name in PAGES if name.startswith("unnest db ")} == {
        f"unnest db {n}" for n in ("url", "start", "stop", "psql")
    }


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_command_says_what_it_does_and_what_each_option_means(name: str) -> None:
    usage, _, rest = PAGES[name].strip().partition("\n\n")
    assert usage.startswith(f"Usage: {name}")
    assert rest.strip()[0].isupper()
    options = [line for line in PAGES[name].splitlines() if line.startswith("  --")]
    assert [line for line in options if len(line.split("  ")) < 3 and len(line) < 30] == []


@pytest.mark.parametrize("name", READING)
def test_reading_commands_take_json(name: str) -> None:
    assert "--json" in PAGES[f"unnest {name}"]


def test_help_needs_no_database_and_no_migrations(anywhere: Command) -> None:
    assert anywhere("advance", "-h", "--migrations", "nowhere:AT_ALL").out.startswith("Usage: unnest advance")


def test_no_line_of_help_is_wider_than_a_screen() -> None:
    assert {name: line for name, text in PAGES.items() for line in text.splitlines() if len(line) > 100} == {}


def test_the_version_is_told(anywhere: Command) -> None:
    assert anywhere("--version").out.startswith("unnest 0.")


def test_a_word_that_is_no_command_is_wrong_use(anywhere: Command) -> None:
    assert "No such command 'migrate'" in anywhere("migrate", code=2).err
    assert "Missing argument" in anywhere("advance", code=2).err
