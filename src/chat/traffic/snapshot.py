"""A world as a Convex snapshot file of the current generation.

In: a path and ``WorldOptions``. Out: the zip, and ``SnapshotFacts`` that say what an importer and a migration must
find in it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from json import JSONEncoder
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from chat.traffic.identity import TABLE_NUMBERS
from chat.traffic.options import WorldOptions
from chat.traffic.people import Document
from chat.traffic.world import World

_README = "A made-up snapshot of a chat application, for trials and tests. Every person and text in it is invented.\n"
_CHUNK_LINES = 2_000
# Keys in byte order, no blanks, only what JSON demands escaped: how the document database prints. Python prints
# floats as it does between 0.0001 and 1e16, and the generator makes no others.
_encode = JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFacts:
    """What is true of a snapshot.

    Args:
        documents: Number of documents per table.
        drift: Number of projects that have drifted in each way (``chat.traffic.drift.DriftKind``).
        links: Number of pairs of project and conversation that must become links.
        findings: What an observer must find about project membership, each disagreement counted once: "stale id",
            "duplicate id", "mismatch" (the array says A, the pointer says B or nothing), "missing from array",
            "project gone", "owner differs", "not an array".
        elements: Number of elements of each nested array of the messages.
        oddities: Number of messages with each kind of odd attachment, tool call or source.
        size_bytes: Size of the file.
    """

    documents: dict[str, int]
    drift: dict[str, int]
    links: int
    findings: dict[str, int]
    elements: dict[str, int]
    oddities: dict[str, int]
    size_bytes: int = 0


def write_snapshot(path: Path, options: WorldOptions) -> SnapshotFacts:
    """Write the world of ``options`` to ``path`` and return what is true of it.

    Args:
        path: The zip to write; an existing file is replaced. Equal options give equal bytes.
        options: Sizes and seed.
    """
    made = World(options)
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=3) as archive:
        _write(archive, "README.md", [_README])
        numbers = (f'{{"name":"{name}","id":{number}}}\n' for name, number in TABLE_NUMBERS.items())
        _write(archive, "_tables/documents.jsonl", numbers)
        for name, documents in made.tables():
            _write(archive, f"{name}/documents.jsonl", lines(documents))
            _write(archive, f"{name}/generated_schema.jsonl", ['"uniform"\n'])
    return replace(_facts(made), size_bytes=path.stat().st_size)


def lines(documents: Iterable[Document]) -> Iterator[str]:
    """Yield each document as one line of a snapshot."""
    for document in documents:
        yield _encode(document) + "\n"


def _write(archive: ZipFile, name: str, texts: Iterable[str]) -> None:
    entry = ZipInfo(name)  # with the earliest date there is, so that equal worlds give equal bytes
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with archive.open(entry, "w", force_zip64=name.endswith("/documents.jsonl")) as target:
        for chunk in _chunks(texts):
            target.write("".join(chunk).encode())


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == _CHUNK_LINES:
            yield chunk
            chunk = []
    yield chunk


def _facts(made: World) -> SnapshotFacts:
    tally = made.drift.tally()
    return SnapshotFacts(
        documents=dict(made.counts),
        drift=dict(sorted(tally.drift.items())),
        links=tally.links,
        findings=tally.findings,
        elements=dict(sorted(made.messages.elements.items())),
        oddities=dict(sorted(made.messages.oddities.items())),
    )
