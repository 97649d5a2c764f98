"""Expected texts flow in from files and are compared exactly; ``--golden-update`` (``make golden``) writes them anew."""

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that rewrites golden files."""
    parser.addoption("--golden-update", action="store_true", help="write golden files anew; review the difference")


@pytest.fixture
def is_updating(request: pytest.FixtureRequest) -> bool:
    """Tell whether golden files are being rewritten."""
    return bool(request.config.getoption("--golden-update"))


@pytest.fixture
def golden(is_updating: bool) -> Callable[[str, str], None]:
    """Give a function that compares a text with the golden file of that name, or rewrites the file."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if is_updating:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        assert file.exists(), f'there is no golden file "{name}"; write it with: make golden'
        assert text == file.read_text(), f'"{name}" differs; if that is meant, write it anew with: make golden'

    return compare
