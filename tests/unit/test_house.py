"""The rules of the house, read off the source tree: which way imports point, the length and names of files."""

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src"

# From the ground up. A module may import its own layer and those below it. A name with ".*" stands for a package with
# all its modules; a module that no entry names fails the test until it has found its place here.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("unnest.errors",),
    ("unnest.naming",),
    ("unnest.sql",),
    ("unnest.mapping.*",),
    ("unnest.migration",),
    ("unnest.stages",),
    ("unnest.script.*",),
    ("unnest.ledger",),
    ("unnest.runner.*",),
    ("unnest.reader.*",),
    ("unnest.embedded.*", "unnest.convex.*"),
    ("unnest",),  # the front door
    ("unnest.cli.*",),
)

# Packages beside the flow, which know nothing of it: package -> the modules of ours they may import beside their own.
ISLANDS = {
    "unnest.embedded": {"unnest.errors", "unnest.naming", "unnest.sql"},
    "unnest.convex": {"unnest.errors", "unnest.naming", "unnest.sql"},
}

# The applications a command of the distribution brings along; the engine must not know them.
COMMANDS_WITH_THE_CHAT_APPLICATION = "unnest.cli"

# Where an import inside a function is right: module -> what it imports there, and why.
LOCAL_IMPORTS: dict[str, set[str]] = {
    "unnest.cli.demonstration": {"chat.demo"},  # every other command works without the application that is shown
}

LONGEST_MODULE = 500
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "shared", "manager"}

# Words that say a thing is unfinished, or that tell where it was made instead of what it is. Written in two parts, so
# that this file does not find itself.
FORBIDDEN = (
    *(first + second for first, second in [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK")]),
    *(first + second for first, second in [("raise NotImplemented", "Error"), ("/wo", "rk/"), ("lorem ", "ipsum")]),
)
# What may lie in the tree without belonging to it.
NOT_OURS = (
    {".git", ".venv", ".unnest", "__pycache__", "dist", "build", "results"}
    | {f".{name}_cache" for name in ("mypy", "ruff", "pytest")}
    | {".hypothesis"}
)

FORBIDDEN_PATTERN = re.compile("|".join(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" for word in FORBIDDEN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file: its dotted name, its syntax tree, and the lines it has."""

    name: str
    path: Path
    tree: ast.Module
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An import of one of our modules by another; ``local`` if it stands inside a function."""

    importer: str
    imported: str
    line: int
    local: bool

    def __str__(self) -> str:
        return f"{self.importer} (line {self.line}) imports {self.imported}"


@cache
def modules() -> dict[str, Module]:
    found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        parts = path.relative_to(SOURCES).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text()
        found[name] = Module(name=name, path=path, tree=ast.parse(text), lines=len(text.splitlines()))
    return found


def read_imports(module: Module, known: set[str]) -> Iterator[Import]:
    """Yield what a module imports of ``known``, and for third parties the top name alone."""
    for node, local in walk(module.tree, local=False):
        for name in imported_names(node, module, known):
            yield Import(importer=module.name, imported=name, line=node.lineno, local=local)


def walk(node: ast.AST, *, local: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, local
        inside = local or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from walk(child, local=inside)


def imported_names(node: ast.Import | ast.ImportFrom, module: Module, known: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        package = module.name.split(".")
        up = node.level - (module.path.name == "__init__.py")
        base = ".".join([*package[: len(package) - up], *([node.module] if node.module else [])])
    for alias in node.names:
        below = f"{base}.{alias.name}"
        yield below if below in known else base


@cache
def imports() -> tuple[Import, ...]:
    known = set(modules())
    return tuple(found for module in modules().values() for found in read_imports(module, known))


def layer_of(name: str) -> int | None:
    for number, entries in enumerate(LAYERS):
        for entry in entries:
            package = entry.removesuffix(".*")
            if name == package or (entry != package and name.startswith(f"{package}.")):
                return number
    return None


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def breaks_layers(found: Import) -> bool:
    upper, lower = layer_of(found.importer), layer_of(found.imported)
    return upper is not None and lower is not None and lower > upper


def find_cycle(edges: dict[str, set[str]]) -> list[str]:
    """Return the modules of one import cycle in order, or nothing."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for following in sorted(edges.get(name, ())):
            if cycle := visit(following, [*path, name]):
                return cycle
        done.add(name)
        return []

    return next((cycle for name in sorted(edges) if (cycle := visit(name, []))), [])


def is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def text_files() -> Iterator[Path]:
    for directory, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in NOT_OURS and not name.endswith(".egg-info")]
        for path in (Path(directory) / name for name in names):
            if path.is_file() and b"\0" not in path.read_bytes()[:8000]:
                yield path


def test_every_module_of_unnest_has_a_layer() -> None:
    assert [name for name in modules() if is_in(name, "unnest") and layer_of(name) is None] == []


def test_imports_point_down() -> None:
    assert [str(found) for found in imports() if breaks_layers(found)] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    edges: dict[str, set[str]] = {}
    for found in imports():
        if found.imported in modules() and not is_in(found.importer, found.imported):
            edges.setdefault(found.importer, set()).add(found.imported)
    assert find_cycle(edges) == []


@pytest.mark.parametrize("package", sorted(ISLANDS))
def test_packages_beside_the_flow_know_nothing_of_it(package: str) -> None:
    strangers = [
        str(found)
        for found in imports()
        if is_in(found.importer, package)
        and found.imported.split(".")[0] in ("unnest", "chat")
        and not is_in(found.imported, package)
        and found.imported not in ISLANDS[package]
    ]
    assert strangers == []


def test_the_chat_application_imports_only_the_front_door() -> None:
    assert [str(f) for f in imports() if is_in(f.importer, "chat") and f.imported.startswith("unnest.")] == []


def test_the_engine_does_not_know_the_chat_application() -> None:
    strangers = [str(f) for f in imports() if is_in(f.importer, "unnest") and is_in(f.imported, "chat")]
    assert [line for line in strangers if not line.startswith(COMMANDS_WITH_THE_CHAT_APPLICATION)] == []


def test_imports_stand_at_the_top_of_the_module() -> None:
    allowed = {(module, name) for module, names in LOCAL_IMPORTS.items() for name in names}
    local = {(found.importer, found.imported) for found in imports() if found.local}
    assert local == allowed


def test_modules_are_short() -> None:
    assert {m.name: m.lines for m in modules().values() if m.lines > LONGEST_MODULE} == {}


def test_every_module_says_what_flows_in_and_out() -> None:
    assert [m.name for m in modules().values() if not ast.get_docstring(m.tree)] == []


def test_files_are_named_after_what_they_hold() -> None:
    assert [m.name for m in modules().values() if m.path.stem in VAGUE_NAMES or m.path.parent.name in VAGUE_NAMES] == []


def test_only_commands_print() -> None:
    printing = {m.name for m in modules().values() for node in ast.walk(m.tree) if is_print(node)}
    assert {name for name in printing if not is_in(name, "unnest.cli")} == set()


@pytest.mark.parametrize("package", ["unnest", "chat"])
def test_types_are_shipped(package: str) -> None:
    assert (SOURCES / package / "py.typed").is_file()


def test_no_file_has_a_forbidden_word() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in text_files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if FORBIDDEN_PATTERN.search(line)
    ]
    assert found == []


# --- the checks themselves --------------------------------------------------------------------------------------------


def parse(name: str, source: str, *, package: bool = False) -> Module:
    path = SOURCES / ("/".join(name.split(".")) + ("/__init__.py" if package else ".py"))
    return Module(name=name, path=path, tree=ast.parse(source), lines=len(source.splitlines()))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import unnest.sql", ["unnest.sql"]),
        ("from unnest import sql", ["unnest.sql"]),
        ("from unnest import Rows", ["unnest"]),
        ("from unnest.mapping.base import Face", ["unnest.mapping.base"]),
        ("from . import links", ["unnest.mapping.links"]),
        ("from .base import Face", ["unnest.mapping.base"]),
        ("from ..sql import run", ["unnest.sql"]),
        ("from .. import sql", ["unnest.sql"]),
        ("def f():\n    import unnest.sql", ["unnest.sql"]),
    ],
)
def test_each_form_of_import_is_read(source: str, expected: list[str]) -> None:
    known = {"unnest", "unnest.sql", "unnest.mapping", "unnest.mapping.base", "unnest.mapping.links"}
    module = parse("unnest.mapping.rows", source)
    assert [found.imported for found in read_imports(module, known)] == expected


def test_relative_imports_of_a_package_start_at_the_package() -> None:
    module = parse("unnest.mapping", "from . import base", package=True)
    assert [f.imported for f in read_imports(module, {"unnest.mapping.base"})] == ["unnest.mapping.base"]


def test_an_import_inside_a_function_is_seen_as_local() -> None:
    module = parse("unnest.sql", "import os\ndef f():\n    if 1:\n        import sys")
    assert [(f.imported, f.local) for f in read_imports(module, set())] == [("os", False), ("sys", True)]


def test_an_import_upwards_is_seen() -> None:
    upwards = Import(importer="unnest.sql", imported="unnest.runner.loop", line=1, local=False)
    downwards = Import(importer="unnest.runner.loop", imported="unnest.sql", line=1, local=False)
    assert (breaks_layers(upwards), breaks_layers(downwards)) == (True, False)


def test_a_circle_is_seen() -> None:
    assert find_cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert find_cycle({"a": {"b", "c"}, "b": {"c"}}) == []


def test_a_forbidden_word_is_seen() -> None:
    assert all(FORBIDDEN_PATTERN.search(f"# {word} later") for word in FORBIDDEN)
    assert not FORBIDDEN_PATTERN.search("a hackle of todos")
