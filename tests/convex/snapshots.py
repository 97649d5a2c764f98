"""Snapshots for tests, written by a few lines of their own, so that a fault of the exporter can't hide one of the importer."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from convex.worlds import sample_id
from sqlalchemy import Boolean, Column, Double, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from unnest.convex import Document, encode_uniform

Connection = psycopg.Connection[tuple[object, ...]]

PROJECTS = Table(
    "projects",
    MetaData(schema="public"),
    Column("id", Text, primary_key=True),
    Column("user_id", Text),
    Column("name", Text),
    Column("size", Double),
    Column("rank", Integer),
    Column("is_template", Boolean),
    Column("conversation_ids", JSONB),
    Column("_creation_time", Double),
    Index("ix_projects_user_id", "user_id"),
)
UNIFORM = '"uniform"\n'


def document(number: int = 1, *, table: int = 10_001, **fields: object) -> Document:
    """Make a document with id and creation time; ints in ``fields`` are not allowed, as they are no values."""
    found: Document = {"_id": sample_id(number, table=table), "_creationTime": 1700000000000.25 + number}
    found.update(fields)  # type: ignore[arg-type] # callers give values
    return found


def lines(documents: Sequence[Document]) -> str:
    """Write documents one a line."""
    return "".join(encode_uniform(each) + "\n" for each in documents)


def uniform_files(tables: Mapping[str, Sequence[Document]], *, prefix: str = "", number: int = 10_001) -> dict[str, str]:
    """Return the entries of a snapshot; tables are numbered from ``number`` on, in their order."""
    listed = "".join(json.dumps({"name": n, "id": number + i}, separators=(",", ":")) + "\n" for i, n in enumerate(tables))
    files = {f"{prefix}README.md": "a test", f"{prefix}_tables/documents.jsonl": listed}
    for name, documents in tables.items():
        files[f"{prefix}{name}/documents.jsonl"] = lines(documents)
        files[f"{prefix}{name}/generated_schema.jsonl"] = UNIFORM
    return files


def write_zip(path: Path, files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_directory(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write an unpacked snapshot."""
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    """Run a query of the test."""
    return connection.execute(query.encode()).fetchall()
