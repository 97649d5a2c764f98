"""The size of the next batch follows the time of the last one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unnest.runner.walk import CEILING_ROWS, FLOOR_ROWS, next_rows

TIMES = st.floats(0, 1e7, allow_nan=False)


@pytest.mark.parametrize(
    ("rows", "elapsed_ms", "expected"),
    [
        (1000, 100, 1000),
        (1000, 50, 2000),
        (1000, 80, 1250),
        (1000, 1, 2000),
        (1000, 0, 2000),
        (1000, 200, 500),
        (1000, 9000, 500),
        (FLOOR_ROWS, 9000, FLOOR_ROWS),
        (CEILING_ROWS, 1, CEILING_ROWS),
    ],
)
def test_a_batch_grows_and_shrinks_towards_its_time(rows: int, elapsed_ms: float, expected: int) -> None:
    assert next_rows(rows, elapsed_ms, 100) == expected


@given(st.integers(1, 10**6), TIMES, st.floats(1, 1e4))
def test_a_batch_stays_within_floor_and_ceiling(rows: int, elapsed_ms: float, target_ms: float) -> None:
    assert FLOOR_ROWS <= next_rows(rows, elapsed_ms, target_ms) <= CEILING_ROWS


@given(st.floats(0.001, 5), st.integers(FLOOR_ROWS, CEILING_ROWS))
def test_a_steady_speed_is_met_within_a_few_batches(ms_per_row: float, rows: int) -> None:
    for _ in range(12):
        rows = next_rows(rows, rows * ms_per_row, 100)
    assert rows in (FLOOR_ROWS, CEILING_ROWS) or 80 <= rows * ms_per_row <= 120
