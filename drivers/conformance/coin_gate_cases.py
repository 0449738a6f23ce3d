"""Coin cases: what an acceptor lets in, and where it goes. Source: ccTalk 4.7."""

from drivers.coin.tables import Header
from drivers.conformance.case import Clause, NotApplicable, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_talk import POSITIONS, Moved, acceptor_on

_UNKNOWN_YEN = 1
_SILENT_S = 3.0


@Clause(
    "coin.coins.inhibits_kept",
    "Each inhibit bit, and the master inhibit, is read back as it was written.",
    "ccTalk 4.7 Part 2 §3.25, §3.26, §3.28, §3.29",
    "The host believes the slot to be shut or open by what is read back.",
)
def inhibits_kept(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        for position in (*POSITIONS, 0):
            mask = (1 << position >> 1).to_bytes(2, "little")
            acceptor.ask(Header.SET_INHIBITS, mask)
            read = acceptor.ask(Header.INHIBITS)
            demand_equal(read[:2].hex(" "), mask.hex(" "), "inhibit mask read back")
        for bit in (1, 0):
            acceptor.ask(Header.SET_MASTER_INHIBIT, bytes((bit,)))
            read = acceptor.ask(Header.MASTER_INHIBIT)
            demand_equal(read[0] & 1, bit, "master inhibit read back")
    return f"{len(POSITIONS)} bits and the master"


@Clause(
    "coin.coins.inhibited",
    "With every coin inhibited a coin comes back, without a credit.",
    "ccTalk 4.7 Part 2 §3.25",
    "The individual inhibits must close the gate, also while the master inhibit is open.",
    hands=True,
)
def inhibited(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        bench.hands.take_tray()
        acceptor.open()
        for yen in acceptor.values():
            _demand_back(bench, acceptor.insert(yen), yen)
    return "all came back"


@Clause(
    "coin.coins.master",
    "With the master inhibit active a coin comes back, without a credit.",
    "ccTalk 4.7 Part 2 §3.28",
    "The master inhibit must close the gate for every coin.",
    hands=True,
)
def master(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        bench.hands.take_tray()
        yen = acceptor.values()[-1]
        acceptor.open(yen)
        acceptor.shut()
        _demand_back(bench, acceptor.insert(yen), yen)
    return f"¥{yen} came back"


@Clause(
    "coin.coins.only_enabled",
    "With one value enabled, that one is taken and every other comes back.",
    "ccTalk 4.7 Part 2 §3.25",
    "Each bit must stand for the position of the same number.",
    hands=True,
)
def only_enabled(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        bench.hands.take_tray()
        chosen, *others = reversed(acceptor.values())
        acceptor.open(chosen)
        for yen in others:
            _demand_back(bench, acceptor.insert(yen), yen)
        moved = acceptor.insert(chosen)
        demand(moved.credits, f"¥{chosen} was not taken although it alone is enabled")
    return f"¥{chosen} in, {len(others)} others back"


@Clause(
    "coin.coins.unknown",
    "A coin that has no position comes back, without a credit.",
    "ccTalk 4.7 Part 3 Table 2 (reject coin)",
    "Reject what is not recognised.",
    hands=True,
)
def unknown(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        if _UNKNOWN_YEN in acceptor.values():
            raise NotApplicable(f"the acceptor knows ¥{_UNKNOWN_YEN}")
        bench.hands.take_tray()
        acceptor.open(*acceptor.values())
        _demand_back(bench, acceptor.insert(_UNKNOWN_YEN), _UNKNOWN_YEN)
    return f"¥{_UNKNOWN_YEN} came back"


@Clause(
    "coin.coins.unpolled",
    "A coin put in while nobody polls comes back, or is found in the buffer later.",
    "ccTalk 4.7 Part 4 §2.1.2",
    "A coin taken while the host is dead must not be lost: shut the gate after 1 s, or count it.",
    hands=True,
)
def unpolled(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        bench.hands.take_tray()
        yen = acceptor.values()[0]
        acceptor.open(yen)
        before = acceptor.buffer()
        bench.clock.sleep(_SILENT_S)
        bench.hands.drop_coin(yen)
        bench.clock.sleep(_SILENT_S)
        moved = acceptor.await_events(before)
        back = bench.hands.take_tray()
        taken = len(moved.credits)
        demand(
            back + taken * yen == yen, f"of ¥{yen} put in, ¥{back} came back and {taken} credited"
        )
        bench.note(bench.acceptor, f"shuts by itself when not polled: {'yes' if back else 'no'}")
    return "given back" if back else "counted"


def _demand_back(bench: CoinBench, moved: Moved, yen: int) -> None:
    """A coin came back: no credit, and it lies in the tray."""
    demand(not moved.credits, f"¥{yen} was credited although it must not be taken")
    lying = bench.hands.take_tray()
    demand(lying == yen, f"¥{lying} lie in the tray, not the ¥{yen} that went in")


@Clause(
    "coin.coins.sorter",
    "With every sorter path overridden a coin goes to the cashbox, and the credit says so.",
    "ccTalk 4.7 Part 2 §3.34, §3.64",
    "A hopper that is full, or out of service, is spared by the override.",
    hands=True,
)
def sorter(bench: CoinBench) -> str:
    with acceptor_on(bench) as acceptor:
        if bench.escrow:
            raise NotApplicable("every coin drops into the escrow, whatever its path")
        acceptor.knows(Header.SORTER_OVERRIDE)
        path = acceptor.knows(Header.DEFAULT_PATH)[0]
        bench.hands.take_cashbox()
        yen = acceptor.values()[0]
        acceptor.open(yen)
        acceptor.ask(Header.SET_SORTER_OVERRIDE, b"\0")
        demand_equal(acceptor.ask(Header.SORTER_OVERRIDE), b"\0", "override read back")
        moved = acceptor.insert(yen)
        acceptor.ask(Header.SET_SORTER_OVERRIDE, b"\xff")
        demand(moved.credits, f"¥{yen} was not credited")
        demand_equal(moved.entries[0].b, path, "sorter path in the credit")
        demand_equal(bench.hands.take_cashbox(), yen, "yen in the cashbox")
    return f"default path {path}, found in the cashbox"


CASES = (inhibits_kept, inhibited, master, only_enabled, unknown, unpolled, sorter)
