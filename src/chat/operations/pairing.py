"""One operation in two forms: over nested documents, and over rows.

In: two functions with one signature. Out: ``Operation``, from which a caller takes the form that its database is in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Form(Enum):
    """Which application is running."""

    OLD = "old"  # reads and writes the nested values
    NEW = "new"  # reads and writes the normalized tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[P, R_co]):
    """What the application does, by document (``old``) and by rows (``new``)."""

    name: str
    old: Callable[P, R_co]
    new: Callable[P, R_co]

    def form(self, form: Form) -> Callable[P, R_co]:
        """Return the function that ``form`` of the application calls."""
        return self.old if form is Form.OLD else self.new
