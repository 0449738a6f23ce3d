"""A driver of another make is judged by what it raises and gives back, and never the kit for it."""

from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from drivers.conformance.case import Violation
from drivers.conformance.held import held, misfit
from drivers.errors import DeviceError


@dataclass(frozen=True)
class Told:
    """What the driver says."""

    yen: int
    why: str | None = None
    values: frozenset[int] = frozenset()


class Contract(Protocol):
    """What it must do."""

    def told(self) -> tuple[Told, ...]: ...
    def close(self) -> None: ...
    def wait_s(self) -> float: ...


class Slip(Exception):
    """Named by the contract."""


class Made:
    """Gives back or raises what it is given."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def told(self) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> Any:
        return self.answer

    wait_s = close


def driver(answer: Any) -> Any:
    return held(lambda: Made(answer), Contract, Slip)


@pytest.mark.parametrize("right", [(), (Told(10),), (Told(10, "x", frozenset({1})), Told(50))])
def test_what_fits_is_passed_on(right: Any) -> None:
    assert driver(right).told() == right
    assert driver(None).close() is None
    assert driver(1).wait_s() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (None, "is a NoneType, not tuple"),
        ([Told(10)], "is a list, not tuple"),
        ((10,), "one of what it gave back is a int, not Told"),
        ((Told("10"),), "yen is a str, not int"),  # type: ignore[arg-type]  # the fault
        ((Told(1, values={1}),), "values is a set, not frozenset"),  # type: ignore[arg-type]  # the fault
        ((Told(1, values=frozenset({"1"})),), "one of .*values is a str"),  # type: ignore[arg-type]  # the fault
        ((Told(1, why=2),), "why is a int, not str | None"),  # type: ignore[arg-type]  # the fault
    ],
)
def test_what_does_not_fit_is_said_without_the_value(wrong: Any, said: str) -> None:
    with pytest.raises(Violation, match=said.replace("|", r"\|")):
        driver(wrong).told()


@pytest.mark.parametrize("raised", [KeyError(7), TypeError("x"), RuntimeError(), ValueError("y")])
def test_what_no_contract_names_is_a_violation(raised: Exception) -> None:
    with pytest.raises(Violation, match=f"`told` raised {type(raised).__name__}"):
        driver(raised).told()


@pytest.mark.parametrize("raised", [DeviceError("coin.lost"), Slip()])
def test_what_a_contract_names_passes(raised: Exception) -> None:
    with pytest.raises(type(raised)):
        driver(raised).told()


def test_a_method_that_is_missing_and_a_driver_that_cannot_be_made() -> None:
    with pytest.raises(Violation, match="no method `open`"):
        driver(()).open()

    def broken() -> Made:
        raise OSError("no such port")

    with pytest.raises(Violation, match="cannot be made: OSError: no such port"):
        held(broken, Contract)


def test_an_end_of_the_process_is_nobodys_fault() -> None:
    class Stopped:
        def told(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        held(Stopped, Contract).told()


def test_anything_fits_where_nothing_is_promised() -> None:
    assert misfit(object(), Any, "it") == ""
