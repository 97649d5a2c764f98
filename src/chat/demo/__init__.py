"""The demonstration: every stage of the application's migrations, with its old and new clients at work all the time.

In: an engine that moves migrations, and a database with an imported world. Out: a report of what was done and what was found.
"""

from chat.demo.engine import Engine, Made
from chat.demo.report import DemoReport, MoveReport, WitnessReport
from chat.demo.story import LEAST_USERS, demonstrate
from chat.traffic import SnapshotFacts, WorldOptions, write_snapshot

__all__ = [
    "LEAST_USERS",
    "DemoReport",
    "Engine",
    "Made",
    "MoveReport",
    "SnapshotFacts",
    "WitnessReport",
    "WorldOptions",
    "demonstrate",
    "write_snapshot",
]
