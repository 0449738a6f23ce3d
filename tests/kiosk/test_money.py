"""Amounts: what is due, and where the money is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.money import Bill, Ledger, MoneyError, Yen, worth, yen


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(MoneyError, match="-1 is not an amount"):
        yen(-1)
    with pytest.raises(MoneyError):
        worth(100, -2)
    assert worth(100, 3) == 300


def test_the_bill_of_three_copies() -> None:
    bill = Bill(Yen(200), 3)
    assert bill.due == 600
    assert [bill.fee_of(n) for n in range(4)] == [0, 200, 400, 600]
    assert bill.missing(500) == 100
    assert bill.missing(1000) == 0


def test_no_more_copies_than_ordered_can_be_charged() -> None:
    with pytest.raises(MoneyError, match="3 copies were not ordered"):
        Bill(Yen(200), 2).fee_of(3)


def test_what_may_have_to_be_returned_before_and_after_the_bill_is_covered() -> None:
    bill = Bill(Yen(200), 2)
    assert bill.may_have_to_return(300) == (300,)
    assert bill.may_have_to_return(500) == (500, 300, 100)


@given(
    st.lists(
        st.tuples(st.sampled_from(["insert", "keep", "give_back", "owe"]), st.integers(0, 600))
    )
)
def test_money_is_conserved_or_the_step_is_refused(moves: list[tuple[str, int]]) -> None:
    ledger = Ledger()
    for move, amount in moves:
        if move != "insert" and amount > ledger.held:
            with pytest.raises(MoneyError, match="more was kept"):
                getattr(ledger, move)(amount)
        else:
            before = ledger
            ledger = getattr(ledger, move)(amount)
            moved = (ledger.inserted - before.inserted) + (before.held - ledger.held)
            assert moved == amount or move == "insert"
        total = ledger.kept + ledger.returned + ledger.held + ledger.owed
        assert ledger.inserted == total
