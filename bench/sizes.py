"""How much is measured.

In: what the command line asks for. Out: ``Sizes``, the same record for a glance, an ordinary run and a full one.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Counts of everything.

    Attributes:
        rounds: How often each measurement is repeated.
        backfill_rows: Sizes of the backfill suite, in rows made.
        subset_rows: Rows for those methods of it that are too slow for all.
        operations: Paired operations of the overhead suite, of each kind.
        messages: Messages of the overhead suite; it has a tenth as many conversations.
        verify_rows: Rows that are verified.
        flat_parents: Sizes of the flatness suite, in parents.
        delete_shapes: Projects and conversations in each, for the delete suite.
        deletes: Conversations deleted one by one.
        bulk: Conversations deleted at once.
        snapshot_mb: Size of the snapshot, in megabytes of unpacked documents.
    """

    rounds: int = 3
    backfill_rows: tuple[int, ...] = (100_000, 1_000_000)
    subset_rows: int = 5_000
    operations: int = 500
    messages: int = 20_000
    verify_rows: int = 100_000
    flat_parents: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    delete_shapes: tuple[tuple[int, int], ...] = ((20, 100), (200, 1_000))
    deletes: int = 30
    bulk: int = 50
    snapshot_mb: float = 50


QUICK = Sizes(
    rounds=2,
    backfill_rows=(20_000,),
    subset_rows=1_000,
    operations=60,
    messages=2_000,
    verify_rows=20_000,
    flat_parents=(5_000, 20_000),
    delete_shapes=((20, 100),),
    deletes=10,
    bulk=20,
    snapshot_mb=5,
)
TINY_ROWS = 5_000
"""Below this nothing is measured: such a run only shows that the benchmarks work."""
MOST_PARENTS = 3_000_000
MOST_MB = 1_000
DOCUMENT_BYTES = 500
"""The mean in a snapshot."""


def choose(*, quick: bool, full: bool, rows: int | None, rounds: int | None) -> Sizes:
    """Return the sizes of a run; ``rows`` caps every one of them, ``rounds`` takes the place of the usual number."""
    sizes = QUICK if quick else Sizes()
    if full:
        sizes = replace(sizes, flat_parents=(*sizes.flat_parents, MOST_PARENTS), snapshot_mb=MOST_MB)
    sizes = capped(sizes, rows) if rows else sizes
    return replace(sizes, rounds=rounds) if rounds else sizes


def capped(sizes: Sizes, rows: int) -> Sizes:
    """Return sizes of which none is above ``rows``, and where that is little, fewer repetitions too."""
    tiny = rows < TINY_ROWS
    return replace(
        sizes,
        rounds=1 if tiny else sizes.rounds,
        backfill_rows=tuple(dict.fromkeys(min(n, rows) for n in sizes.backfill_rows)),
        subset_rows=min(sizes.subset_rows, rows),
        operations=min(sizes.operations, 10) if tiny else sizes.operations,
        messages=min(sizes.messages, rows),
        verify_rows=min(sizes.verify_rows, rows),
        flat_parents=tuple(dict.fromkeys(min(n, rows) for n in sizes.flat_parents)),
        delete_shapes=((4, 10),) if tiny else sizes.delete_shapes,
        deletes=min(sizes.deletes, 3) if tiny else sizes.deletes,
        bulk=min(sizes.bulk, 5) if tiny else sizes.bulk,
        snapshot_mb=min(sizes.snapshot_mb, rows * DOCUMENT_BYTES / 1e6),
    )
