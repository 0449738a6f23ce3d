"""Several servers of one municipality are asked: which may be missing, and which may not."""

import threading
from collections.abc import Callable

import pytest

from center.relay.municipalities import Route
from center.relay.offering import LEFT_OUT, gather
from crypto.errors import CheckFailed

PATIENCE_S = 20


class Nobody:
    def offer(self, ticket: bytes) -> bytes:
        raise NotImplementedError

    def issue(self, application: bytes) -> bytes:
        raise NotImplementedError


def routes(count: int) -> tuple[Route, ...]:
    return tuple(Route("99201", f"s{number}", Nobody()) for number in range(count))


def answering(*answers: str | Exception) -> Callable[[Route], str]:
    def ask(route: Route) -> str:
        answer = answers[int(route.server[1:])]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


def failed(name: str) -> CheckFailed:
    return CheckFailed(name)


def test_one_server_answers_for_itself() -> None:
    assert gather(routes(1), answering("a")) == ("a",)
    with pytest.raises(CheckFailed, match=r"resident\.unknown"):
        gather(routes(1), answering(failed("resident.unknown")))


def test_all_are_heard_in_their_order() -> None:
    assert gather(routes(3), answering("a", "b", "c")) == ("a", "b", "c")


def test_they_are_asked_at_once() -> None:
    """A slow one costs its own time, not everybody's."""
    together = threading.Barrier(3)

    def ask(route: Route) -> str:
        together.wait(PATIENCE_S)
        return route.server

    assert gather(routes(3), ask) == ("s0", "s1", "s2")


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_one_that_is_not_there_takes_nothing_from_the_others(name: str) -> None:
    assert gather(routes(3), answering("a", failed(name), "c")) == ("a", "c")


@pytest.mark.parametrize(
    "name",
    ["registration.implausible", "resident.ambiguous", "offers.bad_signature", "auth.other_card",
     "offers.other_visit", "centre.failed"],
)  # fmt: skip
def test_one_that_sees_something_wrong_is_believed_against_all_others(name: str) -> None:
    ask = answering("a", failed("resident.unknown"), failed(name))
    with pytest.raises(CheckFailed) as refused:
        gather(routes(3), ask)
    assert refused.value.failure == name


def test_a_defect_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        gather(routes(2), answering("a", ZeroDivisionError()))


def test_unknown_is_said_only_where_all_say_so() -> None:
    unknown, away = failed("resident.unknown"), failed("municipality.unreachable")
    with pytest.raises(CheckFailed, match=r"municipality\.unreachable"):
        gather(routes(3), answering(unknown, away, unknown))
    with pytest.raises(CheckFailed, match=r"resident\.unknown"):
        gather(routes(2), answering(unknown, unknown))
