"""Coin cases: money in, asked of the driver. Source: the methods of drivers/coin/contract.py."""

from drivers.coin.contract import (
    CoinAccepted,
    CoinEvent,
    CoinVendor,
    CountsMoved,
    EventsLost,
    VendorReset,
    VendorTrouble,
)
from drivers.conformance.case import Clause, NotApplicable, Violation, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench, calm

_STATUS_LIMIT_S = 3.0
_SHORT_S = 0.5
_SHUT_AFTER_S = (0.0, 0.2, 0.4)
"""So long after a coin was let go the slot is shut: before and after it is past the gate."""
_HANDFULS = 3
"""Three coins each."""
_CREDIT_REPLY = 16
"""Bytes of a whole reply to `CREDITS`."""
_CONTRACT = "drivers/coin/contract.py"


def _values(vendor: CoinVendor) -> tuple[int, ...]:
    """Face values of coins, ascending; the driver is identified by it."""
    found = vendor.capabilities()
    values = tuple(sorted(found.accepts - found.bills))
    if not values:
        raise NotApplicable("the driver takes no coin")
    return values


def _yen(events: tuple[CoinEvent, ...]) -> list[int]:
    return [event.yen for event in events if isinstance(event, CoinAccepted)]


def _insert(bench: CoinBench, vendor: CoinVendor, *coins: int) -> tuple[CoinEvent, ...]:
    """Have coins put in; all events until they are in, or patience ends."""
    if len(coins) == 1:
        bench.hands.drop_coin(coins[0])
    else:
        bench.hands.drop_fast(*coins)
    return bench.poll_for(vendor, bench.patience_s, lambda found: len(_yen(found)) >= len(coins))


def _accepted(bench: CoinBench, vendor: CoinVendor, yen: int) -> CoinAccepted:
    """Put one coin in. Raises Violation unless it is credited once, at its value."""
    events = _insert(bench, vendor, yen)
    demand_equal(_yen(events), [yen], "credits of one coin")
    return next(event for event in events if isinstance(event, CoinAccepted))


@Clause(
    "coin.taking.shut_at_first",
    "After `resume` the slot is shut: a coin comes back, and no credit is told.",
    f"{_CONTRACT} CoinVendor.resume",
    "`resume` inhibits all coins before it returns.",
    hands=True,
)
def shut_at_first(bench: CoinBench) -> str:
    bench.hands.take_tray()
    with bench.vendor() as vendor:
        yen = _values(vendor)[0]
        demand_equal(_yen(vendor.resume(None)), [], "credits of a first `resume`")
        demand_equal(vendor.status().accepting, frozenset(), "values accepted after `resume`")
        demand_equal(_yen(_insert(bench, vendor, yen)), [], "credits while shut")
        demand_equal(bench.hands.take_tray(), yen, "yen in the tray")
    return f"¥{yen} came back"


@Clause(
    "coin.taking.exactly",
    "`accept` lets in exactly the values it is given: credited once, at their value.",
    f"{_CONTRACT} CoinVendor.accept, CoinVendor.poll",
    "Every other coin must come back.",
    hands=True,
)
def exactly(bench: CoinBench) -> str:
    bench.hands.take_tray()
    with bench.vendor() as vendor:
        *others, chosen = _values(vendor)
        vendor.resume(None)
        vendor.accept(frozenset({chosen}))
        demand_equal(vendor.status().accepting, frozenset({chosen}), "values accepted")
        for yen in others:
            demand_equal(_yen(_insert(bench, vendor, yen)), [], f"credits of ¥{yen}")
            demand_equal(bench.hands.take_tray(), yen, "yen in the tray")
        _accepted(bench, vendor, chosen)
        demand_equal(bench.hands.take_tray(), 0, "yen in the tray after a credit")
        more = bench.poll_for(vendor, _SHORT_S)
        demand_equal(_yen(more), [], "further credits of the same coin")
    return f"¥{chosen} in, once; {len(others)} others back"


@Clause(
    "coin.taking.values",
    "A coin of each face value is credited once, at its value.",
    f"{_CONTRACT} CoinAccepted",
    "Look at how positions, names and credit codes become yen.",
    hands=True,
)
def values(bench: CoinBench) -> str:
    with bench.vendor() as vendor:
        found = _values(vendor)
        vendor.resume(None)
        vendor.accept(frozenset(found))
        for yen in found:
            _accepted(bench, vendor, yen)
    return ", ".join(f"¥{yen}" for yen in found)


@Clause(
    "coin.taking.falling",
    "A coin that falls while the slot is being shut is credited, or comes back.",
    f"{_CONTRACT} CoinVendor.accept",
    "Poll on after `accept` of nothing, and credit what had passed the gate already.",
    hands=True,
)
def falling(bench: CoinBench) -> str:
    bench.hands.take_tray()
    said = []
    with bench.vendor() as vendor:
        yen = _values(vendor)[0]
        vendor.resume(None)
        for later_s in _SHUT_AFTER_S:
            vendor.accept(frozenset({yen}))
            bench.hands.drop_coin(yen)
            bench.clock.sleep(later_s)
            vendor.accept(frozenset())
            credited = sum(_yen(bench.poll_for(vendor, bench.patience_s, lambda e: bool(_yen(e)))))
            back = bench.hands.take_tray()
            demand(
                credited + back == yen,
                f"of ¥{yen} put in {later_s} s before, ¥{credited} are credited, ¥{back} came back",
            )
            said.append("credited" if credited else "back")
    return ", ".join(said)


@Clause(
    "coin.taking.events_lost",
    "More coins than it remembers, while nobody polls, are credited, back, or told as lost.",
    f"{_CONTRACT} EventsLost; ccTalk 4.7 Part 2 §3.27",
    "A counter that has gone further than the buffer holds is EventsLost, with how many at least.",
    hands=True,
)
def events_lost(bench: CoinBench) -> str:
    bench.hands.take_tray()
    with bench.vendor() as vendor:
        yen = _values(vendor)[0]
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        for _ in range(_HANDFULS):
            bench.hands.drop_fast(yen, yen, yen)
        bench.clock.sleep(bench.patience_s / 2)
        events = bench.poll_for(vendor, bench.patience_s / 2)
    put_in = 3 * _HANDFULS * yen
    credited, back = sum(_yen(events)), bench.hands.take_tray()
    lost = [event.at_least for event in events if isinstance(event, EventsLost)]
    demand(
        credited + back == put_in or (lost and credited + back + sum(lost) * yen <= put_in),
        f"of ¥{put_in} put in, ¥{credited} are credited, ¥{back} came back, "
        f"{sum(lost)} coins are told as lost",
    )
    return f"¥{credited} credited, ¥{back} back, {sum(lost)} told as lost, of ¥{put_in}"


@Clause(
    "coin.taking.order",
    "Three coins put in quickly are three credits in the order of the coins.",
    f"{_CONTRACT} CoinVendor.poll",
    "Oldest first: the cursor of each event is written down with it.",
    hands=True,
)
def order(bench: CoinBench) -> str:
    with bench.vendor() as vendor:
        values = _values(vendor)
        coins = (values[-1], values[0], values[len(values) // 2])
        vendor.resume(None)
        vendor.accept(frozenset(values))
        events = _insert(bench, vendor, *coins)
        demand_equal(_yen(events), list(coins), "credits")
        counters = [event.cursor for event in events if isinstance(event, CoinAccepted)]
        demand_equal(len(set(counters)), len(coins), "different cursors")
    return " ".join(f"¥{yen}" for yen in coins)


@Clause(
    "coin.taking.stop",
    "`accept` of nothing shuts the slot; so does `close`.",
    f"{_CONTRACT} CoinVendor.accept, CoinVendor.close",
    "A terminal that is done, or goes down in order, must not take another coin.",
    hands=True,
)
def stop(bench: CoinBench) -> str:
    bench.hands.take_tray()
    with bench.vendor() as vendor:
        yen = _values(vendor)[0]
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        vendor.accept(frozenset())
        demand_equal(_yen(_insert(bench, vendor, yen)), [], "credits after `accept` of nothing")
        demand_equal(bench.hands.take_tray(), yen, "yen in the tray")
        vendor.accept(frozenset({yen}))
        vendor.close()
        vendor.close()
    bench.hands.drop_coin(yen)
    bench.clock.sleep(_SHORT_S)
    demand_equal(bench.hands.take_tray(), yen, "yen in the tray after `close`")
    return "shut both ways"


@Clause(
    "coin.taking.host_death",
    "A coin that fell while the host was dead is credited once by `resume` with the cursor.",
    f"{_CONTRACT} CreditCursor, CoinVendor.resume",
    "The event counter is compared with the one that was written down, not taken as a new start.",
    hands=True,
)
def host_death(bench: CoinBench) -> str:
    with bench.mortal() as (vendor, kill):
        yen = _values(vendor)[0]
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        cursor = _accepted(bench, vendor, yen).cursor
        vendor.poll()
        bench.hands.drop_coin(yen)
        kill()
    bench.clock.sleep(bench.patience_s / 2)
    back = bench.hands.take_tray()
    wanted = [] if back else [yen]
    for attempt in ("first", "second"):
        with bench.vendor() as again:
            found = _yen(again.resume(cursor))
            demand_equal(found, wanted, f"credits of the {attempt} `resume`")
    return "it came back: nothing to credit" if back else "credited once, the same when asked again"


@Clause(
    "coin.taking.nothing_twice",
    "`resume` with the cursor of the last credit tells nothing again.",
    f"{_CONTRACT} CoinVendor.resume",
    "The buffer still holds the old event: the counter says that it is old.",
    hands=True,
)
def nothing_twice(bench: CoinBench) -> str:
    with bench.vendor() as vendor:
        yen = _values(vendor)[0]
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        _accepted(bench, vendor, yen)
        cursor = _accepted(bench, vendor, yen).cursor
    with bench.vendor() as again:
        told = [e for e in again.resume(cursor) if not isinstance(e, CountsMoved)]
        demand_equal(told, [], "events of `resume` after the last credit")
        demand_equal(_yen(bench.poll_for(again, _SHORT_S)), [], "credits of the polls after it")
    return "nothing"


@Clause(
    "coin.taking.power",
    "After a power failure the driver tells a reset and takes coins again by itself.",
    f"{_CONTRACT} VendorReset",
    "The inhibits are gone: set them again before the resident wonders.",
    hands=True,
)
def power(bench: CoinBench) -> str:
    with bench.vendor() as vendor:
        yen = _values(vendor)[0]
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        _accepted(bench, vendor, yen)
        bench.hands.power_cycle()
        events = bench.poll_for(
            vendor, bench.patience_s + 5.0, lambda e: any(isinstance(x, VendorReset) for x in e)
        )
        demand(any(isinstance(e, VendorReset) for e in events), f"no reset was told: {events}")
        demand_equal(_yen(events), [], "credits without a coin")
        _accepted(bench, vendor, yen)
    return "told, and taking again"


@Clause(
    "coin.taking.cable",
    "With the line cut `poll` and `status` raise nothing, tell it once, and heal by themselves.",
    f"{_CONTRACT} CoinVendor.poll, CoinVendor.status",
    "A cable out is a trouble, not a crash; a coin after it is a coin.",
    hands=True,
)
def cable(bench: CoinBench) -> str:
    with bench.vendor() as vendor:
        yen = _values(vendor)[0]
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        bench.hands.cut_cable()
        told = [
            e
            for e in bench.poll_for(vendor, bench.patience_s)
            if isinstance(e, VendorTrouble) and e.reason == "coin.lost"
        ]
        demand_equal(len(told), 1, "times that coin.lost was told")
        troubles = calm(vendor.status).troubles
        demand("coin.lost" in troubles, f"status does not say coin.lost: {troubles}")
        bench.hands.restore_cable()
        bench.poll_for(vendor, bench.patience_s, lambda _: not vendor.status().troubles)
        demand_equal(vendor.status().troubles, (), "troubles with the line back")
        _accepted(bench, vendor, yen)
    return "told once, healed, taking again"


@Clause(
    "coin.taking.status",
    "`status` of a sound machine names no trouble, within 3 s.",
    f"{_CONTRACT} CoinVendor.status",
    "The readiness page is made of it.",
)
def status(bench: CoinBench) -> str:
    with bench.vendor() as vendor:
        vendor.capabilities()
        vendor.resume(None)
        start_s = bench.clock.monotonic_s()
        said = vendor.status()
        took_s = bench.clock.monotonic_s() - start_s
        demand_equal(said.troubles, (), "troubles")
        demand_equal(said.blocked, frozenset(), "values whose hopper is called blocked")
        demand(took_s <= _STATUS_LIMIT_S, f"it took {took_s:.1f} s")
    return f"no trouble, {took_s:.2f} s"


@Clause(
    "coin.taking.damaged_answer",
    "The answer that tells of a coin, damaged on the line at any byte, loses and makes no credit.",
    "ccTalk 4.7 Part 1 §12.1; drivers/coin/contract.py CoinVendor.poll",
    "Ask again: the buffer still holds the event.",
    hands=True,
)
def damaged_answer(bench: CoinBench) -> str:
    struck = 0
    with bench.spoiled() as (vendor, spoil):
        yen = _values(vendor)[0]
        vendor.resume(None)
        vendor.accept(frozenset({yen}))
        for offset in range(0, _CREDIT_REPLY, 3):
            spoil.news(offset)
            bench.hands.drop_coin(yen)
            events = bench.poll_for(vendor, bench.patience_s, lambda e: bool(_yen(e)))
            events += bench.poll_for(vendor, _SHORT_S)
            if _yen(events) != [yen]:
                raise Violation(f"reply spoiled at byte {offset}: {events}")
            struck = spoil.struck
    if not struck:
        raise NotApplicable("the driver reads no credit buffer that could be damaged")
    return f"{struck} damaged answers, every coin credited once"


CASES = (
    shut_at_first,
    exactly,
    values,
    order,
    stop,
    host_death,
    nothing_twice,
    power,
    falling,
    events_lost,
    cable,
    status,
    damaged_answer,
)
