"""The demonstration holds what it promises, and says so to programs."""

import psycopg
import pytest
from e2e.command import Command

SMALL = ["--users", "8", "--projects", "2", "--conversations", "4", "--messages", "3", "--clients", "1", "--seconds", "0.5"]


@pytest.mark.timeout(200)
def test_the_demonstration_loses_nothing(unnest: Command, database: str) -> None:
    found = unnest.json("demo", *SMALL)
    assert found["problems"] == []
    assert (found["holds"], found["lost_updates"]) == (True, 0)
    assert [move["target"] for move in found["moves"] if move["migration"].startswith("003")] == [
        *("schema", "dual_write", "backfill", "dual_read", "dual_read", "cleanup", "complete"),
        *("cleanup", "dual_read", "dual_read", "cleanup", "complete"),
    ]
    assert {move["differences"] for move in found["moves"]} == {0}
    assert {client["form"]: client["failures"] for client in found["clients"]} == {"old": 0, "new": 0}
    assert all(client["requests"] > 0 for client in found["clients"])
    assert found["witness"]["writes"] > 0
    assert found["witness"]["compared"] > 0
    assert all(part["balances"] for parts in found["accounting"].values() for part in parts)
    assert [each["differing"] for each in found["untouched"]] == [0, 0]
    with psycopg.connect(database) as connection:
        stages = connection.execute("SELECT DISTINCT stage FROM unnest.migration").fetchall()
    assert stages == [("complete",)]
    assert "needs an empty database" in unnest("demo", *SMALL, code=1).err
