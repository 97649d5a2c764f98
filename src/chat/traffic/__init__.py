"""Made-up data and load for the chat application: reproducible worlds of documents, and live clients.

In: sizes and a seed, or a database. Out: documents, a snapshot file with its facts, or load with a report of it.
"""

from chat.traffic.clients import Client, ClientReport, NewClient, OldClient
from chat.traffic.errors import WorldError
from chat.traffic.options import WorldOptions
from chat.traffic.snapshot import SnapshotFacts, write_snapshot
from chat.traffic.world import world

__all__ = [
    "Client",
    "ClientReport",
    "NewClient",
    "OldClient",
    "SnapshotFacts",
    "WorldError",
    "WorldOptions",
    "world",
    "write_snapshot",
]
