"""Coin cases: bills, asked of the driver. Source: the methods of drivers/coin/contract.py."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drivers.coin.contract import (
    BillHeld,
    BillReturned,
    CoinAccepted,
    CoinEvent,
    CoinVendor,
    CreditCursor,
    Taker,
)
from drivers.coin.tables import Header
from drivers.conformance.case import Clause, NotApplicable, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench

_CONTRACT = "drivers/coin/contract.py"
_ESCROW_S = 65.0
"""Longer than a validator may hold a bill that nobody routes."""
_MOVE_S = 10.0
_SHORT_S = 1.0


def _bill(vendor: CoinVendor) -> int:
    """The smallest bill. Raises NotApplicable where there is none."""
    bills = vendor.capabilities().bills
    if not bills:
        raise NotApplicable("no bill validator is configured")
    return min(bills)


@contextmanager
def _open(bench: CoinBench) -> Iterator[tuple[CoinVendor, int]]:
    """A driver that lets in the smallest bill, and its value."""
    bench.hands.take_tray()
    with bench.vendor() as vendor:
        yen = _bill(vendor)
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        yield vendor, yen


def _await(
    bench: CoinBench, vendor: CoinVendor, kind: type[CoinEvent], limit_s: float
) -> tuple[CoinEvent, ...]:
    """All events until one of this kind, or the time is up."""
    enough: Callable[[tuple[CoinEvent, ...]], bool] = lambda found: any(  # noqa: E731 - typed
        isinstance(event, kind) for event in found
    )
    return bench.poll_for(vendor, limit_s, enough)


def _hold(bench: CoinBench, vendor: CoinVendor, yen: int) -> None:
    """Put a bill in. Raises Violation unless it is held at its value, without a credit."""
    bench.hands.insert_bill(yen)
    found = _await(bench, vendor, BillHeld, bench.patience_s + _MOVE_S)
    held = [event.yen for event in found if isinstance(event, BillHeld)]
    demand_equal(held, [yen], "bills held")
    demand_equal(_credits(found), [], "credits of a bill that is only held")


def _credits(events: tuple[CoinEvent, ...]) -> list[tuple[int, Taker]]:
    return [(e.yen, e.cursor.taker) for e in events if isinstance(e, CoinAccepted)]


@Clause(
    "coin.bills.names",
    "The validator names its bills with a scaling factor that gives whole yen.",
    "ccTalk 4.7 Part 2 §3.96, Part 3 Appendix 15",
    "A factor with decimals is a European programming: yen has no smaller unit.",
)
def names(bench: CoinBench) -> str:
    if not bench.bills:
        raise NotApplicable("no bill validator is configured")
    with bench.wire() as wire:
        scaling = wire.ask(bench.bills, Header.SCALING_FACTOR, b"JP")
        demand(any(scaling), "it does not know the country JP")
        demand_equal(scaling[2], 0, "decimal places of its yen")
    with bench.vendor() as vendor:
        found = vendor.capabilities().bills
    demand(found <= {1000, 2000, 5000, 10000}, f"notes that Japan does not have: {sorted(found)}")
    return f"factor {int.from_bytes(scaling[:2], 'little')}; {sorted(found)}"


@Clause(
    "coin.bills.stacked",
    "A bill is held first, and credited once when it is stacked.",
    f"{_CONTRACT} BillHeld, CoinVendor.route",
    "Credit is the stacking event alone: a bill in escrow is still the resident's.",
    hands=True,
)
def stacked(bench: CoinBench) -> str:
    with _open(bench) as (vendor, yen):
        _hold(bench, vendor, yen)
        vendor.route(stack=True)
        found = _await(bench, vendor, CoinAccepted, _MOVE_S)
        found += bench.poll_for(vendor, _SHORT_S)
        demand_equal(_credits(found), [(yen, Taker.BILL)], "credits of one bill")
        demand_equal(bench.hands.take_tray(), 0, "yen that came back")
    return f"¥{yen} held, then credited once"


@Clause(
    "coin.bills.given_back",
    "A held bill that is routed back is told as returned, and never credited.",
    f"{_CONTRACT} BillReturned, CoinVendor.route",
    "Route 0 gives it back: the change could not be paid, or the resident went away.",
    hands=True,
)
def given_back(bench: CoinBench) -> str:
    with _open(bench) as (vendor, yen):
        _hold(bench, vendor, yen)
        vendor.route(stack=False)
        found = _await(bench, vendor, BillReturned, _MOVE_S)
        demand(any(isinstance(e, BillReturned) for e in found), f"not told: {found}")
        demand_equal(_credits(found), [], "credits")
        demand_equal(bench.hands.take_tray(), yen, "yen that came back")
    return f"¥{yen} came back"


@Clause(
    "coin.bills.inhibited",
    "A bill that is not accepted comes back, neither held nor credited.",
    f"{_CONTRACT} CoinVendor.accept",
    "The inhibits of the bill types must keep it out.",
    hands=True,
)
def inhibited(bench: CoinBench) -> str:
    with _open(bench) as (vendor, yen):
        vendor.accept(frozenset())
        bench.hands.insert_bill(yen)
        found = bench.poll_for(vendor, bench.patience_s)
        demand_equal(_credits(found), [], "credits")
        demand(not any(isinstance(e, BillHeld) for e in found), "it was held")
        demand_equal(bench.hands.take_tray(), yen, "yen that came back")
    return f"¥{yen} came back"


@Clause(
    "coin.bills.unanswered",
    "A held bill that nobody routes comes back by itself, without a credit.",
    f"{_CONTRACT} BillHeld; ccTalk 4.7 Part 2 §3.98",
    "The escrow times out after its own time, 30 s or more.",
    hands=True,
)
def unanswered(bench: CoinBench) -> str:
    with _open(bench) as (vendor, yen):
        _hold(bench, vendor, yen)
        found = _await(bench, vendor, BillReturned, _ESCROW_S)
        demand(any(isinstance(e, BillReturned) for e in found), "it is still held")
        demand_equal(_credits(found), [], "credits")
        demand_equal(bench.hands.take_tray(), yen, "yen that came back")
    return f"¥{yen} came back by itself"


@Clause(
    "coin.bills.host_death_held",
    "A bill that was held when the host died is given back, and never credited.",
    f"{_CONTRACT} CoinVendor.resume",
    "Whoever put it in was promised nothing.",
    hands=True,
)
def host_death_held(bench: CoinBench) -> str:
    bench.hands.take_tray()
    with bench.mortal() as (vendor, kill):
        yen = _bill(vendor)
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        _hold(bench, vendor, yen)
        kill()
    with bench.vendor() as again:
        found = again.resume(None)
        found += bench.poll_for(again, bench.patience_s + _SHORT_S)
        demand_equal(_credits(found), [], "credits")
        demand_equal(bench.hands.take_tray(), yen, "yen that came back")
    return f"¥{yen} came back"


@Clause(
    "coin.bills.host_death_stacked",
    "A bill stacked while the host was dead is credited once by `resume` with the cursors.",
    f"{_CONTRACT} CreditCursor, CoinVendor.resume",
    "Coins and bills keep a counter each; both are compared with what was written down.",
    hands=True,
)
def host_death_stacked(bench: CoinBench) -> str:
    bench.hands.take_tray()
    with bench.mortal() as (vendor, kill):
        yen = _bill(vendor)
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        bench.hands.insert_bill(yen)
        found = _await(bench, vendor, BillHeld, bench.patience_s + _MOVE_S)
        held = next((event for event in found if isinstance(event, BillHeld)), None)
        demand(held is not None, "the bill was not held")
        assert held is not None  # noqa: S101 - demanded above
        cursor: CreditCursor = held.cursor
        vendor.route(stack=True)
        kill()
    bench.clock.sleep(_MOVE_S / 2)
    for attempt in ("first", "second"):
        with bench.vendor() as again:
            credited = _credits(again.resume(None, cursor))
            demand_equal(credited, [(yen, Taker.BILL)], f"credits of the {attempt} `resume`")
    return f"¥{yen} credited once, the same when asked again"


CASES = (
    names,
    stacked,
    given_back,
    inhibited,
    unanswered,
    host_death_held,
    host_death_stacked,
)
