"""Hypothesis looks for an order of writes, moves, crashes and rollbacks that loses anything, and shortens what it finds."""

import os
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from property.comparison import M1, M3, moving
from property.play import BOTH, Play, failed

IS_SOAK = bool(os.environ.get("UNNEST_SOAK"))
SETTINGS = settings(
    max_examples=500 if IS_SOAK else 14,
    stateful_step_count=60 if IS_SOAK else 25,
    deadline=None,  # a step is a transaction, or a whole move
    derandomize=False,
    print_blob=True,
    # A step takes as long as a database takes; what is drawn for it depends on what is there.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
chance = st.randoms(use_true_random=False)
which = st.sampled_from(BOTH)


class Lifecycle(RuleBasedStateMachine):
    """Two migrations over one small world; every rule compares the database with the state beside it."""

    def __init__(self, make_database: Callable[[], str]) -> None:
        super().__init__()
        self.play = Play(make_database())
        self.is_broken = False

    def _do(self, act: Callable[[], None]) -> None:
        """Do one thing; what comes after a failure would hide it."""
        try:
            act()
        except Exception as error:
            self.is_broken = True
            raise AssertionError(failed(self.play, error)) from error

    @rule(random=chance)
    def write_as_the_old_application(self, random: Random) -> None:
        self._do(lambda: self.play.write(random, new=False))

    @rule(random=chance)
    def write_several_times_as_the_old_application(self, random: Random) -> None:
        for _ in range(6):
            self._do(lambda: self.play.write(random, new=False))

    @precondition(lambda self: any(stage.value != "pending" for stage, _, _ in moving(self.play.connection).values()))
    @rule(random=chance)
    def write_as_the_new_application(self, random: Random) -> None:
        self._do(lambda: self.play.write(random, new=True))

    @rule(random=chance, id=which, far=st.sampled_from((1, 2, 4)))
    def advance(self, random: Random, id: str, far: int) -> None:
        self._do(lambda: self.play.advance(random, id=id, far=far))

    @rule(random=chance, id=which, far=st.sampled_from((1, 2)))
    def roll_back(self, random: Random, id: str, far: int) -> None:
        self._do(lambda: self.play.roll_back(random, id=id, far=far))

    @precondition(lambda self: any(to is not None for _, to, _ in moving(self.play.connection).values()))
    @rule(random=chance, id=which)
    def go_on(self, random: Random, id: str) -> None:
        self._do(lambda: self.play.end_move(random, id))

    @rule()
    def verify(self) -> None:
        self._do(self.play.verify)

    def teardown(self) -> None:
        """However it went: every move can be ended, and then all is well."""
        if not self.is_broken:
            self._do(lambda: self.play.finish(Random(0)))
        self.play.close()


@pytest.mark.soak
@pytest.mark.timeout(0 if IS_SOAK else 300)
def test_no_order_of_writes_moves_and_crashes_loses_anything(next_legacy_database: Callable[[], str]) -> None:
    class OnThisServer(Lifecycle):
        def __init__(self) -> None:
            super().__init__(next_legacy_database)

    run_state_machine_as_test(OnThisServer, settings=SETTINGS)


@pytest.mark.soak
@pytest.mark.timeout(0 if IS_SOAK else 300)
@pytest.mark.parametrize("id", [M1, M3])
def test_what_the_new_side_writes_after_cleanup_survives_the_way_back(next_legacy_database: Callable[[], str], id: str) -> None:
    for seed in range(100 if IS_SOAK else 1, 130 if IS_SOAK else 2):
        random, play = Random(seed), Play(next_legacy_database())
        try:
            for _ in range(40):
                play.write(random, new=False)
            play.there_and_back(random, id)
            for _ in range(10):
                play.write(random, new=False)
            play.there_and_back(random, id)
        except Exception as error:
            raise AssertionError(f"play {seed}:\n{failed(play, error)}") from error
        finally:
            play.close()
