"""Coin cases: money out, asked of the hopper itself. Source: ccTalk Generic Specification 4.7."""

from itertools import pairwise

from drivers.coin.credits import advance
from drivers.coin.protocol import ReplyError, coin_yen, decode_text
from drivers.coin.tables import DISABLED, PAYOUT_TIMEOUT, TOTAL_MODULUS, DispenseAnswer, Header
from drivers.conformance.case import (
    Clause,
    NotApplicable,
    Undecided,
    Violation,
    demand,
    demand_equal,
)
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_talk import HopperTalk, has_flag, hopper_on, refused

_FULL_TURN = 256
_SETTLE_S = 1.0
_PART_S = 0.5
"""So far into a payout that some coins are out and some are not."""
_LOW_NOW, _LOW_FITTED = 0x01, 0x10
_RUN = 10


@Clause(
    "coin.payout.coin",
    "Each hopper says that it holds the coin it is configured for, or says nothing of it.",
    "ccTalk 4.7 Part 2 §3.82",
    "A hopper programmed for another coin pays the wrong money: programme it, or move its cable.",
)
def coin(bench: CoinBench) -> str:
    named = 0
    with bench.wire() as wire:
        for yen, address in bench.hoppers.items():
            said = decode_text(wire.ask(address, Header.HOPPER_COIN))
            try:
                found = coin_yen(said)
            except ReplyError as error:
                raise Violation(f"hopper {address}: {error}") from error
            demand(found in {None, yen}, f"hopper {address} holds ¥{found}, configured for ¥{yen}")
            named += found is not None
            bench.saw(address, coin_named=found is not None)
    return f"{named} of {len(bench.hoppers)} are programmed"


@Clause(
    "coin.payout.one",
    "Asked for one coin it pays one: counted by 166 and by 168, and lying in the tray.",
    "ccTalk 4.7 Part 2 §3.85, §3.86, §3.87",
    "What 166 and 168 count is what the customer is said to have got.",
    hands=True,
    spends=2,
)
def one(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.clear_tray()
        before, total = hopper.status(), hopper.count()
        after = hopper.pay(1)
        bench.clock.sleep(_SETTLE_S)
        demand_equal(after.counter, advance(before.counter, 1), "event counter of 166")
        demand_equal((after.paid, after.unpaid), (1, 0), "paid and unpaid of 166")
        if hopper.quirks.has_total:
            demand_equal((hopper.total() - total) % TOTAL_MODULUS, 1, "coins counted by 168")
        hopper.demand_tray(1)
    return "one asked, one counted, one in the tray"


@Clause(
    "coin.payout.running",
    "While it pays, paid and remaining add up to what was asked, and paid never falls.",
    "ccTalk 4.7 Part 2 §3.87",
    "Count a coin when it has passed the exit sensor, and take it off the remaining ones at once.",
    hands=True,
    spends=4,
)
def running(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.clear_tray()
        total = hopper.count()
        hopper.enable()
        demand(not refused(hopper.dispense(3)), "a dispense of 3 was refused")
        seen = [hopper.status()]
        while seen[-1].remaining:
            bench.clock.sleep(0.02)
            seen.append(hopper.status())
            demand(len(seen) < 1000, "it does not stop")  # noqa: PLR2004 - 20 s and more
        for status in seen:
            demand_equal(status.paid + status.remaining, 3, "paid and remaining together")
        demand(
            all(a.paid <= b.paid for a, b in pairwise(seen)),
            "paid went down during a payout",
        )
        if hopper.quirks.has_total:
            demand_equal((hopper.total() - total) % TOTAL_MODULUS, 3, "coins counted by 168")
        hopper.demand_tray(3)
    return f"{len(seen)} readings, all of them 3 together"


@Clause(
    "coin.payout.counted_at_once",
    "Once header 167 is answered, 166 shows the new event counter.",
    "ccTalk 4.7 Part 2 §3.86, §3.87",
    "A host that lost the answer decides by this counter whether to send the command again: if it "
    "moves late, the customer is paid twice.",
    hands=True,
    spends=1,
)
def counted_at_once(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        before = hopper.status().counter
        hopper.enable()
        answer = hopper.dispense(1)
        first = hopper.status()
        demand(not refused(answer), "a dispense of 1 was refused")
        assert answer is not None  # noqa: S101 - demanded above
        demand_equal(first.counter, advance(before, 1), "event counter right after the answer")
        hopper.finish()
        bench.hands.take_tray()
        said = _answer_form(answer.data, before, first.counter)
        bench.saw(bench.hoppers[hopper.yen], answer=said)
    return f"counter {before} to {first.counter}; 167 answers with: {said.value}"


def _answer_form(data: bytes, before: int, after: int) -> DispenseAnswer:
    if not data:
        return DispenseAnswer.ACK
    demand(data[0] in {before, after}, f"167 is answered by {data[0]}, counter was {before}")
    return DispenseAnswer.AFTER if data[0] == after else DispenseAnswer.BEFORE


@Clause(
    "coin.payout.while_running",
    "A dispense sent while one runs is refused and adds no coin.",
    "Money Controls SCH2 manual TSP016; ccTalk 4.7 Part 1 §12.1",
    "A repeated command must never be queued: it is what a host sends that lost an answer.",
    hands=True,
    spends=6,
)
def while_running(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.clear_tray()
        total = hopper.count()
        hopper.enable()
        demand(not refused(hopper.dispense(3)), "a dispense of 3 was refused")
        answer = hopper.dispense(3)
        during = hopper.status()
        if not refused(answer) and not during.remaining:
            raise Undecided("it had paid out before the second command came")
        demand(refused(answer), "a second dispense was acknowledged during the first")
        hopper.finish()
        bench.clock.sleep(_SETTLE_S)
        if hopper.quirks.has_total:
            demand_equal((hopper.total() - total) % TOTAL_MODULUS, 3, "coins counted by 168")
        hopper.demand_tray(3)
    return "refused, three coins in all"


@Clause(
    "coin.payout.empty",
    "A hopper that runs empty says how many it paid, how many not, and why.",
    "ccTalk 4.7 Part 2 §3.87, §3.90.1.2",
    "Paid and unpaid together are what was asked; the flag 'payout timeout' is on.",
    hands=True,
    spends=1,
)
def empty(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.clear_tray()
        bench.hands.leave_in_hopper(hopper.yen, 1)
        total = hopper.count()
        status = hopper.pay(3)
        flags = hopper.ask(Header.TEST_HOPPER)
        counted = (hopper.count() - total) % TOTAL_MODULUS
        bench.hands.fill_hopper(hopper.yen)
        hopper.demand_tray(1)
        demand_equal((status.paid, status.unpaid), (1, 2), "paid and unpaid of 166")
        if hopper.quirks.has_total:
            demand_equal(counted, 1, "coins counted by 168")
        demand(
            has_flag(flags, PAYOUT_TIMEOUT), f"the flag 'payout timeout' is off: {flags.hex(' ')}"
        )
    return "1 paid, 2 unpaid, payout timeout"


@Clause(
    "coin.payout.stop",
    "An emergency stop ends the payout; paid, unpaid, 168 and the tray agree afterwards.",
    "ccTalk 4.7 Part 2 §3.81",
    "A coin that falls late must be counted too.",
    hands=True,
    spends=_RUN,
)
def stop(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.clear_tray()
        total = hopper.count()
        hopper.enable()
        demand(not refused(hopper.dispense(_RUN)), f"a dispense of {_RUN} was refused")
        hopper.ask(Header.EMERGENCY_STOP)
        bench.clock.sleep(_SETTLE_S)
        status = hopper.status()
        demand_equal(status.remaining, 0, "coins remaining after the stop")
        demand_equal(status.paid + status.unpaid, _RUN, "paid and unpaid together")
        demand(status.unpaid, f"all {_RUN} came out: it was not stopped")
        if hopper.quirks.has_total:
            counted = (hopper.total() - total) % TOTAL_MODULUS
            demand_equal(counted, status.paid, "coins counted by 168")
        hopper.demand_tray(status.paid)
    return f"stopped after {status.paid}"


@Clause(
    "coin.payout.reset",
    "After a reset the event counter is 0; the dispense count is what it was.",
    "ccTalk 4.7 Part 2 §3.87, §3.85; TSP016",
    "The dispense count is what is asked when the event counter was lost: keep it in the device.",
    hands=True,
    spends=1,
)
def reset(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        hopper.pay(1)
        total = hopper.count()
        hopper.reset()
        demand_equal(hopper.status().counter, 0, "event counter after a reset")
        demand_equal(hopper.count(), total, "dispense count after a reset")
        bench.hands.take_tray()
    return "counter 0, dispense count kept"


@Clause(
    "coin.payout.power",
    "After a power failure in a payout it stands still, and 168 has counted what is in the tray.",
    "TSP016 (behaviour after power loss); ccTalk 4.7 Part 2 §3.90.1.17",
    "Never go on by itself: the host decides. Count each coin in memory that outlives the power.",
    hands=True,
    spends=_RUN,
)
def power(bench: CoinBench) -> str:
    with bench.wire() as wire:
        hopper = HopperTalk(bench, wire)
        hopper.clear_tray()
        total = hopper.count()
        hopper.enable()
        bench.hands.be_ready_to_cut()
        demand(not refused(hopper.dispense(_RUN)), f"a dispense of {_RUN} was refused")
        bench.clock.sleep(_PART_S)
        bench.hands.cut_now()
        bench.await_power(wire, bench.hoppers[hopper.yen])
        first = hopper.status()
        demand_equal((first.counter, first.remaining), (0, 0), "counter and remaining after power")
        bench.clock.sleep(_SETTLE_S)
        counted = (hopper.count() - total) % TOTAL_MODULUS
        if not hopper.quirks.has_total:
            bench.hands.take_tray()
            raise NotApplicable("this family has no dispense count (header 168)")
        hopper.demand_tray(counted)
        flags = hopper.ask(Header.TEST_HOPPER)
        demand(has_flag(flags, DISABLED), "it is enabled after power came back")
    return f"{counted} of {_RUN} paid and counted, standing still"


@Clause(
    "coin.payout.others_idle",
    "A payout of one hopper changes no other hopper's counters.",
    "ccTalk 4.7 Part 1 §7.5",
    "Two hoppers listen to one address.",
    hands=True,
    spends=1,
)
def others_idle(bench: CoinBench) -> str:
    with bench.wire() as wire:
        others = [HopperTalk(bench, wire, yen) for yen in bench.hoppers if yen != bench.cheapest]
        before = [(other.status().counter, other.count()) for other in others]
        HopperTalk(bench, wire).pay(1)
        after = [(other.status().counter, other.count()) for other in others]
        demand_equal(after, before, "counters of the other hoppers")
        bench.hands.take_tray()
    return f"{len(others)} others unchanged"


@Clause(
    "coin.payout.wrap",
    "The hopper's event counter goes 254, 255, 1: never 0.",
    "ccTalk 4.7 Part 2 §3.87",
    "0 says power-up or reset: a payout after 255 would look like a reset.",
    hands=True,
    spends=_FULL_TURN,
    tedious=True,
)
def wrap(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        bench.hands.fill_hopper(hopper.yen)
        counter = hopper.status().counter
        for _ in range(_FULL_TURN):
            found = hopper.pay(1).counter
            demand_equal(found, advance(counter, 1), f"event counter after {counter}")
            counter = found
        bench.hands.take_tray()
    return f"{_FULL_TURN} payouts, through 255 to 1"


@Clause(
    "coin.payout.level",
    "An empty hopper says that it is low, a filled one does not, if it has the sensor.",
    "ccTalk 4.7 Part 2 §3.39",
    "The low sensor's bit, or its fitted bit, is wrong.",
    hands=True,
)
def level(bench: CoinBench) -> str:
    with hopper_on(bench) as hopper:
        if not hopper.ask(Header.LEVEL)[0] & _LOW_FITTED:
            raise NotApplicable("no low sensor is fitted")
        bench.hands.leave_in_hopper(hopper.yen, 0)
        low = hopper.ask(Header.LEVEL)[0]
        bench.hands.fill_hopper(hopper.yen)
        filled = hopper.ask(Header.LEVEL)[0]
        demand(low & _LOW_NOW, f"an empty hopper does not say that it is low: {low:02x}")
        demand(not filled & _LOW_NOW, f"a filled hopper says that it is low: {filled:02x}")
    return "low when empty, not when filled"


CASES = (
    coin,
    one,
    running,
    counted_at_once,
    while_running,
    empty,
    stop,
    reset,
    power,
    others_idle,
    level,
    wrap,
)
