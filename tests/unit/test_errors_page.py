"""docs/errors.md says of every error of the engine when it comes and what to do."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import chat
import unnest
from unnest import UnnestError

PAGE = (Path(__file__).parents[2] / "docs" / "errors.md").read_text()


def error_classes() -> set[str]:
    for package in (unnest, chat):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found, waiting = set[str](), [UnnestError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if inspect.getmodule(error) and error.__module__.split(".")[0] in ("unnest", "chat"):
            found.add(error.__name__)
    return found


def test_every_error_is_explained_and_nothing_else() -> None:
    named = {word.lstrip("├└ ") for word in re.findall(r"`([├└ ]*[A-Z]\w+)`", PAGE)}
    classes = error_classes()
    assert classes - named - {"UnnestError"} == set()
    rows = {word.lstrip("├└ ") for word in re.findall(r"^\| `([├└ ]*[A-Z]\w+)` \|", PAGE, re.MULTILINE)}
    assert rows - classes == set()
