"""What a snapshot can be refused for.

In: a rule that did not hold, and the place. Out: an exception with a code in the words of the original import tool.
"""

from enum import StrEnum

from unnest.errors import InputError


class Code(StrEnum):
    """Why input is refused; the words are those of the document database's own import."""

    INVALID_ZIP = "InvalidZip"
    NOT_UTF8 = "NotUtf8"
    BOM = "Utf8BomNotSupported"
    JSON_INVALID_ROW = "JsonInvalidRow"
    INVALID_VALUE = "InvalidConvexValue"
    NOT_AN_OBJECT = "NotAnObject"
    NOT_JSON = "NotJson"
    NOT_JSON_ARRAY = "NotJsonArray"
    JSON_ARRAY_TOO_LARGE = "JsonArrayTooLarge"
    CSV_MISSING_HEADERS = "CsvMissingHeaders"
    CSV_INVALID_HEADER = "CsvInvalidHeader"
    CSV_INVALID_ROW = "CsvInvalidRow"
    CSV_ROW_MISSING_FIELDS = "CsvRowMissingFields"
    INVALID_GENERATED_SCHEMA = "InvalidGeneratedSchema"
    INVALID_TABLE_NAME = "InvalidTableName"
    INVALID_COMPONENT_NAME = "InvalidComponentName"
    INVALID_STORAGE_ID = "InvalidStorageId"
    TABLE_EXISTS = "TableExists"
    DUPLICATE_TABLE_NAME = "DuplicateTableName"
    INVALID_ID = "InvalidId"
    TABLE_CONFLICT = "TableConflict"
    TABLE_NUMBER_CONFLICT = "TableNumberConflict"
    IMPORT_CONFLICT = "ImportConflict"
    DUPLICATE_ID = "DuplicateId"
    INVALID_CREATION_TIME = "InvalidCreationTimeError"
    INVALID_DOCUMENT = "InvalidDocumentError"
    INVALID_ID_FIELD = "InvalidIdError"
    VALUE_TOO_LARGE = "ValueTooLargeError"
    ARRAY_TOO_LONG = "ArrayTooLong"
    TOO_MANY_FIELDS = "TooManyFieldsError"
    TOO_NESTED = "TooNestedError"
    DATABASE = "DatabaseError"  # ours: the server refused a row (a constraint, a trigger, a right)


class InvalidValue(InputError):
    """A value is outside the format; the caller knows where it stood and raises ``ImportRefused`` from it."""

    def __init__(self, code: Code, what: str) -> None:
        super().__init__(f"{what} ({code})")
        self.code = code
        self.what = what


class ImportRefused(InputError):
    """A snapshot is refused; nothing of it has been imported.

    Attributes:
        code: the kind of fault.
        entry: name of the file inside the snapshot (``""`` when the snapshot as a whole is meant).
        line: line in that file, counted from 1, where one can be named.
    """

    def __init__(self, code: Code, what: str, *, entry: str = "", line: int | None = None, next_step: str = "") -> None:
        place = entry if line is None else f"{entry}:{line}"
        parts = (f"{place}: " if place else "", f"{what} ({code}).", f" {next_step}" if next_step else "")
        super().__init__("".join(parts) + " Nothing has been imported.")
        self.code = code
        self.what = what
        self.entry = entry
        self.line = line


class ExportRefused(InputError):
    """A row can't be expressed in the snapshot format; no file has been written.

    Attributes:
        code: the rule of the format that does not hold.
        table: the table as the snapshot would name it.
        id: the row.
    """

    def __init__(self, code: Code, what: str, *, table: str, id: str = "", next_step: str = "") -> None:
        place = f'table "{table}"' + (f', row "{id}"' if id else "")
        super().__init__(f"{place}: {what} ({code}).{' ' + next_step if next_step else ''} No file has been written.")
        self.code = code
        self.what = what
        self.table = table
        self.id = id
