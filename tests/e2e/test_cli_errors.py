"""What goes wrong is told in one sentence, with an exit code, without a traceback and without a password."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e.command import Command

from unnest import DeclarationError, UsageError
from unnest.cli.database import find_url, without_password
from unnest.cli.declared import load

GOOD = """
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from unnest import Field, Migration, Rows
metadata = sa.MetaData()
orders = sa.Table("orders", metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("lines", JSONB))
order_lines = sa.Table("order_lines", metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey(orders.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True), sa.Column("sku", sa.Text))
MIGRATIONS = [Migration("shop", "Lines become rows", Rows(orders.c.lines, into=order_lines, fields={"sku": Field}))]
NOTHING = 5
"""


@pytest.fixture
def here(make_command: Callable[[str | None], Command]) -> Command:
    """Give the command with a database that can't be reached."""
    return make_command("postgresql://somebody:pa55word@127.0.0.1:1/nowhere")


def test_a_database_that_can_not_be_reached_is_named_without_its_password(here: Command) -> None:
    for arguments in (["status"], ["import", "."], ["advance", "3"]):
        found = here(*arguments, code=1)
        assert "pa55word" not in found.out + found.err
        assert 'no connection to database "nowhere" at 127.0.0.1:1' in found.err


@pytest.mark.parametrize("url", ["postgresql://u:pa55 word@h/d", "pa55word", "postgresql://u:pa55word@h:port:7/d?x=1"])
def test_a_database_that_is_no_connection_string_is_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        find_url(url)
    assert "pa55" not in str(refused.value)


def test_passwords_are_kept_out_of_any_text() -> None:
    url = "postgresql://u:s3cret@host/d"
    assert "s3cret" not in without_password(f"{url}: authentication with s3cret failed; password='s3cret' host=h", url)
    assert without_password("password=abc host=h", None) == "password=*** host=h"


def test_names_that_mean_nothing_are_wrong_use(here: Command) -> None:
    assert 'no migration match "9"; known ids: 001_' in here("advance", "9", code=2).err
    assert 'there is no stage "later"; stages are: pending' in here("advance", "1", "--to", "later", code=2).err
    assert '"batch_ms" is not of the form KEY=VALUE' in here("set", "1", "batch_ms", code=2).err
    assert "one mode at a time" in here("import", "x.zip", "--append", "--replace", code=2).err


@pytest.mark.parametrize(
    ("named", "change", "message"),
    [
        ("shop", "", "is not of the form MODULE:NAME"),
        ("{module}:MIGRATION", "", 'has no "MIGRATION"'),
        ("{module}:NOTHING", "", "a list or tuple of Migration is needed; got int"),
        ("{module}:MIGRATIONS", "1 / 0", "ZeroDivisionError: division by zero"),
        ("{module}:MIGRATIONS", "import nothing_there", "ModuleNotFoundError: No module named 'nothing_there'"),
        ("{module}_gone:MIGRATIONS", "", "there is no module"),
    ],
)
def test_migrations_that_can_not_be_had_are_explained(
    named: str, change: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = f"shop_{abs(hash((named, change))):x}"
    (tmp_path / f"{module}.py").write_text(f"{GOOD}\n{change}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises((UsageError, DeclarationError), match=re.escape(message)):
        load(named.format(module=module))


def test_a_wrong_declaration_ends_a_command_as_wrong_use(here: Command) -> None:
    (here.directory / "shop.py").write_text(GOOD.replace('"sku": Field', '"price": Field'))
    assert 'no column "price"' in here("--migrations", "shop:MIGRATIONS", "status", code=2).err


def test_the_project_of_the_directory_says_where_migrations_are(unnest: Command) -> None:
    (unnest.directory / "shop.py").write_text(GOOD)
    (unnest.directory / "pyproject.toml").write_text('[tool.unnest]\nmigrations = "shop:MIGRATIONS"\n')
    assert [each["id"] for each in unnest.json("status")] == ["shop"]
    assert [each["id"] for each in unnest("status", "--json", UNNEST_MIGRATIONS="chat.migrations:MIGRATIONS").json] == [
        "001_attachments_tool_calls",
        "003_project_conversations",
    ]
    (unnest.directory / "pyproject.toml").write_text("[tool.unnest\n")
    assert "pyproject.toml" in unnest("status", code=2).err


def test_input_that_is_no_snapshot_is_refused_and_leaves_nothing(unnest: Command) -> None:
    assert 'there is no file or directory "none.zip"' in unnest("import", "none.zip", code=1).err
    broken = unnest.directory / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 this is no zip")
    assert "InvalidZip" in unnest("import", broken, code=1).err
    assert "InvalidZip" in unnest("profile", broken, code=1).err
    assert unnest("db", "psql", "--", "-Atc", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").out.strip() == "0"


def test_tables_that_are_missing_are_named(unnest: Command) -> None:
    found = unnest.json("preflight", "3", code=1)
    refused = {line["check"] for line in found if line["level"] == "refuse"}
    assert refused == {"table public.conversations", "table public.projects"}
    assert "table public.conversations is not there" in unnest("plan", "3", code=1).err


def test_a_reader_that_goes_away_early_is_no_error(unnest: Command) -> None:
    process = unnest.start("plan", "3", "--to", "schema")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 1


def test_benchmarks_need_a_checkout(here: Command) -> None:
    assert "they come with a checkout" in here("bench", "--quick", code=2).err
