"""The suites by name."""

from collections.abc import Callable

from bench.databases import Databases
from bench.results import Result
from bench.sizes import Sizes
from bench.suites import backfill, delete, flat, overhead, snapshots, verify

Suite = Callable[[Databases, Sizes], Result]

SUITES: dict[str, Suite] = {
    "backfill": backfill.measure,
    "overhead": overhead.measure,
    "verify": verify.measure,
    "flat": flat.measure,
    "delete": delete.measure,
    "snapshots": snapshots.measure,
}
