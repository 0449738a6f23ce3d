"""Uploads from one address: some at once, then one after the other."""

from hypothesis import given
from hypothesis import strategies as st

from center.inquiry.rates import Allowance, Rates


def test_a_burst_then_one_at_a_time() -> None:
    rates = Rates(Allowance(burst=3, every_s=10))
    assert [rates.admit("a", 0.0) for _ in range(5)] == [True, True, True, False, False]
    assert not rates.admit("a", 9.0)
    assert rates.admit("a", 10.5)
    assert not rates.admit("a", 11.0)


def test_addresses_do_not_hinder_one_another() -> None:
    rates = Rates(Allowance(burst=1, every_s=10))
    assert rates.admit("a", 0.0)
    assert rates.admit("b", 0.0)
    assert not rates.admit("a", 1.0)


@given(st.lists(st.integers(0, 50), max_size=300))
def test_the_memory_is_bounded(addresses: list[int]) -> None:
    rates = Rates(Allowance(), addresses_max=8)
    for number, address in enumerate(addresses):
        rates.admit(str(address), float(number))
    assert len(rates._seen) <= 8


@given(st.lists(st.floats(0, 100), max_size=60))
def test_never_more_than_burst_and_time_allow(steps: list[float]) -> None:
    rates, at, admitted = Rates(Allowance(burst=4, every_s=10)), 0.0, 0
    for step in steps:
        at += step
        admitted += rates.admit("a", at)
    assert admitted <= 4 + at / 10 + 1e-6
