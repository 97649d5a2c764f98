"""Plays drawn from plain random numbers: cheaper by the step than Hypothesis, and each of them longer."""

import os
from collections.abc import Callable
from random import Random

import pytest
from property.comparison import moving
from property.play import BOTH, Play, failed

from unnest.stages import ORDER, Stage

IS_SOAK = bool(os.environ.get("UNNEST_SOAK"))
PLAYS, ACTS = (400, 200) if IS_SOAK else (12, 60)
FIRST_SEED = int(os.environ.get("UNNEST_SEED", "1"))


def act(play: Play, random: Random) -> None:
    """Do one thing that may happen; most of it happens while both sides are live."""
    chance = random.random()
    if chance < 0.40:
        play.write(random, new=False)
    elif chance < 0.88:
        play.write(random, new=True)
    elif chance < 0.96:
        move(play, random, random.choice(BOTH))
    elif chance < 0.98:
        play.end_move(random, random.choice(BOTH))
    else:
        play.finish(random)


def move(play: Play, random: Random, id: str) -> None:
    """Move a migration, rather towards dual_read than away from it."""
    place = ORDER.index(moving(play.connection)[id][0]) - ORDER.index(Stage.DUAL_READ)
    forward = random.random() < (0.85 if place < 0 else 0.5 if place == 0 else 0.2)
    if forward:
        play.advance(random, id=id, far=random.choice((1, 1, 2, 4)))
    else:
        play.roll_back(random, id=id, far=random.choice((1, 1, 2)))


def begin(play: Play, random: Random) -> None:
    """Fill the tables, and bring each migration to some stage."""
    for _ in range(20):
        play.write(random, new=False)
    for id in BOTH:
        play.advance(random, id=id, far=random.randrange(1, 5))


@pytest.mark.soak
@pytest.mark.timeout(0 if IS_SOAK else 300)
def test_any_order_of_writes_moves_and_crashes_loses_nothing(next_legacy_database: Callable[[], str]) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + PLAYS):
        random, play = Random(seed), Play(next_legacy_database())
        try:
            begin(play, random)
            for _ in range(ACTS):
                act(play, random)
            play.finish(random)
            play.there_and_back(random, random.choice(BOTH))
        except Exception as error:
            raise AssertionError(f"play {seed}:\n{failed(play, error)}") from error
        finally:
            play.close()
