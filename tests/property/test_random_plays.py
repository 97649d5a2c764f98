"""Plays drawn from plain random numbers: cheaper by the step than Hypothesis, and each of them longer."""

import os
from collections.abc import Callable
from random import Random

import pytest
from property.play import BOTH, Play, failed

IS_SOAK = bool(os.environ.get("UNNEST_SOAK"))
PLAYS, ACTS = (400, 200) if IS_SOAK else (12, 60)
FIRST_SEED = int(os.environ.get("UNNEST_SEED", "1"))


def act(play: Play, random: Random) -> None:
    """Do one thing that may happen."""
    chance = random.random()
    if chance < 0.42:
        play.write(random, new=False)
    elif chance < 0.80:
        play.write(random, new=True)
    elif chance < 0.92:
        play.advance(random, id=random.choice(BOTH), far=random.choice((1, 1, 2, 4)))
    elif chance < 0.96:
        play.roll_back(random, id=random.choice(BOTH), far=random.choice((1, 1, 2)))
    elif chance < 0.98:
        play.end_move(random, random.choice(BOTH))
    else:
        play.finish(random)


@pytest.mark.soak
@pytest.mark.timeout(0 if IS_SOAK else 300)
def test_any_order_of_writes_moves_and_crashes_loses_nothing(next_legacy_database: Callable[[], str]) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + PLAYS):
        random, play = Random(seed), Play(next_legacy_database())
        try:
            for _ in range(20):
                play.write(random, new=False)
            for _ in range(ACTS):
                act(play, random)
            play.finish(random)
            play.there_and_back(random, random.choice(BOTH))
        except Exception as error:
            raise AssertionError(f"play {seed}:\n{failed(play, error)}") from error
        finally:
            play.close()
