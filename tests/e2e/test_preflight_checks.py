"""What stands in the way of a migration is seen before it begins."""

from collections.abc import Callable

import psycopg
import pytest

from chat.migrations import MIGRATIONS
from unnest.cli.checks import Check, of_server
from unnest.cli.table_checks import of_migration
from unnest.stages import Stage

PHASE_1, PHASE_3 = MIGRATIONS
Found = Callable[[str], set[tuple[str, str]]]


@pytest.fixture
def found(legacy_database: str) -> Found:
    """Give a function that changes the database and returns the checks of phase 3 that are not ok."""

    def find(change: str) -> set[tuple[str, str]]:
        with psycopg.connect(legacy_database, autocommit=True) as connection:
            connection.execute(change.encode())
            return bad(of_migration(connection, PHASE_3, Stage.PENDING))

    return find


def bad(checks: object) -> set[tuple[str, str]]:
    assert hasattr(checks, "__iter__")
    return {(check.level.value, check.name) for check in checks if isinstance(check, Check) and check.level != "ok"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("SELECT 1", set()),
        ("DROP TABLE projects", {("refuse", "table public.projects")}),
        ("ALTER TABLE projects RENAME COLUMN conversation_ids TO ids", {("refuse", "column public.projects.conversation_ids")}),
        ("ALTER TABLE projects ALTER conversation_ids TYPE json", {("refuse", "column public.projects.conversation_ids")}),
        ("ALTER TABLE projects ALTER user_id TYPE varchar(40)", set()),
        ("ALTER TABLE projects DROP CONSTRAINT projects_pkey", {("refuse", "key of public.projects")}),
        (
            "DROP INDEX ix_conversations_project_id; ANALYZE conversations;"
            " INSERT INTO conversations (id) SELECT g::text FROM generate_series(1, 5000) AS g; ANALYZE conversations",
            {("refuse", "index on public.conversations (project_id)")},
        ),
        ("DROP INDEX ix_conversations_project_id; ANALYZE conversations", set()),
        ("ALTER TABLE projects ENABLE ROW LEVEL SECURITY", {("warn", "row security of public.projects")}),
        (
            "CREATE TRIGGER own BEFORE UPDATE ON projects FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            {("warn", "triggers on public.projects")},
        ),
        ("CREATE TABLE project_conversations (id int)", {("warn", "new table public.project_conversations")}),
        (
            "INSERT INTO conversations (id, user_id, project_id) VALUES ('c', 'u', 'gone')",
            {("warn", "fit of project_conversations")},
        ),
        ("DROP TABLE projects; CREATE VIEW projects AS SELECT 'x' AS id", {("refuse", "table public.projects")}),
    ],
)
def test_each_obstacle_is_named(found: Found, change: str, expected: set[tuple[str, str]]) -> None:
    assert found(change) == expected


def test_a_role_without_rights_is_told_what_it_lacks(legacy_database: str) -> None:
    with psycopg.connect(legacy_database, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS preflight_weak")
        connection.execute("CREATE ROLE preflight_weak")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO preflight_weak")
        connection.execute("ALTER TABLE projects ENABLE ROW LEVEL SECURITY")
        connection.execute("SET ROLE preflight_weak")
        assert ("refuse", "rights") in bad(of_server(connection, (PHASE_3,)))
        names = {name for level, name in bad(of_migration(connection, PHASE_3, Stage.PENDING)) if level == "refuse"}
        connection.execute("RESET ROLE")
        connection.execute("DROP OWNED BY preflight_weak; DROP ROLE preflight_weak")
    assert names == {"owner of public.projects", "owner of public.conversations", "row security of public.projects"}


def test_the_server_is_found_fit(legacy_database: str) -> None:
    with psycopg.connect(legacy_database, autocommit=True) as connection:
        assert {level for level, _ in bad(of_server(connection, MIGRATIONS))} <= {"warn"}


def test_looking_changes_nothing(legacy_database: str) -> None:
    with psycopg.connect(legacy_database, autocommit=True) as connection:
        list(of_migration(connection, PHASE_1, Stage.PENDING))
        count = connection.execute("SELECT count(*) FROM pg_proc WHERE pronamespace = to_regnamespace('unnest')").fetchone()
    assert count == (0,)
