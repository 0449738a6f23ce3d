"""The same request gets the same answer: while it is made, after it, and no longer than bounded."""

import threading
from collections.abc import Callable

import pytest

from center.answered import KEPT_S, Answered
from crypto.errors import CheckFailed

PATIENCE_S = 20


class Making:
    """Counts how often an answer is made; waits inside when told to."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.made = 0
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()

    def __call__(self) -> bytes:
        self.begun.release()
        assert self.go.wait(PATIENCE_S)
        self.made += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_it_is_made_once_and_given_as_often_as_it_is_asked_for() -> None:
    kept, making = Answered(), Making(b"document")
    assert kept.answer(b"a", 1, making) == (b"document", False)
    assert kept.answer(b"a", 1 + KEPT_S, making) == (b"document", True)
    assert making.made == 1


def test_another_request_never_gets_it() -> None:
    kept = Answered()
    kept.answer(b"a", 1, Making(b"hers"))
    assert kept.answer(b"b", 1, Making(b"his")) == (b"his", False)


def test_it_is_gone_after_its_time_and_when_it_is_no_longer_wanted() -> None:
    kept = Answered()
    kept.answer(b"a", 1, Making(b"1"))
    assert kept.answer(b"a", 2 + KEPT_S, Making(b"2")) == (b"2", False)
    kept.forget(b"a")
    kept.forget(b"a")
    assert kept.answer(b"a", 2 + KEPT_S, Making(b"3")) == (b"3", False)


def test_the_oldest_go_when_there_are_too_many_bytes() -> None:
    kept = Answered(kept_bytes=10)
    for name in (b"a", b"b", b"c"):
        kept.answer(name, 1, Making(b"12345"))
    assert kept.answer(b"c", 1, Making()) == (b"12345", True)
    assert kept.answer(b"b", 1, Making()) == (b"12345", True)
    assert kept.answer(b"a", 1, Making(b"again")) == (b"again", False)


def test_a_failure_is_not_kept() -> None:
    kept, making = Answered(), Making(CheckFailed("municipality.unreachable"), b"document")
    with pytest.raises(CheckFailed, match=r"municipality\.unreachable"):
        kept.answer(b"a", 1, making)
    assert kept.answer(b"a", 1, making) == (b"document", False)


def asked_by(
    count: int, ask: Callable[[], tuple[bytes, bool]]
) -> tuple[list[threading.Thread], list[tuple[bytes, bool]]]:
    said: list[tuple[bytes, bool]] = []
    threads = [threading.Thread(target=lambda: said.append(ask())) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, said


def test_who_asks_meanwhile_waits_for_the_one_that_is_made() -> None:
    kept, making = Answered(), Making(b"document")
    making.go.clear()
    threads, said = asked_by(8, lambda: kept.answer(b"a", 1, making))
    assert making.begun.acquire(timeout=PATIENCE_S)
    kept.forget(b"a")  # one that is being made stays
    making.go.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert making.made == 1
    assert sorted(said) == [(b"document", False)] + [(b"document", True)] * 7


def test_who_waited_for_one_that_failed_makes_it_himself() -> None:
    kept, making = Answered(), Making(CheckFailed("centre.failed"), b"document", b"never")
    making.go.clear()
    refused: list[str] = []

    def ask() -> tuple[bytes, bool]:
        try:
            return kept.answer(b"a", 1, making)
        except CheckFailed as failed:
            refused.append(failed.failure)
            return b"", False

    threads, said = asked_by(3, ask)
    assert making.begun.acquire(timeout=PATIENCE_S)
    making.go.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert refused == ["centre.failed"]
    assert sorted(said) == [(b"", False), (b"document", False), (b"document", True)]
    assert making.made == 2
