"""The documents of one file, as text.

In: a stream of one of the formats. Out: pairs of line number (from 1) and the JSON text of one document, one at a time.
"""

import codecs
import csv
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, TypeAlias

from unnest.convex.encode import encode_plain
from unnest.convex.errors import Code, ImportRefused
from unnest.convex.names import is_field_name

LINE_BYTES = 32 * 2**20
JSON_ARRAY_BYTES = 16 * 2**20

Lines: TypeAlias = Iterator[tuple[int, str]]

_CSV_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CSV_NO_NUMBER = re.compile(r"[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)


def documents(name: str, stream: IO[bytes]) -> Lines:
    """Yield line numbers and texts of the documents in a file.

    Args:
        name: name of the entry; its extension says the format.
        stream: the file, from its start.

    Raises:
        ImportRefused: with the entry and the line.
    """
    return _FORMATS.get(PurePosixPath(name).suffix.lower(), json_lines)(name, stream)


def json_lines(name: str, stream: IO[bytes]) -> Lines:
    r"""Yield the lines of a file of one JSON text a line; only ``\n`` ends a line, for text holds U+2028 and U+0085."""
    number = 0
    while line := stream.readline(LINE_BYTES + 1):
        number += 1
        if len(line) > LINE_BYTES:
            raise ImportRefused(Code.VALUE_TOO_LARGE, f"the line is longer than {LINE_BYTES} bytes", entry=name, line=number)
        text = _text(name, line, number)
        if text.isspace():
            raise ImportRefused(Code.JSON_INVALID_ROW, "the line is blank; each line holds one object", entry=name, line=number)
        yield number, text


def _text(name: str, raw: bytes, line: int | None) -> str:
    if (line in (1, None)) and raw.startswith(codecs.BOM_UTF8):
        raise ImportRefused(
            Code.BOM, "the file starts with a byte order mark", entry=name, line=line, next_step="Save it without one."
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at = line if line is not None else raw.count(b"\n", 0, error.start) + 1
        raise ImportRefused(
            Code.NOT_UTF8, f"byte 0x{raw[error.start]:02x} at {error.start} is not UTF-8", entry=name, line=at
        ) from None


def _json_array(name: str, stream: IO[bytes]) -> Lines:
    """Yield the elements of one array, each with the line where it starts."""
    raw = stream.read(JSON_ARRAY_BYTES + 1)
    if len(raw) > JSON_ARRAY_BYTES:
        raise ImportRefused(
            Code.JSON_ARRAY_TOO_LARGE, f"the array is larger than {JSON_ARRAY_BYTES} bytes", entry=name,
            next_step="Write one object a line into a .jsonl file.",
        )  # fmt: skip
    text = _text(name, raw, None)
    position = _skip_blanks(text, 0)
    if text[position : position + 1] != "[":
        raise ImportRefused(Code.NOT_JSON_ARRAY, "the file does not hold an array of objects", entry=name, line=1)
    line = 1 + text.count("\n", 0, position)
    for start, end in _elements(name, text, position + 1):
        line += text.count("\n", position, start)
        position = start
        yield line, text[start:end]


def _elements(name: str, text: str, position: int) -> Iterator[tuple[int, int]]:
    """Yield where each element of an array starts and ends; ``position`` stands behind the bracket."""
    decoder = json.JSONDecoder()
    position = _skip_blanks(text, position)
    empty = text[position : position + 1] == "]"
    while not empty:
        try:
            _, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise _not_json(name, text, position, str(error)) from None
        yield position, end
        position = _skip_blanks(text, end)
        if text[position : position + 1] == "]":
            break
        if text[position : position + 1] != ",":
            raise _not_json(name, text, position, "a comma or ] has to follow the element")
        position = _skip_blanks(text, position + 1)
    if text[position + 1 :].strip(" \t\r\n"):
        raise _not_json(name, text, position, "more text follows the array")


def _not_json(name: str, text: str, position: int, why: str) -> ImportRefused:
    return ImportRefused(Code.NOT_JSON, why, entry=name, line=1 + text.count("\n", 0, position))


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def _csv(name: str, stream: IO[bytes]) -> Lines:
    """Yield each row as an object of numbers and strings; empty cells are empty strings."""
    csv.field_size_limit(LINE_BYTES)
    rows = csv.reader(_csv_lines(name, stream), strict=True)
    header: list[str] | None = None
    while (row := _next_row(name, rows)) is not None:
        if not row:  # a blank line
            continue
        if header is None:
            header = _csv_header(name, row)
        elif len(row) != len(header):
            raise ImportRefused(
                Code.CSV_ROW_MISSING_FIELDS, f"{len(row)} cells, but the header has {len(header)}",
                entry=name, line=rows.line_num,
            )  # fmt: skip
        else:
            yield rows.line_num, encode_plain(dict(zip(header, map(csv_cell, row), strict=True)))
    if header is None:
        raise ImportRefused(Code.CSV_MISSING_HEADERS, "the file is empty; its first row names the fields", entry=name)


def _csv_lines(name: str, stream: IO[bytes]) -> Iterator[str]:
    number = 0
    while line := stream.readline(LINE_BYTES + 1):
        number += 1
        if len(line) > LINE_BYTES:
            raise ImportRefused(Code.CSV_INVALID_ROW, f"longer than {LINE_BYTES} bytes", entry=name, line=number)
        yield _text(name, line, number)


def _next_row(name: str, rows: "Iterator[list[str]]") -> list[str] | None:
    try:
        return next(rows, None)
    except csv.Error as error:
        line = getattr(rows, "line_num", None)
        raise ImportRefused(Code.CSV_INVALID_ROW, f"not a row of CSV: {error}", entry=name, line=line) from None


def _csv_header(name: str, row: list[str]) -> list[str]:
    header = [cell.strip() for cell in row]
    for field in header:
        if not field or not is_field_name(field) or header.count(field) > 1:
            raise ImportRefused(Code.CSV_INVALID_HEADER, f"{field[:60]!r} can't name a field", entry=name, line=1)
    return header


def csv_cell(cell: str) -> float | str | None:
    """Read a cell: a number where it looks like one, null for what numbers can't be, else a string."""
    if _CSV_NUMBER.fullmatch(cell):
        number = float(cell)
        return number if math.isfinite(number) else None
    return None if _CSV_NO_NUMBER.fullmatch(cell) else cell


_FORMATS: dict[str, Callable[[str, IO[bytes]], Lines]] = {
    ".jsonl": json_lines,
    ".json": _json_array,
    ".csv": _csv,
}
