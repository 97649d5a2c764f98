"""The reference of all commands, made from the commands: ``python -m unnest.cli.reference > docs/reference/commands.md``.

In: the command line as it is declared. Out: Markdown. A test compares it with the file.
"""

import sys
from collections.abc import Iterator
from typing import Any, cast

import typer

from unnest.cli.main import app

WIDTH = 100
_HEAD = """\
# Commands

Made by `python -m unnest.cli.reference`; `unnest COMMAND --help` says the same. `--db`, `--migrations` and `--json` may
also stand after the command.
"""


def pages() -> Iterator[tuple[str, str]]:
    """Yield each command's full name with its help."""
    yield from _pages("unnest", cast("Any", typer.main.get_command(app)), None)


def _pages(name: str, command: Any, parent: typer.Context | None) -> Iterator[tuple[str, str]]:
    context = typer.Context(
        command,
        info_name=name.rpartition(" ")[2],
        parent=parent,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
    )
    yield name, command.get_help(context)
    for below in getattr(command, "commands", {}):
        yield from _pages(f"{name} {below}", command.commands[below], context)


def markdown() -> str:
    """Return the whole page."""
    parts = [f"## {name}\n\n```\n{_trimmed(text)}\n```\n" for name, text in pages()]
    return "\n".join([_HEAD, *parts])


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


if __name__ == "__main__":
    sys.stdout.write(markdown())
