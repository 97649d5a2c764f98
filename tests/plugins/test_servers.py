"""The fixtures themselves: what every other test takes for granted."""

from collections.abc import Callable

import psycopg

from plugins.servers import SERVERS, Server


def test_each_database_is_empty_and_on_its_own(make_database: Callable[[], str]) -> None:
    first, second = make_database(), make_database()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE here (id integer)")
    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT to_regclass('here')").fetchone() == (None,)


def test_a_dropped_database_takes_its_connections_along(server: Server) -> None:
    url = server.create_database()
    with psycopg.connect(url, autocommit=True) as connection:
        server.drop_database(url)
        name = connection.info.dbname
        assert server.admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None
        connection.close()


def test_the_connection_commits_by_itself(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    assert connection.autocommit


def test_the_two_servers_differ_in_version_and_in_the_order_of_text(servers: Callable[[str], Server]) -> None:
    embedded, debian = (servers(name) for name in SERVERS)
    assert embedded.version > debian.version
    assert [first_of(server, "B", "a") for server in (embedded, debian)] == ["B", "a"]


def first_of(server: Server, *texts: str) -> object:
    url = server.create_database()
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT min(t) FROM unnest(%s::text[]) AS t", [list(texts)]).fetchone()
    server.drop_database(url)
    return row[0] if row else None
