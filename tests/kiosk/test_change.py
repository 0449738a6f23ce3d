"""Change is exact or refused beforehand: the planner against brute force."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.change import Float, acceptable, nearest, payable, plan
from kiosk.money import Bill, Yen

VALUES = (10, 50, 100, 500)
SMALL_STOCK = st.fixed_dictionaries(
    {10: st.integers(0, 6), 50: st.integers(0, 3), 100: st.integers(0, 4), 500: st.integers(0, 2)}
)
CAPACITY = tuple((value, 100) for value in VALUES)


def every_way(stock: dict[int, int]) -> dict[int, int]:
    """Amount -> fewest coins, by trying everything."""
    ways: dict[int, int] = {}
    for counts in itertools.product(*(range(stock[v] + 1) for v in stock)):
        amount = sum(v * n for v, n in zip(stock, counts, strict=True))
        ways[amount] = min(ways.get(amount, 999), sum(counts))
    return ways


@given(SMALL_STOCK, st.integers(0, 200).map(lambda n: n * 10))
def test_the_plan_is_exact_within_stock_and_uses_the_fewest_coins(
    stock: dict[int, int], amount: int
) -> None:
    found = plan(amount, stock)
    ways = every_way(stock)
    if found is None:
        assert amount not in ways
        return
    assert sum(value * pieces for value, pieces in found) == amount
    assert all(0 < pieces <= stock[value] for value, pieces in found)
    assert sum(pieces for _, pieces in found) == ways[amount]


def test_a_greedy_choice_would_fail_here() -> None:
    assert plan(60, {50: 1, 10: 0, 20: 3}) == ((20, 3),)


def test_odd_amounts_and_nothing_at_all() -> None:
    assert plan(0, {}) == ()
    assert plan(5, {10: 3}) is None
    assert plan(10, {}) is None


@given(SMALL_STOCK, st.lists(st.integers(0, 250).map(lambda n: n * 10), max_size=4))
def test_payable_agrees_with_brute_force(stock: dict[int, int], amounts: list[int]) -> None:
    assert payable(amounts, stock) == (set(amounts) <= set(every_way(stock)))


@given(
    SMALL_STOCK,
    st.integers(1, 3),
    st.sampled_from([100, 150, 200, 250, 300, 450]),
    st.lists(st.integers(0, 3), max_size=14),
)
def test_whatever_is_let_in_every_return_stays_payable(
    stock: dict[int, int], copies: int, fee: int, choices: list[int]
) -> None:
    """A resident inserts what is open, and after each coin one more of the coins that were
    open may still be falling."""
    bill, inserted = Bill(Yen(fee), copies), 0
    machine = Float(tuple(stock.items()), CAPACITY)
    for choice in choices:
        coins = sorted(acceptable(bill, inserted, machine, VALUES))
        for falling in itertools.product(coins, repeat=2):
            late = machine.taken_in(falling[0]).taken_in(falling[1])
            ways = every_way(late.stock())
            assert all(a in ways for a in bill.may_have_to_return(inserted + sum(falling)))
        if not coins:
            return
        coin = coins[choice % len(coins)]
        machine, inserted = machine.taken_in(coin), inserted + coin
        ways = every_way(machine.stock())
        assert all(a in ways for a in bill.may_have_to_return(inserted))


def test_without_change_a_500_yen_coin_is_not_let_in_for_300_yen() -> None:
    empty = Float(tuple((v, 0) for v in VALUES), CAPACITY)
    assert acceptable(Bill(Yen(300), 1), 0, empty, VALUES) == {10, 50, 100}


def test_with_change_every_coin_is_let_in() -> None:
    full = Float(tuple((v, 50) for v in VALUES), CAPACITY)
    assert acceptable(Bill(Yen(300), 1), 0, full, VALUES) == set(VALUES)


def test_nothing_is_let_in_once_covered() -> None:
    full = Float(tuple((v, 50) for v in VALUES), CAPACITY)
    assert acceptable(Bill(Yen(300), 1), 300, full, VALUES) == frozenset()
    assert acceptable(Bill(), 0, full, VALUES) == frozenset()


def test_a_coin_without_a_hopper_cannot_be_repaid_and_is_not_let_in() -> None:
    machine = Float(((10, 0), (100, 0)), ((10, 50), (100, 50)))
    assert acceptable(Bill(Yen(300), 1), 0, machine, VALUES) == {10, 100}


def test_a_full_hopper_sends_coins_to_the_cash_box_and_is_not_counted_up() -> None:
    machine = Float(((100, 2),), ((100, 2),))
    full = machine.taken_in(100).taken_in(100)
    assert full.stock() == machine.stock()
    assert full.box == ((100, 2),)
    assert full.collected(100) == machine
    assert machine.paid_out(100, 1).taken_in(100).stock() == {100: 2}
    assert machine.paid_out(100, 9).stock() == {100: 0}
    assert machine.counted(100, 1).stock() == {100: 1}


@pytest.mark.parametrize("amount", [4990, 450 * 10])
def test_large_amounts_from_a_full_machine(amount: int) -> None:
    found = plan(amount, dict.fromkeys(VALUES, 200))
    assert found is not None
    assert sum(v * n for v, n in found) == amount


@given(SMALL_STOCK, st.integers(0, 250).map(lambda n: n * 10))
def test_the_nearest_amount_is_the_highest_that_can_be_paid(
    stock: dict[int, int], amount: int
) -> None:
    paid = sum(value * pieces for value, pieces in nearest(amount, stock))
    assert paid == max(a for a in every_way(stock) if a <= amount)
