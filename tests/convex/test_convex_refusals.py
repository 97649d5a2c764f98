"""Bad snapshots: each is refused with a code, the entry and the line, and leaves nothing behind."""

import stat
import zipfile
from pathlib import Path

import pytest
from convex.snapshots import UNIFORM, Connection, document, lines, rows, uniform_files, write_directory, write_zip
from convex.worlds import SOAK_FACTOR, sample_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unnest.convex import ArchiveLimits, Code, ImportMode, ImportRefused, encode_uniform, import_snapshot
from unnest.convex.lines import documents as read_lines
from unnest.errors import UnnestError

GOOD = lines([document(1), document(2)])
ROW = f'"_id":"{sample_id(9)}","_creationTime":1.5'
DEEP = "[" * 16 + "]" * 16


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"\xff{}", Code.NOT_UTF8),
        (b"", Code.JSON_INVALID_ROW),
        (b"  ", Code.JSON_INVALID_ROW),
        (b"{", Code.JSON_INVALID_ROW),
        (b"{} x", Code.JSON_INVALID_ROW),
        (b'{"a":NaN}', Code.JSON_INVALID_ROW),
        (b'{"a":1e999}', Code.JSON_INVALID_ROW),
        (b'{"a":"\\ud800"}', Code.JSON_INVALID_ROW),
        (b"[]", Code.INVALID_VALUE),
        (b"null", Code.INVALID_VALUE),
        ('{"é":1.0}'.encode(), Code.INVALID_VALUE),
        (b'{"a":{"$x":1.0}}', Code.INVALID_VALUE),
        (b'{"_id":"abc"}', Code.INVALID_ID),
        (b'{"_id":5.0}', Code.INVALID_ID_FIELD),
        (f'{{"_id":"{sample_id(1)[:-1]}z"}}'.encode(), Code.INVALID_ID),
        (f'{{"_id":"{sample_id(1, table=10_009)}"}}'.encode(), Code.IMPORT_CONFLICT),
        (f'{{"_id":"{sample_id(9)}","_creationTime":5}}'.encode(), Code.INVALID_CREATION_TIME),
        (f'{{"_id":"{sample_id(9)}","_creationTime":-1.0}}'.encode(), Code.INVALID_CREATION_TIME),
        (f'{{{ROW},"_other":1.0}}'.encode(), Code.INVALID_DOCUMENT),
        (f'{{{ROW},"a":{DEEP}}}'.encode(), Code.TOO_NESTED),
        (b"[" * 200_000, Code.TOO_NESTED),
        (f'{{{ROW},"a":[{",".join(["1"] * 8193)}]}}'.encode(), Code.ARRAY_TOO_LONG),
        (f'{{{ROW},"a":{{{",".join(f""""k{i}":1""" for i in range(1025))}}}}}'.encode(), Code.TOO_MANY_FIELDS),
        (f'{{{ROW},"a":"{"x" * 2**20}"}}'.encode(), Code.VALUE_TOO_LARGE),
        (f'{{"_id":"{sample_id(1)}","_creationTime":1.5}}'.encode(), Code.DUPLICATE_ID),
    ],
)  # fmt: skip
def test_a_bad_line_is_named(connection: Connection, tmp_path: Path, line: bytes, code: Code) -> None:
    files: dict[str, str | bytes] = {**uniform_files({"t": []})}
    files["t/documents.jsonl"] = GOOD.encode() + line + b"\n" + b"{}\n"
    with pytest.raises(ImportRefused) as refused:
        import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[])
    assert (refused.value.code, refused.value.entry, refused.value.line) == (code, "t/documents.jsonl", 3)
    assert rows(connection, "SELECT to_regclass('t'), to_regnamespace('unnest')") == [(None, None)]


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"t/documents.jsonl": b"\xef\xbb\xbf{}\n"}, Code.BOM, "t/documents.jsonl:1"),
        ({"t/generated_schema.jsonl": "{}"}, Code.INVALID_GENERATED_SCHEMA, "t/generated_schema.jsonl:1"),
        ({"t/generated_schema.jsonl": UNIFORM + "{}"}, Code.INVALID_GENERATED_SCHEMA, "t/generated_schema.jsonl:2"),
        ({"a b/documents.jsonl": GOOD}, Code.INVALID_TABLE_NAME, "a b/documents.jsonl"),
        ({"x/t/documents.jsonl": GOOD}, Code.DUPLICATE_TABLE_NAME, "x/t/documents.jsonl"),
        ({"_components/a b/t/documents.jsonl": GOOD}, Code.INVALID_COMPONENT_NAME, "_components/a b/t/documents.jsonl"),
        ({"_storage/abc": "x"}, Code.INVALID_STORAGE_ID, "_storage/abc"),
        ({"u/documents.jsonl": GOOD}, Code.INVALID_ID, '"t" and "u"'),
        ({"_tables/documents.jsonl": '{"name":"t"}'}, Code.INVALID_VALUE, "_tables/documents.jsonl:1"),
        ({"_tables/documents.jsonl": "nonsense"}, Code.JSON_INVALID_ROW, "_tables/documents.jsonl:1"),
        ({"_tables/documents.jsonl": '{"name":"t","id":0}'}, Code.INVALID_ID, "_tables/documents.jsonl:1"),
        ({"_tables/documents.jsonl": '{"name":"t","id":1}\n{"name":"t","id":2}'}, Code.DUPLICATE_TABLE_NAME, ":2"),
        ({"_tables/documents.jsonl": '{"name":"t","id":1}\n{"name":"u","id":1}'}, Code.INVALID_ID, ":2"),
    ],
)  # fmt: skip
def test_a_bad_entry_is_named(
    connection: Connection, tmp_path: Path, changes: dict[str, str | bytes], code: Code, place: str
) -> None:
    files: dict[str, str | bytes] = {**uniform_files({"t": [document(1)]}), **changes}
    with pytest.raises(ImportRefused, match=place) as refused:
        import_snapshot(connection, write_zip(tmp_path / "s.zip", files), tables=[])
    assert refused.value.code is code


@pytest.mark.parametrize("name", ["../t/documents.jsonl", "/t/documents.jsonl", "a//b", "C:/x", "t\\x", "./x", "a/../b"])
def test_names_that_lead_out_of_the_snapshot_are_refused(connection: Connection, tmp_path: Path, name: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        import_snapshot(connection, write_zip(tmp_path / "s.zip", {name: GOOD}), tables=[])
    assert refused.value.code is Code.INVALID_ZIP


def test_an_entry_without_a_name_is_refused(connection: Connection, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "s.zip", {"x": GOOD}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    start = raw.index(b"PK\x01\x02")  # the central directory: a name of no bytes, and a comment of one
    raw[start + 28 : start + 34] = bytes((0, 0, 0, 0, 1, 0))
    path.write_bytes(raw)
    with pytest.raises(ImportRefused) as refused:
        import_snapshot(connection, path, tables=[])
    assert refused.value.code is Code.INVALID_ZIP


def test_symbolic_links_are_refused(connection: Connection, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("t/documents.jsonl")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ImportRefused, match="symbolic links"):
        import_snapshot(connection, tmp_path / "s.zip", tables=[])
    directory = write_directory(tmp_path / "d", uniform_files({"t": []}))
    (directory / "u").symlink_to(directory / "t")
    with pytest.raises(ImportRefused, match="symbolic links"):
        import_snapshot(connection, directory, tables=[])


def test_archives_made_to_fill_the_disk_are_refused(connection: Connection, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "s.zip", {"t/documents.jsonl": b"\n" * 2_000_000})
    small = ArchiveLimits(ratio_from_bytes=1_000_000)
    with pytest.raises(ImportRefused, match="more than 250 times"):
        import_snapshot(connection, path, tables=[], limits=small)
    with pytest.raises(ImportRefused, match="at most 1000000 are read"):
        import_snapshot(connection, path, tables=[], limits=ArchiveLimits(total_bytes=1_000_000))
    with pytest.raises(ImportRefused, match="at most 0 are read"):
        import_snapshot(connection, path, tables=[], limits=ArchiveLimits(entries=0))


def test_a_truncated_archive_is_refused(connection: Connection, tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "s.zip", uniform_files({"t": [document(1)]})).read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.zip").write_bytes(whole[:size])
        with pytest.raises(ImportRefused) as refused:
            import_snapshot(connection, tmp_path / "cut.zip", tables=[])
        assert refused.value.code is Code.INVALID_ZIP


def test_a_wrong_crc_names_the_entry(connection: Connection, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "s.zip", uniform_files({"t": [document(1, name="needle")]}), zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"needle", b"noodle"))
    with pytest.raises(ImportRefused, match=r"t/documents\.jsonl: .*CRC") as refused:
        import_snapshot(connection, path, tables=[])
    assert refused.value.code is Code.INVALID_ZIP


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    class Endless:
        def readline(self, size: int) -> bytes:
            return b"x" * size

    with pytest.raises(ImportRefused) as refused:
        next(read_lines("t/documents.jsonl", Endless()))  # type: ignore[arg-type] # only readline is used
    assert refused.value.code is Code.VALUE_TOO_LARGE


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.json", b"{}", Code.NOT_JSON_ARRAY),
        ("x.json", b"", Code.NOT_JSON_ARRAY),
        ("x.json", b"[{},]", Code.NOT_JSON),
        ("x.json", b"[{} {}]", Code.NOT_JSON),
        ("x.json", b"[{}", Code.NOT_JSON),
        ("x.json", b"[] x", Code.NOT_JSON),
        ("x.json", b"[1]", Code.INVALID_VALUE),
        ("x.json", b'["\xff"]', Code.NOT_UTF8),
        ("x.json", b"[" + b" " * 2**24 + b"]", Code.JSON_ARRAY_TOO_LARGE),
        ("x.csv", b"", Code.CSV_MISSING_HEADERS),
        ("x.csv", b"a,a\n", Code.CSV_INVALID_HEADER),
        ("x.csv", b"a,$b\n", Code.CSV_INVALID_HEADER),
        ("x.csv", b"a,b\n1\n", Code.CSV_ROW_MISSING_FIELDS),
        ("x.csv", b'a\n"x"y\n', Code.CSV_INVALID_ROW),
        ("x.jsonl", b"\xef\xbb\xbf{}", Code.BOM),
    ],
)
def test_a_bad_file_of_one_table_is_refused(
    connection: Connection, tmp_path: Path, name: str, content: bytes, code: Code
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        import_snapshot(connection, tmp_path / name, tables=[], table="t")
    assert (refused.value.code, refused.value.entry) == (code, name)


def test_a_path_without_anything_is_refused(connection: Connection, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "none.zip", tmp_path / "none.jsonl", tmp_path / "empty"):
        with pytest.raises(ImportRefused):
            import_snapshot(connection, path, tables=[], table="t" if path.suffix == ".jsonl" else None)


MUTATED = uniform_files({"t": [document(i, name="x" * i, tags=[1.0, None]) for i in range(5)]})


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=60 * SOAK_FACTOR, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_a_mutated_archive_is_imported_or_refused_and_never_half(
    connection: Connection, tmp_path: Path, data: st.DataObject, method: int
) -> None:
    path = write_zip(tmp_path / "s.zip", MUTATED, method)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    try:
        report = import_snapshot(connection, path, tables=[], mode=ImportMode.REPLACE_ALL)
    except UnnestError:
        return
    assert rows(connection, "SELECT coalesce(sum(documents), 0)::int FROM unnest.document_table") == [(report.documents,)]


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(max_examples=60 * SOAK_FACTOR, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutated_line_is_imported_or_refused(connection: Connection, tmp_path: Path, data: st.DataObject) -> None:
    line = encode_uniform(document(1, name="é\0", tags=[1.0, {"a": b"x"}], n=5.5)).encode()
    cut = data.draw(st.integers(0, len(line)))
    inserted = data.draw(st.sampled_from([b"", b"{", b"]", b'"', b"\\", b"\\u0000", b"\xc3", b"-", b"9", b",", b"$", b"\0"]))
    skipped = data.draw(st.integers(0, 3))
    mutated = line[:cut] + inserted + line[cut + skipped :]
    files: dict[str, str | bytes] = {**uniform_files({"t": []}), "t/documents.jsonl": mutated}
    try:
        import_snapshot(connection, write_directory(tmp_path / "d", files), tables=[], mode=ImportMode.REPLACE_ALL)
    except ImportRefused as refused:
        place = (refused.entry, refused.line)
    else:
        return
    assert place[0] == "t/documents.jsonl"
    assert place[1] in (1, 2)
