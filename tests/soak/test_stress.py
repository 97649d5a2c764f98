"""Eight writers of both forms through the whole life of both migrations, and the same at full size."""

from pathlib import Path

import pytest
from soak.life import IS_SOAK, Life, import_world

from chat.traffic import WorldOptions

SMALL = WorldOptions(seed=3, users=9, projects_per_user=3, conversations_per_project=6, messages_per_conversation=2.0)
REDUCED = WorldOptions(seed=4, users=10, projects_per_user=5, conversations_per_project=10, messages_per_conversation=1.0)
FULL = WorldOptions(seed=5, users=200, projects_per_user=20, conversations_per_project=100, messages_per_conversation=0.5)


@pytest.mark.soak
@pytest.mark.timeout(0 if IS_SOAK else 300)
def test_eight_writers_lose_nothing_through_every_stage_and_back(legacy_database: str, tmp_path: Path) -> None:
    import_world(legacy_database, tmp_path, SMALL)
    Life(legacy_database, writers=8, seconds=60 if IS_SOAK else 1.0).live()


@pytest.mark.soak
@pytest.mark.timeout(0 if IS_SOAK else 300)
def test_an_imported_world_goes_through_every_stage_and_comes_back_equal(legacy_database: str, tmp_path: Path) -> None:
    import_world(legacy_database, tmp_path, FULL if IS_SOAK else REDUCED)
    Life(legacy_database, writers=8 if IS_SOAK else 4, seconds=10 if IS_SOAK else 0.1).live()
