"""What readers keep of stages and shadow reads, without a database."""

import functools
import threading

import pytest

from unnest import Counters, Outcome, Stage, StageUnknown, UsageError
from unnest.reader.board import NEW_FROM, SERVING, Board, Serving, line_settings, pause_s
from unnest.reader.shadow import Comparison, ShadowLog, described, name_of


def comparison(**changes: object) -> Comparison[int]:
    values = {"migration": "m", "name": "n", "rate": 0.5, "equal": int.__eq__, "on_difference": None, "random": lambda: 0.4}
    return Comparison(**{**values, "timeout_s": 1.0, "describe": repr, **changes})  # type: ignore[arg-type]  # values by name


def test_a_board_without_stages_does_not_guess() -> None:
    board = Board()
    with pytest.raises(StageUnknown, match="no answer yet"):
        board.stage("m")
    board.lose(OSError("no route"))
    with pytest.raises(StageUnknown, match="no route"):
        board.stage("m")


def test_a_board_keeps_what_it_knew() -> None:
    board = Board()
    board.put({"m": "backfill"})
    board.lose(OSError("no route"))
    assert board.stage("m") is Stage.BACKFILL
    board.put({})
    assert board.stage("m") is Stage.PENDING


def test_an_unknown_id_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    board = Board()
    board.put({"001_known": "backfill"})
    assert [board.stage("typo"), board.stage("typo")] == [Stage.PENDING] * 2
    assert caplog.text.count('no migration "typo"') == 1
    assert "known: 001_known" in caplog.text


def test_each_stage_has_a_form_that_can_serve() -> None:
    assert set(SERVING) == set(Stage)
    assert all(SERVING[stage] is not Serving.OLD for stage in NEW_FROM)
    assert all(SERVING[stage] is not Serving.NEW for stage in set(Stage) - NEW_FROM)


def test_connecting_again_waits_longer_each_time_up_to_the_poll() -> None:
    pauses = [pause_s(attempt, 5.0, 0.5) for attempt in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 0.1
    assert pauses[-1] == 5.0
    assert pause_s(10_000, 5.0, 0.0) == 2.5


def test_what_a_url_says_wins_over_our_settings() -> None:
    settings = line_settings("postgresql://app@db/chat?application_name=mine&connect_timeout=1")
    assert (settings["application_name"], settings["connect_timeout"], settings["dbname"]) == ("mine", "1", "chat")


def test_counters_add_times_of_compared_reads_only() -> None:
    log, reads = ShadowLog(), comparison()
    for outcome, candidate_ms in [
        (Outcome.EQUAL, 3.0),
        (Outcome.DIFFERENT, 5.0),
        (Outcome.TIMED_OUT, None),
        (Outcome.DROPPED, None),
    ]:
        log.add(reads.record(outcome, 2.0, candidate_ms))
    (counters,) = log.counters().values()
    assert (counters.compared, counters.served_ms, counters.candidate_ms) == (2, 4.0, 8.0)
    assert sum(counters.counts.values()) == 4
    assert [record.outcome for record in log.records()] == [Outcome.DIFFERENT, Outcome.TIMED_OUT, Outcome.DROPPED]


def test_only_the_newest_records_are_kept_and_wait_to_be_stored() -> None:
    log, reads = ShadowLog(keep=2, store=True), comparison()
    for number in range(4):
        log.add(reads.record(Outcome.FAILED, float(number)))
        log.add(reads.record(Outcome.EQUAL, 1.0, 2.0))
    assert [record.served_ms for record in log.records()] == [2.0, 3.0]
    rows = log.take()
    assert [row[2:6] for row in rows] == [("equal", 4, 4.0, 8.0), ("failed", 1, 2.0, None), ("failed", 1, 3.0, None)]
    assert log.take() == []


def test_many_threads_lose_no_count() -> None:
    log, reads = ShadowLog(), comparison()

    def add() -> None:
        for _ in range(200):
            log.add(reads.record(Outcome.EQUAL, 1.0, 1.0))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.counters()[("m", "n")] == Counters(
        counts={**dict.fromkeys(Outcome, 0), Outcome.EQUAL: 800}, served_ms=800.0, candidate_ms=800.0
    )


@pytest.mark.parametrize(("rate", "drawn"), [(0, False), (0.4, False), (0.41, True), (1, True)])
def test_the_rate_is_a_share(rate: float, drawn: bool) -> None:
    assert comparison(rate=rate).is_drawn() is drawn


@pytest.mark.parametrize("changes", [{"rate": 1.01}, {"rate": -1}, {"timeout_s": 0}])
def test_numbers_that_can_not_work_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(UsageError, match='shadow "n": '):
        comparison(**changes)


class Indescribable:
    def __repr__(self) -> str:
        raise RuntimeError("no words")

    def __call__(self) -> None:
        return None


def test_a_value_that_can_not_be_described_ends_nothing() -> None:
    assert described(repr, Indescribable()) == "<Indescribable, not describable: RuntimeError>"
    assert len(described(repr, "x" * 10_000)) == 500


def test_a_read_is_named_after_its_new_form() -> None:
    assert name_of(functools.partial(pause_s, 1), None) == "pause_s"
    assert name_of(Indescribable(), None) == "Indescribable"
    assert name_of(pause_s, "mine") == "mine"
