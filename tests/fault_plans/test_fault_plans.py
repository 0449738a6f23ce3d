"""A few batches of the long run, and proof that its oracle sees what it should."""

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.coin.contract import CoinAccepted, DispenseResult, Evidence
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.virtual import Place
from drivers.coin.virtual.ledger import Ledger
from drivers.coin.virtual.oracle import Said, differences
from kiosk.link import values as link
from tests.fault_plans.__main__ import main, play_batch, read
from tests.fault_plans.deeds import DEEDS, MIDST
from tests.fault_plans.terminal import Terminal
from tests.kiosk.settle.test_stories import APPLICATION, VISIT


@pytest.mark.parametrize("number", range(3))
def test_yen_and_sheets_are_conserved_under_the_plans_of_the_first_batches(number: int) -> None:
    outcomes = play_batch(20261121, number)
    assert [one.wrong for one in outcomes] == [()] * 20
    assert sum(one.inserted_yen for one in outcomes) > 0
    assert sum(one.copies for one in outcomes) > 0


def test_the_plans_of_a_hundred_visits_hold_every_deed_and_strike() -> None:
    outcomes = [one for number in range(5) for one in play_batch(1, number)]
    assert {deed for one in outcomes for deed in one.deeds} >= {*DEEDS, *MIDST}
    assert sum(one.struck for one in outcomes) > 0
    assert sum(one.deaths for one in outcomes) > 0
    assert not [one.wrong for one in outcomes if one.wrong]


def test_a_run_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    out = tmp_path / "plans.jsonl"
    assert main(["--runs", "20", "--out", str(out)]) == 0
    out.write_text(out.read_text(encoding="utf-8") + '{"torn', encoding="utf-8")
    assert len(read(out)) == 1
    assert main(["--runs", "20", "--out", str(out)]) == 0
    assert len(read(out)) == 1


# --- the oracle can fail ----------------------------------------------------------------------


def one_visit(terminal: Terminal) -> tuple[str, ...]:
    """Three coins, cancelled, paid back."""
    terminal.say(link.OpenVisit(VISIT))
    terminal.say(link.AcceptCoins(APPLICATION, 900, 3, 300))
    for yen in (500, 100, 100):
        terminal.hand.drop_coin(yen)
        terminal.pass_time(1.0)
    terminal.say(link.CancelPayment())
    terminal.pass_time(30.0)
    return terminal.audit()


def test_an_honest_driver_passes() -> None:
    assert one_visit(Terminal()) == ()


def _credits_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SerialCoinVendor.poll
    monkeypatch.setattr(
        SerialCoinVendor,
        "poll",
        lambda self: tuple(e for e in honest(self) for _ in range(1 + isinstance(e, CoinAccepted))),
    )


def _forgets_a_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SerialCoinVendor.poll
    monkeypatch.setattr(
        SerialCoinVendor,
        "poll",
        lambda self: tuple(
            e for e in honest(self) if not (isinstance(e, CoinAccepted) and e.yen == 500)
        ),
    )


def _pays_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SerialCoinVendor.dispense

    def wrong(self: SerialCoinVendor, ticket: object) -> DispenseResult:
        first = honest(self, ticket)  # type: ignore[arg-type]
        honest(self, self.prepare(first.ticket.yen, first.ticket.pieces))
        return first

    monkeypatch.setattr(SerialCoinVendor, "dispense", wrong)


def _says_it_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        SerialCoinVendor,
        "dispense",
        lambda _self, ticket: DispenseResult(ticket, ticket.pieces, Evidence.DEVICE_COUNTED),
    )


@pytest.mark.parametrize(
    ("sabotage", "said"),
    [
        (_credits_twice, "credited that never came in"),
        (_forgets_a_credit, "came in uncredited"),
        (_pays_twice, "came out unsaid"),
        (_says_it_paid, "still inside"),
    ],
)
def test_a_driver_that_lies_is_found_out(
    sabotage: Callable[[pytest.MonkeyPatch], None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sabotage(monkeypatch)
    found = one_visit(Terminal())
    assert any(said in why for why in found), found


def test_a_coin_that_was_made_out_of_nothing_is_seen() -> None:
    ledger = Ledger()
    ledger.move(100, Place.HAND, Place.FALLING)
    ledger._pieces[Place.CASHBOX][100] += 1
    assert differences(ledger.truth(), Said()) == ("a coin or bill was made or destroyed",)


def test_a_declared_doubt_covers_as_much_as_it_can_be_and_no_more() -> None:
    ledger = Ledger()
    for _ in range(3):
        ledger.move(500, Place.HAND, Place.FALLING)
        ledger.move(500, Place.FALLING, Place.HOPPER)
    assert differences(ledger.truth(), Said(credited_yen=500, doubted_in_yen=1000)) == ()
    assert differences(ledger.truth(), Said(doubted_in_yen=1000)) != ()
    before = ledger.truth(), Said(credited_yen=500, doubted_in_yen=1000)
    assert differences(ledger.truth(), before[1], *before) == ()
    ledger.move(500, Place.HOPPER, Place.TRAY)
    said = Said(credited_yen=1500, doubted_out_yen=499)
    assert differences(ledger.truth(), said) == (
        "500 yen came out unsaid, 499 are declared in doubt",
    )
