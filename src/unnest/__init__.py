"""unnest: move a live application from nested documents to normalized SQL tables.

The front door: everything that an application or a declaration needs is here.
"""

from unnest.errors import (
    DeclarationError,
    GateClosed,
    Inconsistent,
    InputError,
    Interrupted,
    LeaseHeld,
    Paused,
    Refused,
    Retryable,
    UnnestError,
    UsageError,
)
from unnest.mapping.codecs import (
    Boolean,
    Choice,
    Codec,
    Field,
    Integer,
    Json,
    JsonText,
    Millis,
    Number,
    Reference,
    Text,
    Uuid,
    live_or,
    millis,
)
from unnest.mapping.columns import Columns
from unnest.mapping.entries import Entries
from unnest.mapping.links import Links
from unnest.mapping.rows import Rows
from unnest.migration import Migration
from unnest.reader import AsyncReader, Counters, Outcome, Reader, ShadowRecord, StageUnknown
from unnest.stages import Stage

__all__ = [
    "AsyncReader",
    "Boolean",
    "Choice",
    "Codec",
    "Columns",
    "Counters",
    "DeclarationError",
    "Entries",
    "Field",
    "GateClosed",
    "Inconsistent",
    "InputError",
    "Integer",
    "Interrupted",
    "Json",
    "JsonText",
    "LeaseHeld",
    "Links",
    "Migration",
    "Millis",
    "Number",
    "Outcome",
    "Paused",
    "Reader",
    "Reference",
    "Refused",
    "Retryable",
    "Rows",
    "ShadowRecord",
    "Stage",
    "StageUnknown",
    "Text",
    "UnnestError",
    "UsageError",
    "Uuid",
    "live_or",
    "millis",
]
