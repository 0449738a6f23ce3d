"""Coin cases: a changer, asked itself. Source: ccTalk Generic Specification 4.7, Part 2 sections
3.124-3.133. The same payouts asked of the driver are in `coin_paying_cases`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.coin.changer import MoneyOut
from drivers.coin.credits import advance
from drivers.coin.protocol import coin_yen, decode_number, decode_text
from drivers.coin.tables import Header, ReplyHeader
from drivers.conformance.case import Clause, NotApplicable, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_wire import CoinWire

_MONEY_OUT = 1 << 3
"""Bit of the activity register. Source: section 3.129."""
_TOTALS = 1 << 32
_SETTLE_S = 1.0
_HOPPERS = range(1, 9)
_MINIMUM = (
    Header.MONEY_OUT,
    Header.VERIFY_MONEY_OUT,
    Header.ACTIVITY,
    Header.ERROR_STATUS,
)


class ChangerTalk:
    """The changer, asked directly."""

    def __init__(self, bench: CoinBench, wire: CoinWire) -> None:
        self._bench = bench
        self.wire = wire
        self._at = bench.changer
        self.smallest = min(bench.payable)
        bench.hands.take_tray()

    def ask(self, header: Header, data: bytes = b"") -> bytes:
        """The data of the one right answer. Raises Violation."""
        return self.wire.ask(self._at, header, data)

    def counters(self) -> MoneyOut:
        """Headers 124 and 127."""
        data, total = self.ask(Header.VERIFY_MONEY_OUT), self.ask(Header.MONEY_OUT)
        paid, unpaid = decode_number(data[1:5]), decode_number(data[5:9])
        return MoneyOut(data[0], paid, unpaid, decode_number(total))

    def order(self, yen: int) -> bool:
        """Header 125, once; True if it is acknowledged."""
        answer = self.wire.reply(self._at, Header.PAY_MONEY_OUT, yen.to_bytes(4, "little"))
        return answer is not None and answer.header == ReplyHeader.REPLY

    def pay(self, yen: int) -> MoneyOut:
        """Order and wait; its counters then. Raises Violation unless it is acknowledged."""
        demand(self.order(yen), f"the order to pay ¥{yen} was not acknowledged")
        return self.at_rest()

    def paying(self) -> bool:
        """The activity register says that money goes out."""
        return bool(self.ask(Header.ACTIVITY)[0] & _MONEY_OUT)

    def at_rest(self) -> MoneyOut:
        """The counters when nothing goes out any more."""
        self._bench.await_rest(
            self.wire, self._at, Header.ACTIVITY, lambda said: not said[0] & _MONEY_OUT
        )
        return self.counters()


@contextmanager
def changer_on(bench: CoinBench) -> Iterator[ChangerTalk]:
    """The changer, on a line opened for it. Raises NotApplicable where there is none."""
    if not bench.changer:
        raise NotApplicable("no changer is configured: several face values at one address")
    with bench.wire() as wire:
        yield ChangerTalk(bench, wire)


@Clause(
    "coin.changer.minimum",
    "The changer answers the headers by which a payout is ordered and verified, and names the coin "
    "of each hopper.",
    "ccTalk 4.7 Part 2 §3.125, §3.128 to §3.130, §3.133",
    "A header is missing, or a hopper's coin is not the one it is configured for.",
)
def minimum(bench: CoinBench) -> str:
    with changer_on(bench) as changer:
        for header in _MINIMUM:
            changer.ask(header)
        found: set[int | None] = set()
        for hopper in _HOPPERS:
            said = changer.wire.knows(bench.changer, Header.HOPPER_BALANCE, bytes((hopper,)))
            if said is None:
                break
            found.add(coin_yen(decode_text(said[:6])))
        missing = set(bench.payable) - found
        demand(not missing, f"no hopper names ¥{', ¥'.join(map(str, sorted(missing)))}")
    return f"{len(_MINIMUM)} headers; hoppers of ¥{', ¥'.join(map(str, bench.payable))}"


@Clause(
    "coin.changer.pays",
    "Ordered an amount it pays it: counted by 124 and by 127, and lying in the tray.",
    "ccTalk 4.7 Part 2 §3.125, §3.127, §3.128",
    "What 124 and 127 count is what the customer is said to have got.",
    hands=True,
    spends=3,
)
def pays(bench: CoinBench) -> str:
    with changer_on(bench) as changer:
        before = changer.counters()
        yen = 3 * changer.smallest
        after = changer.pay(yen)
        demand_equal((after.paid_yen, after.unpaid_yen), (yen, 0), "paid and unpaid of 124")
        demand_equal(after.counter, advance(before.counter, 1), "event counter of 124")
        grown = (after.total_yen - before.total_yen) % _TOTALS
        demand_equal(grown, yen, "yen counted by 127")
        bench.demand_tray(yen)
    return f"¥{yen} ordered, counted, in the tray"


@Clause(
    "coin.changer.activity",
    "Its activity register says that money goes out until all of it is out.",
    "ccTalk 4.7 Part 2 §3.129",
    "A host verifies when the bit clears: cleared too soon, coins that still fall are not counted.",
    hands=True,
    spends=3,
)
def activity(bench: CoinBench) -> str:
    with changer_on(bench) as changer:
        before = changer.counters()
        demand(not changer.paying(), "money goes out before anything is ordered")
        yen = 3 * changer.smallest
        demand(changer.order(yen), f"the order to pay ¥{yen} was not acknowledged")
        demand(changer.paying(), "right after the order no money goes out")
        first = changer.at_rest()
        bench.clock.sleep(_SETTLE_S)
        demand_equal(changer.counters(), first, "counters a second after the bit had cleared")
        demand_equal(first.counter, advance(before.counter, 1), "event counter of 124")
        bench.demand_tray(yen)
    return "set while it pays, then clear"


@Clause(
    "coin.changer.once",
    "A second order while it pays is refused and adds nothing.",
    "ccTalk 4.7 Part 2 §3.127",
    "A host that lost an answer may have sent it again: one order at a time.",
    hands=True,
    spends=5,
)
def once(bench: CoinBench) -> str:
    with changer_on(bench) as changer:
        yen = 3 * changer.smallest
        demand(changer.order(yen), f"the order to pay ¥{yen} was not acknowledged")
        heard = changer.order(2 * changer.smallest)
        after = changer.at_rest()
        demand_equal(after.paid_yen, yen, "paid of 124")
        bench.demand_tray(yen)
    return "refused" if not heard else "acknowledged, and not obeyed"


@Clause(
    "coin.changer.short",
    "With too few coins it pays what it has, says what it did not pay, and why.",
    "ccTalk 4.7 Part 2 §3.128, §3.130",
    "Paid and unpaid add up to the order; the error status names the empty hopper.",
    hands=True,
    spends=2,
)
def short(bench: CoinBench) -> str:
    with changer_on(bench) as changer:
        for yen in bench.payable:
            bench.hands.leave_in_hopper(yen, 2 if yen == changer.smallest else 0)
        asked = 4 * changer.smallest
        after = changer.pay(asked)
        errors = changer.ask(Header.ERROR_STATUS)
        for yen in bench.payable:
            bench.hands.fill_hopper(yen)
        paid = 2 * changer.smallest
        demand_equal((after.paid_yen, after.unpaid_yen), (paid, asked - paid), "paid and unpaid")
        demand(any(errors), "the error status says that nothing is wrong")
        bench.demand_tray(paid)
    return f"¥{paid} of ¥{asked}, error {errors.hex(' ')}"


@Clause(
    "coin.changer.reset",
    "A reset clears the counter of 124 and leaves the total of 127 as it was.",
    "ccTalk 4.7 Part 2 §3.125, §3.128",
    "By 127 a host finds out after a power failure what was paid.",
    hands=True,
    spends=1,
)
def reset(bench: CoinBench) -> str:
    with changer_on(bench) as changer:
        before = changer.pay(changer.smallest)
        changer.ask(Header.RESET)
        bench.await_boot(changer.wire, bench.changer)
        after = changer.counters()
        demand_equal((after.counter, after.paid_yen, after.unpaid_yen), (0, 0, 0), "124 after it")
        demand_equal(after.total_yen, before.total_yen, "127 after it")
        bench.demand_tray(changer.smallest)
    return f"124 at 0, 127 still {before.total_yen}"


CASES = (minimum, pays, activity, once, short, reset)
