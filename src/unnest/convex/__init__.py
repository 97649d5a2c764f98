"""Snapshots of the document database: values and ids.

In: text and bytes of a snapshot. Out: values with their types kept apart, and the text they came from.
"""

from unnest.convex.encode import encode_uniform, encode_wire
from unnest.convex.ids import DocumentId, decode_id, derived_id, encode_id, is_id, new_id
from unnest.convex.values import Document, Int64, Value, decode_plain, decode_uniform, decode_wire

__all__ = [
    "Document",
    "DocumentId",
    "Int64",
    "Value",
    "decode_id",
    "decode_plain",
    "decode_uniform",
    "decode_wire",
    "derived_id",
    "encode_id",
    "encode_uniform",
    "encode_wire",
    "is_id",
    "new_id",
]
