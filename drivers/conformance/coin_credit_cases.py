"""Coin cases: money in, asked of the acceptor itself. Source: ccTalk Generic Specification 4.7."""

from drivers.coin.credits import advance
from drivers.coin.tables import EVENT_BUFFER, FAULT_OK, Header
from drivers.conformance.case import Clause, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_talk import POSITIONS, AcceptorTalk, acceptor_on

_UNKNOWN_YEN = 1
_COUNTER_TOP = 255
_BURST = 7


@Clause(
    "coin.coins.names",
    "Every position names a coin or says that it is empty; one at least is of yen.",
    "ccTalk 4.7 Part 2 §3.69, Part 3 Appendix 3",
    "Names are six characters, e.g. JP100A; an empty position is six dots.",
)
def names(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        said = {position: acceptor.name_at(position) for position in POSITIONS}
        again = {position: acceptor.name_at(position) for position in POSITIONS}
        demand_equal(again, said, "names asked again")
        demand(acceptor.coins, "no position holds a coin of yen")
        return ", ".join(name for name in said.values() if set(name) != {"."})


@Clause(
    "coin.coins.self_check",
    "The acceptor's self-check finds no fault.",
    "ccTalk 4.7 Part 2 §3.24, Part 3 Table 3",
    "Table 3 says what the number means; the rest of this report rests on a sound device.",
)
def self_check(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        demand_equal(acceptor.ask(Header.SELF_CHECK)[0], FAULT_OK, "fault code")
    return "no fault"


@Clause(
    "coin.coins.read_twice",
    "Reading the buffer changes neither the counter nor the events.",
    "ccTalk 4.7 Part 2 §3.27; Part 1 §18",
    "A host that lost an answer asks again: events leave the buffer only when newer ones come.",
    hands=True,
)
def read_twice(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        acceptor.open(acceptor.values()[0])
        before = acceptor.buffer()
        bench.hands.drop_coin(acceptor.values()[0])
        first = acceptor.await_counter(before, 1)
        demand(first.counter != before.counter, "the coin made no event")
        for _ in range(EVENT_BUFFER):
            demand_equal(acceptor.buffer(), first, "buffer read again")
    return f"the same {EVENT_BUFFER + 1} times"


@Clause(
    "coin.coins.credit",
    "A coin that is let in makes one event, a credit of its own value, and stays inside.",
    "ccTalk 4.7 Part 2 §3.27",
    "Credit after the point of no return, once, with the position whose name is this coin's.",
    hands=True,
)
def credit(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        bench.hands.take_tray()
        for yen in acceptor.values():
            acceptor.open(yen)
            moved = acceptor.insert(yen)
            demand_equal(moved.steps, 1, f"events of one ¥{yen} coin")
            demand(moved.credits, f"¥{yen} was not credited: event {moved.entries[0].b}")
            demand_equal(acceptor.yen_of(moved.entries[0].a), yen, "value of the credit in yen")
            demand_equal(bench.hands.take_tray(), 0, f"yen in the tray after a credit of ¥{yen}")
        return f"one credit each: {', '.join(f'¥{yen}' for yen in acceptor.values())}"


@Clause(
    "coin.coins.order",
    "Three coins between two polls are three events, the newest first in the buffer.",
    "ccTalk 4.7 Part 2 §3.27",
    "A new event ripples the older ones through the buffer.",
    hands=True,
)
def order(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        values = acceptor.values()
        coins = (values[0], values[-1], values[len(values) // 2])
        acceptor.open(*values)
        moved = acceptor.insert(*coins)
        demand_equal(moved.steps, len(coins), "events of three coins")
        found = tuple(acceptor.yen_of(entry.a) for entry in moved.entries)
        demand_equal(found, coins, "credits, oldest first")
    return " ".join(f"¥{yen}" for yen in coins)


@Clause(
    "coin.coins.memory",
    "The buffer holds the last five events; one more pushes the oldest out.",
    "ccTalk 4.7 Part 2 §3.27",
    "An old event must not come back, and none may be skipped.",
    hands=True,
)
def memory(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        values = acceptor.values()
        acceptor.open(*values)
        before = acceptor.buffer()
        coins = [values[number % len(values)] for number in range(_BURST)]
        last = before
        for number, yen in enumerate(coins, start=1):
            moved = acceptor.insert(yen)
            demand_equal(moved.steps, 1, f"events of coin {number}")
            demand_equal(
                moved.after.entries[1:], last.entries[:-1], f"older events after coin {number}"
            )
            last = moved.after
        demand_equal(last.counter, advance(before.counter, _BURST), "event counter")
        found = [acceptor.yen_of(entry.a) for entry in reversed(last.entries)]
        demand_equal(found, coins[-EVENT_BUFFER:], "the last five")
    return f"{_BURST} coins, the last {EVENT_BUFFER} kept"


@Clause(
    "coin.coins.wrap",
    "The event counter goes 254, 255, 1: never 0, and no number is left out.",
    "ccTalk 4.7 Part 2 §3.27",
    "0 says power-up or reset and nothing else; a skipped number is a coin that nobody finds.",
    hands=True,
    tedious=True,
)
def wrap(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        acceptor.open()
        yen = acceptor.values()[0]
        counter = acceptor.buffer().counter
        passed = 0
        while passed < _COUNTER_TOP + 2:
            before = acceptor.buffer()
            bench.hands.drop_coin(yen)
            moved = acceptor.await_events(before)
            demand(moved.steps, "a refused coin makes no event: the counter cannot be turned")
            counter = advance(before.counter, 1)
            demand_equal(moved.after.counter, counter, f"counter after {before.counter}")
            bench.hands.take_tray()
            passed += 1
    return f"{passed} events, through 255 to 1"


@Clause(
    "coin.coins.reset",
    "After a reset the counter is 0 and the buffer empty; nothing old is told again.",
    "ccTalk 4.7 Part 2 §3.27.1, §3.152",
    "A counter that hides a reset makes the host miss coins, or count old ones again.",
    hands=True,
)
def reset(bench: CoinBench) -> str:
    with bench.wire() as wire:
        acceptor = AcceptorTalk(bench, wire)
        acceptor.open(acceptor.values()[0])
        acceptor.insert(acceptor.values()[0])
        acceptor.ask(Header.RESET)
        bench.await_boot(wire, bench.acceptor)
        return _demand_fresh(bench, acceptor)


@Clause(
    "coin.coins.power",
    "After a power failure the counter is 0 and the buffer empty.",
    "ccTalk 4.7 Part 2 §3.27.1",
    "Clear both at power-up: a credit of before must not be told again.",
    hands=True,
)
def power(bench: CoinBench) -> str:
    with bench.wire() as wire:
        acceptor = AcceptorTalk(bench, wire)
        acceptor.open(acceptor.values()[0])
        acceptor.insert(acceptor.values()[0])
        bench.hands.power_cycle()
        bench.await_boot(wire, bench.acceptor)
        return _demand_fresh(bench, acceptor)


def _demand_fresh(bench: CoinBench, acceptor: AcceptorTalk) -> str:
    first = acceptor.buffer()
    demand_equal(first.counter, 0, "event counter at the first poll")
    demand(all(entry.is_null for entry in first.entries), "the buffer still holds events")
    second = acceptor.buffer()
    demand(second.counter <= 1, f"the counter went to {second.counter} without a coin")
    demand(not any(entry.is_credit for entry in second.entries), "a credit appears without a coin")
    mask, master_open = acceptor.ask(Header.INHIBITS), acceptor.ask(Header.MASTER_INHIBIT)[0] & 1
    kept = "kept" if any(mask[:2]) and master_open else "cleared"
    bench.note(bench.acceptor, f"inhibits are {kept} by a reset")
    dummy = second.counter == 1
    bench.note(bench.acceptor, f"a dummy event follows the first poll: {'yes' if dummy else 'no'}")
    return f"counter 0, buffer empty, inhibits {kept}"


@Clause(
    "coin.coins.accept_counter",
    "The accept counter moves by one with each credit and not with a refused coin.",
    "ccTalk 4.7 Part 2 §3.31",
    "It is the second witness when the event counter was lost.",
    hands=True,
)
def accept_counter(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        before = int.from_bytes(acceptor.knows(Header.ACCEPT_COUNTER), "little")
        values = acceptor.values()
        acceptor.open(values[0])
        acceptor.insert(values[0])
        acceptor.insert(values[-1] if len(values) > 1 else _UNKNOWN_YEN)
        bench.hands.take_tray()
        after = int.from_bytes(acceptor.ask(Header.ACCEPT_COUNTER), "little")
        demand_equal((after - before) % (1 << 24), 1, "accept counter after one credit")
        acceptor.ask(Header.RESET)
    with bench.wire() as wire:
        bench.await_boot(wire, bench.acceptor)
        kept = int.from_bytes(wire.ask(bench.acceptor, Header.ACCEPT_COUNTER), "little")
    demand_equal(kept, after, "accept counter after a reset")
    return "one credit, one count, kept over a reset"


CASES = (
    names,
    self_check,
    read_twice,
    credit,
    order,
    memory,
    wrap,
    reset,
    power,
    accept_counter,
)
