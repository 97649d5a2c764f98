"""The stages as they were last read, and which form serves at each.

In: what a watch has read from the ledger. Out: stages, without a query. Threads may read while another writes.
"""

import logging
from collections.abc import Mapping
from enum import Enum
from threading import Event
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from unnest.errors import Retryable
from unnest.stages import Stage

logger = logging.getLogger("unnest.reader")

POLL_S = 5.0
"""How often the stages are read again although nothing was heard: a pooler or a half-open line can swallow a change."""
SLICE_S = 0.1
"""How long a watch waits at a time, so that it can be stopped and can store shadow records."""
FIRST_PAUSE_S = 0.05


class StageUnknown(Retryable):
    """The stages could not be read even once, so neither form may be chosen."""


class Serving(Enum):
    """Which forms run at a stage."""

    OLD = "old"
    """The old form alone: the new tables are missing or lack history."""
    BOTH = "both"
    """Either form would give the same answer."""
    NEW = "new"
    """The new form alone: the nested value is retired."""


SERVING: dict[Stage, Serving] = {
    Stage.PENDING: Serving.OLD,
    Stage.SCHEMA: Serving.OLD,
    Stage.DUAL_WRITE: Serving.OLD,
    Stage.BACKFILL: Serving.BOTH,
    Stage.DUAL_READ: Serving.BOTH,
    Stage.CLEANUP: Serving.NEW,
    Stage.COMPLETE: Serving.NEW,
}
NEW_FROM = frozenset({Stage.DUAL_READ, Stage.CLEANUP, Stage.COMPLETE})
"""Stages at which reads and writes go to the new form: the new tables are open."""


def line_settings(url: str) -> dict[str, Any]:
    """Return the arguments with which a watch connects: a dead line is noticed within seconds; what the URL says wins."""
    ours = {
        "application_name": "unnest reader",
        "connect_timeout": 5,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
    return {**ours, **conninfo_to_dict(url)}


def pause_s(attempt: int, poll_s: float, jitter: float) -> float:
    """Return how long to wait before connecting again: growing up to the poll's interval; ``jitter`` in [0, 1)."""
    return float(min(poll_s, FIRST_PAUSE_S * 2 ** min(attempt, 10)) * (0.5 + jitter))


class Board:
    """Stages by migration id."""

    def __init__(self) -> None:
        self._stages: dict[str, Stage] = {}
        self._loaded = Event()
        self._missed: set[str] = set()
        self.trouble: Exception | None = None

    def put(self, words: Mapping[str, str]) -> None:
        """Take over the stages that the ledger has; a word of a newer version of unnest leaves the stage as it was."""
        found = dict(self._stages)
        for id, word in words.items():
            try:
                found[id] = Stage(word)
            except ValueError:
                logger.warning('migration "%s" is at stage "%s", which this version of unnest does not know', id, word)
        self._stages = {id: stage for id, stage in found.items() if id in words}
        self.trouble = None
        self._loaded.set()

    def lose(self, trouble: Exception) -> None:
        """Remember why the stages could not be read; those read last stay valid."""
        if self.trouble is None:
            logger.warning("stages can't be read, trying again: %s", trouble)
        self.trouble = trouble

    @property
    def is_loaded(self) -> bool:
        """Whether the stages have been read at least once."""
        return self._loaded.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Block until the stages have been read once; return whether they have."""
        return self._loaded.wait(timeout_s)

    def stage(self, id: str) -> Stage:
        """Return a migration's stage; one that the ledger does not know is pending.

        Raises:
            StageUnknown: The stages have never been read.
        """
        if not self.is_loaded:
            raise StageUnknown(
                f'the stage of migration "{id}" could not be read: {self.trouble or "no answer yet"}; check the reader\'s '
                "connection, and that its role may USE schema unnest and SELECT from unnest.migration"
            )
        stage = self._stages.get(id)
        if stage is None:
            self._tell_once(id)
        return stage or Stage.PENDING

    def _tell_once(self, id: str) -> None:
        if self._stages and id not in self._missed:
            self._missed.add(id)
            logger.warning('the ledger knows no migration "%s"; it counts as pending; known: %s', id, ", ".join(self._stages))
