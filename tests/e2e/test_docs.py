"""What the documentation tells users to do works as it stands there."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from e2e.command import Command

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
OWN_TABLE = ROOT / "docs" / "how-to" / "own-table.md"
TUTORIAL = ROOT / "docs" / "tutorial.md"
MAKE_ORDERS = """
CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, lines jsonb);
INSERT INTO orders SELECT g, 'customer ' || g, jsonb_build_array(
jsonb_build_object('sku', 'A' || g, 'quantity', g % 5, 'price', 1.5), jsonb_build_object('sku', 'B', 'quantity', 1, 'gift', true))
FROM generate_series(1, 1100) AS g;
INSERT INTO orders VALUES (2000, 'nobody', '[{"sku": 3}]'), (2001, 'nobody', '[]'), (2002, 'nobody', NULL);
"""


def blocks(path: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.DOTALL | re.MULTILINE)


def commands(path: Path) -> Iterator[list[str]]:
    """Yield the lines of all shell blocks as words, without comments."""
    for block in blocks(path, "sh"):
        for line in block.splitlines():
            if words := shlex.split(line, comments=True):
                yield words


def unnest_commands(path: Path) -> list[list[str]]:
    return [words[1:] for words in commands(path) if words[0] == "unnest"]


@pytest.fixture
def shop(unnest: Command, database: str) -> Command:
    """Give the command in a directory with shop.py of the README, with a database that has orders."""
    (unnest.directory / "shop.py").write_text(blocks(README, "python")[0])
    (unnest.directory / "pyproject.toml").write_text(blocks(OWN_TABLE, "toml")[0])
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(MAKE_ORDERS)
    return unnest


def test_the_example_of_the_readme_is_short_and_works(shop: Command, database: str) -> None:
    assert len(blocks(README, "python")[0].splitlines()) <= 20
    for arguments in (words for words in unnest_commands(README) if "demo" not in words):
        shop(*arguments)
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT position, sku, quantity, extra FROM order_lines WHERE order_id = 1000 ORDER BY 1"
        ).fetchall()
        count = connection.execute("SELECT count(*) FROM order_lines").fetchone()
    assert rows == [(0, "A1000", 0, None), (1, "B", 1, {"gift": True})]
    assert count == (2200,)


def test_the_way_to_an_own_table_works_from_end_to_end(shop: Command, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        before = connection.execute("SELECT * FROM orders ORDER BY id").fetchall()
        done: list[list[str]] = []
        for arguments in unnest_commands(OWN_TABLE):
            shop(*arguments)
            done.append(arguments)
            if arguments[0] == "findings":
                insert, select = blocks(OWN_TABLE, "sql")[0].split(";")[:2]
                connection.execute(insert.encode())
                row = connection.execute(select.encode()).fetchone()
                assert row is not None
                assert row[0][2] == {"sku": "NEW", "quantity": 1}
        after = connection.execute("SELECT * FROM orders ORDER BY id").fetchall()
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert done[-1][0] == "rollback"
    first = (1, "customer 1", [*before[0][2], {"sku": "NEW", "quantity": 1}])
    assert after == [first, *before[1:]]
    assert tables == (1,)


def test_the_tutorial_works(make_command: Callable[[str | None], Command]) -> None:
    command = make_command(None)
    for words in commands(TUTORIAL):
        if words[0] == "unnest":
            command(*words[1:])
        else:
            assert words[0] == "python"
            subprocess.run([sys.executable, *words[1:]], cwd=command.directory, check=True, timeout=60)
    assert (command.directory / "back.zip").exists()


def test_the_readme_stays_short_and_its_links_lead_somewhere() -> None:
    assert len(README.read_text().splitlines()) <= 150
    pages = [README, OWN_TABLE, TUTORIAL]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())]
    assert [str(link) for page, link in links if not (page.parent / link).exists()] == []


def test_every_command_in_the_documentation_exists() -> None:
    known = {words[0] for page in (README, OWN_TABLE, TUTORIAL) for words in unnest_commands(page)}
    assert known <= {
        "demo",
        "preflight",
        "plan",
        "advance",
        "verify",
        "rollback",
        "status",
        "findings",
        "audit",
        "db",
        "profile",
    } | {
        "import",
        "export",
    }
