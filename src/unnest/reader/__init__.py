"""What applications import: the stage of a migration, the choice between two forms, and shadow reads.

In: a database and functions of the application, old and new. Out: ``Reader`` for threads, ``AsyncReader`` for asyncio. Both
keep the stages at hand, so that asking for one costs no query.
"""

from unnest.reader.asynchronous import AsyncReader
from unnest.reader.board import StageUnknown
from unnest.reader.shadow import Counters, Outcome, ShadowRecord
from unnest.reader.synchronous import Reader

__all__ = ["AsyncReader", "Counters", "Outcome", "Reader", "ShadowRecord", "StageUnknown"]
