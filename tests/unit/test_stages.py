"""The table of stages: which moves are legal, what they consist of, and which gates stand against them."""

from datetime import UTC, datetime, timedelta

import pytest

from unnest import Stage
from unnest.stages import DAY, DEFAULT_SOAK, FLIPS, ORDER, Facts, Step, after, before, gates, move_between, moves

NOW = datetime(2025, 6, 1, tzinfo=UTC)
WORDS = ["pending", "schema", "dual_write", "backfill", "dual_read", "cleanup", "complete"]


def facts(stage: Stage, **changes: object) -> Facts:
    return Facts(**{"stage": stage, "stage_since": NOW, "now": NOW, **changes})  # type: ignore[arg-type]  # values by name


def test_the_stages_stand_in_their_order() -> None:
    assert [stage.value for stage in ORDER] == WORDS


def test_dual_write_is_armed_before_history_is_copied() -> None:
    steps = [step for move in moves(Stage.PENDING, Stage.COMPLETE) for step in move.steps]
    arm, copy, verify, opened, retire, purge = (
        steps.index(step) for step in (Step.ARM, Step.COPY, Step.VERIFY, Step.OPEN, Step.RETIRE, Step.PURGE)
    )
    assert arm < copy < verify < opened < retire < purge


@pytest.mark.parametrize("target", [Stage.DUAL_READ, Stage.CLEANUP])
def test_what_cannot_be_taken_back_is_verified_right_before(target: Stage) -> None:
    steps = move_between(ORDER[ORDER.index(target) - 1], target).steps
    flip = next(step for step in steps if step in FLIPS)
    assert steps.index(Step.VERIFY) < steps.index(flip)


@pytest.mark.parametrize("origin", ORDER)
@pytest.mark.parametrize("target", ORDER)
def test_a_way_visits_every_stage_in_between_once(origin: Stage, target: Stage) -> None:
    path = list(moves(origin, target))
    assert len(path) == abs(ORDER.index(target) - ORDER.index(origin))
    stages = [origin, *(move.target for move in path)]
    assert stages[-1] is target
    assert [move.origin for move in path] == stages[:-1]
    assert {move.is_forward for move in path} <= {ORDER.index(target) > ORDER.index(origin)}


@pytest.mark.parametrize("origin", ORDER)
@pytest.mark.parametrize("target", ORDER)
def test_only_neighbours_are_one_move_apart(origin: Stage, target: Stage) -> None:
    if abs(ORDER.index(origin) - ORDER.index(target)) == 1:
        assert move_between(origin, target).steps
    else:
        with pytest.raises(ValueError, match=f'"{origin.value}" and "{target.value}" are not neighbours'):
            move_between(origin, target)


def test_a_move_sets_its_stage_in_one_step_at_most() -> None:
    both_ways = [*moves(Stage.PENDING, Stage.COMPLETE), *moves(Stage.COMPLETE, Stage.PENDING)]
    assert all(sum(step in FLIPS for step in move.steps) <= 1 for move in both_ways)
    assert {step for move in both_ways for step in move.steps} == set(Step)
    assert all(move.flip in move.steps for move in both_ways)


@pytest.mark.parametrize(
    ("stage", "following", "preceding"),
    [
        (Stage.PENDING, Stage.SCHEMA, Stage.PENDING),
        (Stage.SCHEMA, Stage.DUAL_WRITE, Stage.PENDING),
        (Stage.DUAL_WRITE, Stage.BACKFILL, Stage.SCHEMA),
        (Stage.BACKFILL, Stage.DUAL_READ, Stage.DUAL_WRITE),
        (Stage.DUAL_READ, Stage.CLEANUP, Stage.BACKFILL),
        (Stage.CLEANUP, Stage.COMPLETE, Stage.DUAL_READ),
        (Stage.COMPLETE, Stage.COMPLETE, Stage.DUAL_READ),
    ],
)
def test_each_stage_has_a_next_one_and_one_to_go_back_to(stage: Stage, following: Stage, preceding: Stage) -> None:
    assert (after(stage), before(stage)) == (following, preceding)


# stage, gates of the next move as name -> whether time alone opens it
GATES = [
    (Stage.PENDING, {}),
    (Stage.SCHEMA, {}),
    (Stage.DUAL_WRITE, {"soak": True}),
    (Stage.BACKFILL, {"verified": False, "accounting": False}),
    (Stage.DUAL_READ, {"soak": True, "verified": False, "accounting": False}),
    (Stage.CLEANUP, {"buffer": True}),
    (Stage.COMPLETE, {}),
]


@pytest.mark.parametrize(("stage", "expected"), GATES)
def test_the_gates_of_each_move(stage: Stage, expected: dict[str, bool]) -> None:
    assert {gate.name: gate.is_time for gate in gates(facts(stage), after(stage))} == expected


def test_the_defaults_are_those_of_the_plan() -> None:
    assert DEFAULT_SOAK == {Stage.DUAL_WRITE: DAY, Stage.DUAL_READ: DAY, Stage.CLEANUP: 30 * DAY}


@pytest.mark.parametrize(
    ("passed", "holds", "detail"),
    [
        (timedelta(0), False, "1 day left"),
        (timedelta(hours=12), False, "12 hours left"),
        (DAY - timedelta(seconds=1), False, "1 seconds left"),
        (DAY, True, "passed"),
        (2 * DAY, True, "passed"),
    ],
)
def test_a_soak_opens_when_its_time_has_passed(passed: timedelta, holds: bool, detail: str) -> None:
    (gate,) = gates(facts(Stage.DUAL_WRITE, now=NOW + passed), Stage.BACKFILL)
    assert (gate.holds, detail in gate.detail) == (holds, True), gate.detail


def test_a_soak_of_no_time_is_no_gate() -> None:
    assert gates(facts(Stage.DUAL_WRITE, soak={Stage.DUAL_WRITE: timedelta(0)}), Stage.BACKFILL) == []


@pytest.mark.parametrize("target", [Stage.DUAL_READ, Stage.CLEANUP])
def test_a_failed_verification_and_an_open_account_stand_against_a_cutover(target: Stage) -> None:
    stage = ORDER[ORDER.index(target) - 1]
    found = {gate.name: gate for gate in gates(facts(stage, has_failed_verification=True, unbalanced=2), target)}
    assert not found["verified"].holds
    assert not found["accounting"].holds
    assert "2 batches do not balance" in found["accounting"].detail
    assert not found["verified"].is_time
    assert not found["accounting"].is_time
