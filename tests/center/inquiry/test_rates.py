"""Uploads from one address: some at once, then one after the other; a few under way."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.inquiry.rates import Allowance, Rates, TooMany


def came(rates: Rates, address: str, at_s: float) -> bool:
    """Whether an upload of this address was admitted; it is over at once."""
    with contextlib.suppress(TooMany), rates.admitted(address, at_s):
        return True
    return False


def test_a_burst_then_one_at_a_time() -> None:
    rates = Rates(Allowance(burst=3, every_s=10))
    assert [came(rates, "a", 0.0) for _ in range(5)] == [True, True, True, False, False]
    assert not came(rates, "a", 9.0)
    assert came(rates, "a", 10.5)
    assert not came(rates, "a", 11.0)


def test_addresses_do_not_hinder_one_another() -> None:
    rates = Rates(Allowance(burst=1, every_s=10))
    assert came(rates, "a", 0.0)
    assert came(rates, "b", 0.0)
    assert not came(rates, "a", 1.0)


def test_one_address_has_a_share_of_the_places_only() -> None:
    rates = Rates(Allowance(burst=100, under_way=2))
    with rates.admitted("10.0.0.1", 0.0):
        with rates.admitted("10.0.0.1", 0.0):
            assert not came(rates, "10.0.0.1", 0.0)
            assert came(rates, "10.0.0.2", 0.0)
        assert came(rates, "10.0.0.1", 0.0)
    assert not rates._under_way, "nobody is remembered who has nothing under way"


def test_what_ends_badly_is_over_too() -> None:
    rates = Rates(Allowance(under_way=1))
    with pytest.raises(OSError, match="line"), rates.admitted("a", 0.0):
        raise OSError("line")
    assert came(rates, "a", 0.0)


def test_a_subscriber_has_one_share_however_many_addresses() -> None:
    rates = Rates(Allowance(burst=1))
    assert came(rates, "2001:db8:0:1::1", 0.0)
    assert not came(rates, "2001:db8:0:1:ffff::2", 0.0)
    assert came(rates, "2001:db8:0:2::1", 0.0)


@given(st.lists(st.text(max_size=80), max_size=100))
def test_whatever_a_proxy_says_has_a_share(addresses: list[str]) -> None:
    rates = Rates(Allowance(burst=1))
    for address in addresses:
        came(rates, address, 0.0)
    assert all(len(sender) <= 64 for sender in rates._seen)


@given(st.lists(st.integers(0, 50), max_size=300))
def test_the_memory_is_bounded(addresses: list[int]) -> None:
    rates = Rates(Allowance(), addresses_max=8)
    for number, address in enumerate(addresses):
        came(rates, str(address), float(number))
    assert len(rates._seen) <= 8


@given(st.lists(st.floats(0, 100), max_size=60))
def test_never_more_than_burst_and_time_allow(steps: list[float]) -> None:
    rates, at, admitted = Rates(Allowance(burst=4, every_s=10)), 0.0, 0
    for step in steps:
        at += step
        admitted += came(rates, "a", at)
    assert admitted <= 4 + at / 10 + 1e-6
