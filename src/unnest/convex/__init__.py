"""Snapshots of the document database: values, ids, import, export and profile.

In: a snapshot (zip, directory, or the file of one table). Out: tables in PostgreSQL that keep every document's meaning,
and the snapshot again.
"""

from unnest.convex.columns import document_tables
from unnest.convex.encode import encode_uniform, encode_wire
from unnest.convex.errors import Code, ExportRefused, ImportRefused, InvalidValue
from unnest.convex.exporting import export_snapshot
from unnest.convex.ids import DocumentId, decode_id, derived_id, encode_id, is_id, new_id
from unnest.convex.importing import import_snapshot
from unnest.convex.normalized import Normalized
from unnest.convex.profiling import Profile, profile
from unnest.convex.report import ExportReport, Finding, ImportMode, ImportReport, Progress, ProgressHook, TableReport
from unnest.convex.source import ArchiveLimits
from unnest.convex.values import Document, Int64, Value, decode_plain, decode_uniform, decode_wire

__all__ = [
    "ArchiveLimits",
    "Code",
    "Document",
    "DocumentId",
    "ExportRefused",
    "ExportReport",
    "Finding",
    "ImportMode",
    "ImportRefused",
    "ImportReport",
    "Int64",
    "InvalidValue",
    "Normalized",
    "Profile",
    "Progress",
    "ProgressHook",
    "TableReport",
    "Value",
    "decode_id",
    "decode_plain",
    "decode_uniform",
    "decode_wire",
    "derived_id",
    "document_tables",
    "encode_id",
    "encode_uniform",
    "encode_wire",
    "export_snapshot",
    "import_snapshot",
    "is_id",
    "new_id",
    "profile",
]
