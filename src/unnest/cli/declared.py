"""Which migrations a command works with.

In: --migrations, or pyproject.toml of the current directory. Out: the declared migrations, checked together.
"""

import importlib
import sys
import tomllib
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from sqlalchemy import Table

from unnest import convex
from unnest.errors import DeclarationError, UnnestError, UsageError
from unnest.migration import Migration, check_together

DEFAULT = "chat.migrations:MIGRATIONS"


def load(named: str | None) -> tuple[Migration, ...]:
    """Import the migrations that MODULE:NAME means; the current directory is searched first.

    Raises:
        UsageError: There is no such module or name.
        DeclarationError: What is there is no list of migrations, or importing it failed.
    """
    place = named or _of_project(Path("pyproject.toml")) or DEFAULT
    module_name, _, name = place.partition(":")
    if not module_name or not name:
        raise UsageError(f'--migrations "{place}" is not of the form MODULE:NAME, such as "{DEFAULT}"')
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    module = _module(module_name, place)
    if not hasattr(module, name):
        raise UsageError(f'--migrations "{place}": module "{module_name}" has no "{name}"; see {module.__file__}')
    found = getattr(module, name)
    if isinstance(found, Migration) or not isinstance(found, Iterable):
        raise DeclarationError(f'--migrations "{place}": a list or tuple of Migration is needed; got {type(found).__name__}')
    return check_together(tuple(found))


def _of_project(file: Path) -> str | None:
    if not file.exists():
        return None
    try:
        settings = tomllib.loads(file.read_text()).get("tool", {}).get("unnest", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f'"{file.resolve()}" can\'t be read: {error}') from None
    named = settings.get("migrations")
    if named is not None and not isinstance(named, str):
        raise UsageError(f'"{file.resolve()}": [tool.unnest] migrations = {named!r} is no text of the form MODULE:NAME')
    return named


def _module(name: str, place: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except UnnestError:
        raise
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise UsageError(
                f'--migrations "{place}": there is no module "{error.name}" in "{Path.cwd()}" or among the installed packages'
            ) from None
        raise _broken(place, error) from error
    except Exception as error:
        raise _broken(place, error) from error


def _broken(place: str, error: Exception) -> DeclarationError:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return DeclarationError(
        f'--migrations "{place}" can\'t be imported: {type(error).__name__}: {error} ({last.filename}:{last.lineno})'
    )


def document_tables(migrations: Iterable[Migration]) -> list[Table]:
    """Return the legacy tables: those that mappings read, and those beside them that hold documents as well."""
    migrations = tuple(migrations)
    filled = {table for migration in migrations for table in migration.targets}
    mappings = [mapping for migration in migrations for mapping in migration.mappings]
    read = [face.table for mapping in mappings for face in mapping.faces]
    read += [lookup.table for mapping in mappings for lookup in mapping.lookups]
    beside = [table for metadata in dict.fromkeys(table.metadata for table in read) for table in metadata.sorted_tables]
    found = [*read, *convex.document_tables(beside)]
    return [table for table in dict.fromkeys(found) if table not in filled]
