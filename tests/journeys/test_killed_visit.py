"""SIGKILL the process of the resident in every state: what is settled, who has the glass."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import pytest

from tests.journeys.resident import FEE, SEVEN, Resident

pytestmark = pytest.mark.daemon

Way = Callable[[Resident], AbstractContextManager[object]]


@dataclass(frozen=True)
class Death:
    """How to get to a screen and stay there, and what the resident must have lost afterwards."""

    way: Way
    kept: int = 0
    sheets: int = 0
    begun: bool = True
    paid: bool = False
    outcome: str = "failed"


def _walk(steps: Callable[[Resident], object]) -> Way:
    """A screen that waits for a hand anyway."""

    def way(resident: Resident) -> AbstractContextManager[object]:
        steps(resident)
        return nullcontext()

    return way


def _stays(_resident: Resident) -> None:
    """The first picture."""


def _menu(resident: Resident) -> None:
    resident.sees("start")
    resident.touch("start")


def _card_there(resident: Resident) -> None:
    resident.finds_a_forgotten_card()
    _menu(resident)
    resident.touch("service:certificates")


def _where(resident: Resident) -> None:
    resident.begins()
    resident.puts_down()


def _not_served(resident: Resident) -> None:
    _where(resident)
    resident.touch("scope:domicile")


def _wrong_pin(resident: Resident) -> None:
    resident.goes_to_pin()
    resident.types("9999")


def _refused(resident: Resident) -> None:
    resident.begins()
    resident.puts_down("other")


def _leave_card(resident: Resident) -> None:
    resident.goes_to_pin()
    resident.touch("end")
    resident.touch("end:yes")


def _end(resident: Resident) -> None:
    resident.begins()
    resident.touch("end")
    resident.touch("end:yes")


def _pays(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(100, 50)


def _returned(resident: Resident) -> None:
    _pays(resident)
    resident.touch("end")
    resident.touch("end:yes")


def _take_paper(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(500)
    resident.sees("take_paper")


def _finish(resident: Resident) -> None:
    _take_paper(resident)
    resident.takes_paper()


@contextmanager
def _check_card(resident: Resident) -> Iterator[None]:
    resident.begins()
    gate = resident.stage.place_gated_card(resident.card)
    yield
    gate.set()


@contextmanager
def _read_card(resident: Resident) -> Iterator[None]:
    resident.begins()
    gate = resident.stage.place_gated_card(resident.card)
    gate.set()
    resident.touch("scope:residence")
    resident.sees("pin")
    gate.clear()
    resident.types(resident.stage.pin_of(resident.card))
    yield
    gate.set()


@contextmanager
def _wait_offers(resident: Resident) -> Iterator[None]:
    resident.goes_to_pin()
    with resident.stage.held(resident.stage.centre.pid):
        resident.types(resident.stage.pin_of(resident.card))
        resident.sees("take_card")
        resident.takes_card()
        yield


@contextmanager
def _fetch(resident: Resident) -> Iterator[None]:
    resident.goes_to_form()
    resident.fills_in()
    with resident.stage.held(resident.stage.centre.pid):
        resident.touch("confirm")
        yield


@contextmanager
def _return(resident: Resident) -> Iterator[None]:
    _pays(resident)
    resident.touch("end")
    resident.sees_over("pay", "end:yes")
    with resident.stage.held(resident.stage.terminal.pid):
        resident.touch("end:yes")
        yield


@contextmanager
def _print(resident: Resident) -> Iterator[None]:
    resident.stage.build_printer(first_sheet_s=1.0, sheet_s=1.0)
    resident.card = SEVEN
    resident.goes_to_pay(kind="household")
    resident.inserts(500)
    resident.waits_for("print.seen")
    yield


@contextmanager
def _give(resident: Resident) -> Iterator[None]:
    resident.stage.devices.coins.speeds.dispense_coin_s = 0.7
    resident.goes_to_pay()
    resident.inserts(500)
    yield


@contextmanager
def _receipt(resident: Resident) -> Iterator[None]:
    _take_paper(resident)
    taken = len(resident.written("paper.taken"))
    resident.stage.take_paper()
    resident.stage.until(lambda: len(resident.written("paper.taken")) > taken, "the tray is empty")
    with resident.stage.held(resident.stage.terminal.pid):
        resident.touch("taken")
        yield


@contextmanager
def _closing(resident: Resident) -> Iterator[None]:
    _end(resident)
    resident.sees("end")
    with resident.stage.held(resident.stage.terminal.pid):
        resident.touch("confirm")
        yield


ISSUED = {"kept": FEE, "sheets": 1, "paid": True}

DEATHS = {
    "start": Death(_walk(_stays), begun=False),
    "menu": Death(_walk(_menu), begun=False),
    "card_there": Death(_walk(_card_there)),
    "place_card": Death(_walk(lambda resident: resident.begins())),
    "check_card": Death(_check_card),
    "where": Death(_walk(_where)),
    "not_served": Death(_walk(_not_served)),
    "pin": Death(_walk(lambda resident: resident.goes_to_pin())),
    "pin_wrong": Death(_walk(_wrong_pin)),
    "read_card": Death(_read_card),
    "take_card": Death(_walk(lambda resident: resident.proves_herself())),
    "wait_offers": Death(_wait_offers),
    "certificate": Death(_walk(lambda resident: resident.goes_to_form())),
    "fetch": Death(_fetch),
    "pay": Death(_walk(_pays), paid=True),
    "return": Death(_return, paid=True),
    "returned": Death(_walk(_returned), paid=True),
    "print": Death(_print, kept=FEE, sheets=2, paid=True),
    "give": Death(_give, **ISSUED),  # type: ignore[arg-type]
    "take_paper": Death(_walk(_take_paper), **ISSUED),  # type: ignore[arg-type]
    "receipt": Death(_receipt, **ISSUED),  # type: ignore[arg-type]
    "finish": Death(_walk(_finish), **ISSUED),  # type: ignore[arg-type]
    "refused": Death(_walk(_refused)),
    "leave_card": Death(_walk(_leave_card)),
    "end": Death(_walk(_end)),
    "closing": Death(_closing, outcome="cancelled"),
}


@pytest.mark.parametrize("screen", DEATHS)
def test_a_visit_killed(resident: Resident, screen: str) -> None:
    death = DEATHS[screen]
    with death.way(resident):
        resident.sees(screen)
        resident.stage.kill_visit()
    resident.sees_another_glass()
    if death.begun:
        assert resident.waits_for("visit.end")["outcome"] == death.outcome
        assert bool(resident.written("visit.died")) == (death.outcome == "failed")
    if death.paid:
        resident.money_is_right(kept=death.kept)
    assert resident.paid_yen == resident.in_machine_yen == death.kept
    assert len(resident.sheets) == death.sheets
    resident.nothing_is_left()
    assert not resident.written("case.open")


def test_a_visit_killed_while_it_apologises_for_another(resident: Resident) -> None:
    _pays(resident)
    resident.stage.kill_visit()
    resident.sees_another_glass()
    resident.sees("apology")
    resident.pid = resident.stage.painter
    resident.stage.kill_visit()
    resident.sees_another_glass()
    resident.sees("start")
    resident.money_is_right(kept=0)


def test_a_visit_killed_while_service_is_closed(resident: Resident) -> None:
    resident.stage.devices.printer.open_cover()
    resident.sees("closed")
    resident.stage.kill_visit()
    resident.sees_another_glass()
    resident.sees("closed")


def test_nobody_begins_while_a_sheet_of_a_killed_visit_lies_there(resident: Resident) -> None:
    _take_paper(resident)
    resident.stage.kill_visit()
    resident.sees_another_glass()
    resident.sees("apology")
    resident.touch("confirm")
    resident.asks_to_be_served()
    resident.sees("refused")
    assert resident.written("visit.failure")[-1]["failure"] == "printer.tray_not_empty"
    resident.stage.take_paper()
    resident.goes_home()
    resident.money_is_right(kept=FEE)


def test_a_printer_that_loses_its_jobs_after_a_killed_visit_leaves_a_case(
    resident: Resident,
) -> None:
    printer = resident.stage.devices.printer
    with _print(resident):
        resident.stage.until(lambda: len(resident.sheets) == 1, "the first sheet")
        resident.stage.kill_visit()
        printer.lose_power()
        printer.restore_power()
    resident.sees_another_glass()
    resident.waits_for("money.owed", reason="printer.unknown_outcome")
    resident.money_is_right(kept=0, owed=FEE)
    assert len(resident.sheets) == 1
