"""The front door: ``__all__`` says what is there, and that is all an application needs."""

import inspect
import types

import pytest

import unnest
from unnest import errors


def test_all_is_sorted_and_without_repetition() -> None:
    assert unnest.__all__ == sorted(set(unnest.__all__))


def test_all_is_what_is_there() -> None:
    public = {
        name for name, value in vars(unnest).items() if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public == set(unnest.__all__)


@pytest.mark.parametrize("name", unnest.__all__)
def test_everything_at_the_front_door_is_explained(name: str) -> None:
    found = getattr(unnest, name)
    assert inspect.getdoc(found)
    assert found.__module__.startswith("unnest.")


def test_every_error_is_at_the_front_door_and_has_the_one_root() -> None:
    found = {name: value for name, value in vars(errors).items() if inspect.isclass(value)}
    assert set(found) <= set(unnest.__all__)
    assert all(issubclass(error, unnest.UnnestError) for error in found.values())


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    drawn = errors.__doc__ or ""
    lines = [line for line in drawn.splitlines() if "──" in line or line.strip() == "UnnestError"]
    names = [line.replace("│", " ").replace("├──", "").replace("└──", "").split()[0] for line in lines]
    classes = [value for value in vars(errors).values() if inspect.isclass(value)]
    assert sorted(names) == sorted(error.__name__ for error in classes)
    assert len(classes) <= 12
