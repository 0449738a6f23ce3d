"""A terminal whose coins wait in a motorised escrow: kept once the certificate came, and else the
very coins come back, whatever ends or fails in between.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from drivers.coin.virtual.ledger import Place
from kiosk.demo.coin_machines import WITH_ESCROW
from tests.journeys.conftest import visiting
from tests.journeys.resident import FEE, SEVEN, Resident
from tests.journeys.terminal import LIMIT_S, Stage, staged

pytestmark = pytest.mark.daemon

_FLAP_S = 1.0


@pytest.fixture(scope="module")
def escrow_stage() -> Iterator[Stage]:
    """A terminal with an escrow under its acceptor; who does not pay on gets it back soon."""
    with staged({"visit": {"pay_s": 6.0, "warn_s": 1.0}}, coin_machine=WITH_ESCROW) as made:
        yield made


@pytest.fixture
def resident(escrow_stage: Stage) -> Iterator[Resident]:
    yield from visiting(escrow_stage)


def _pieces(resident: Resident, place: Place) -> dict[int, int]:
    coins = resident.stage.devices.truth().pieces[place]
    return {yen: pieces for yen, pieces in coins.items() if pieces}


def _lies_in_the_escrow(resident: Resident, *coins: int) -> bool:
    shown = resident.stage.state()["escrow"]["coins"]
    there = {each["yen"]: each["pieces"] for each in shown}
    return there == _pieces(resident, Place.COIN_ESCROW) == {y: coins.count(y) for y in set(coins)}


def _same_coins_came_back(resident: Resident, *coins: int) -> None:
    resident.waits_for("escrow.result", keep=0, fate="done")
    assert _pieces(resident, Place.TRAY) == {yen: coins.count(yen) for yen in set(coins)}
    assert not resident.written("payout.intent"), "no hopper moved"
    resident.money_is_right(kept=0)


def test_coins_wait_until_the_certificate_came_and_are_kept_then(resident: Resident) -> None:
    box = resident.stage.devices.truth().yen(Place.CASHBOX)
    resident.stage.build_printer(first_sheet_s=0.5, sheet_s=0.5)
    resident.card = SEVEN
    resident.goes_to_pay(kind="household")
    resident.inserts(100, 50, 50)
    resident.waits_for("print.seen")
    assert _lies_in_the_escrow(resident, 100, 50, 50), "its sheets are still to come"
    assert resident.takes_paper() == 2
    resident.waits_for("escrow.result", keep=1, yen=FEE, fate="done")
    kinds = [kind for kind, _ in resident.story()]
    assert kinds.index("print.end") < kinds.index("escrow.intent") < kinds.index("money.kept")
    assert resident.stage.devices.truth().yen(Place.CASHBOX) == box + FEE
    assert _lies_in_the_escrow(resident)
    resident.money_is_right(kept=FEE)
    resident.goes_home()


@contextmanager
def _at_the_flap(stage: Stage, deed: Callable[[], object]) -> Iterator[None]:
    """Do it once, in the machine's own thread, in the moment in which the flap begins to turn."""
    turned = threading.Event()

    def hears(event: str, lines: Any) -> None:
        turns = event == "log" and any("flap turns" in line["what"] for line in lines)
        if turns and not turned.is_set():
            turned.set()
            deed()

    stage.devices.coins.speeds.flap_s = _FLAP_S
    ended = stage.logbook.subscribe(hears)
    yield
    assert turned.wait(LIMIT_S)
    ended()
    stage.devices.coins.speeds.flap_s = 0.0


def _cancels(resident: Resident) -> None:
    resident.touch("end")
    resident.touch("end:yes")


def _waits_too_long(resident: Resident) -> None:
    resident.sees("returned")


def _dies(resident: Resident) -> None:
    resident.stage.kill_visit()
    resident.sees_another_glass()


@pytest.mark.parametrize("gives_up", [_waits_too_long, _dies])
def test_who_gives_up_has_the_very_coins_again(
    resident: Resident, gives_up: Callable[[Resident], None]
) -> None:
    resident.goes_to_pay()
    resident.inserts(50, 10, 50)
    assert _lies_in_the_escrow(resident, 50, 10, 50)
    gives_up(resident)
    _same_coins_came_back(resident, 50, 10, 50)
    resident.goes_home()


def test_a_print_that_fails_gives_the_very_coins_back(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.stage.devices.printer.jam()
    resident.inserts(500)
    resident.sees("print_trouble")
    resident.stage.devices.printer.clear_jam()
    assert resident.waits_for("print.end")["result"] == "failed"
    _same_coins_came_back(resident, 500)
    resident.goes_home()


def test_cancelled_and_power_lost_while_the_flap_turns_costs_time_and_no_coin(
    resident: Resident,
) -> None:
    stage, hand = resident.stage, resident.stage.devices.coins.hand
    resident.goes_to_pay()
    resident.inserts(100)
    with _at_the_flap(stage, hand.power_cycle):
        _cancels(resident)
        _same_coins_came_back(resident, 100)
    resident.goes_home()


def test_a_supervisor_that_dies_while_the_flap_turns_gives_the_order_again(
    resident: Resident,
) -> None:
    stage, dead, alive = resident.stage, threading.Event(), threading.Event()
    resident.goes_to_pay()
    resident.inserts(100, 10)
    with _at_the_flap(stage, lambda: (dead.set(), alive.wait(LIMIT_S))):
        _cancels(resident)
        assert dead.wait(LIMIT_S)
        stage.crash_terminal()
        alive.set()
        stage.terminal.start()
        resident.sees_another_glass()
    resident.waits_for("terminal.recovered", returned=110)
    _same_coins_came_back(resident, 100, 10)
    assert len(resident.written("escrow.intent")) == 1
    resident.sees("apology")
    resident.touch("confirm")
    resident.sees("start")


def test_a_flap_that_sticks_is_a_case_and_closes_service_until_it_is_cleared(
    resident: Resident,
) -> None:
    hand, box = resident.stage.devices.coins.hand, resident.stage.devices.truth().yen(Place.CASHBOX)
    resident.goes_to_pay()
    resident.inserts(100, 50)
    hand.jam_flap()
    _cancels(resident)
    assert resident.waits_for("money.owed")["reason"] == "coin.escrow_unknown"
    resident.waits_for("terminal.trouble", reason="coin.escrow_fault")
    assert _lies_in_the_escrow(resident, 100, 50)
    assert resident.stage.state()["escrow"]["stuck"]
    resident.money_is_right(kept=0, owed=150)
    resident.goes_on_to("closed")
    hand.clear_escrow()
    resident.sees("start")
    assert resident.stage.devices.truth().yen(Place.CASHBOX) == box + 150
    assert _lies_in_the_escrow(resident)
