"""Coin cases: a motorised coin escrow, asked itself and through the driver.

Source: ccTalk Generic Specification 4.7, Part 2 sections 3.145-3.146; drivers/coin/contract.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.coin.contract import CoinVendor, Fate
from drivers.coin.escrow import Divert, EscrowStatus, decode_escrow_status
from drivers.coin.tables import Header, ReplyHeader
from drivers.conformance.case import Clause, NotApplicable, demand, demand_equal
from drivers.conformance.coin_bench import CoinBench, calm
from drivers.conformance.coin_lines import request_with
from drivers.conformance.coin_talk import AcceptorTalk
from drivers.conformance.coin_wire import CoinWire

_STATUS = "ccTalk 4.7 Part 2 §3.146"
_OPERATE = "ccTalk 4.7 Part 2 §3.145"
_CONTRACT = "drivers/coin/contract.py CoinVendor.divert"
_OPERATING = 1
_SETTLE_S = 1.0
_MIDST_S = 0.3
_COINS = 2


class EscrowTalk:
    """The escrow, asked directly, with coins in it that came through the acceptor."""

    def __init__(self, bench: CoinBench, wire: CoinWire) -> None:
        self._bench = bench
        self.wire = wire
        self._acceptor = AcceptorTalk(bench, wire)
        bench.hands.take_tray()
        bench.hands.take_cashbox()

    def load(self) -> int:
        """Put coins in; what they are worth. Raises Violation unless they are credited."""
        yen = self._acceptor.values()[0]
        self._acceptor.open(yen)
        for _ in range(_COINS):
            demand(self._acceptor.insert(yen).credits, f"¥{yen} was not credited")
        self._acceptor.shut()
        return _COINS * yen

    def status(self) -> EscrowStatus:
        """Header 106."""
        return decode_escrow_status(self.wire.ask(self._bench.escrow, Header.ESCROW_STATUS))

    def order(self, divert: Divert) -> bool:
        """Header 107, once; True if it is acknowledged."""
        answer = self.wire.reply(self._bench.escrow, Header.OPERATE_ESCROW, bytes((divert,)))
        return answer is not None and answer.header == ReplyHeader.REPLY

    def at_rest(self) -> EscrowStatus:
        """The status when it stands still. Raises Violation unless it is empty and in order."""
        bench = self._bench
        said = decode_escrow_status(
            bench.await_rest(
                self.wire, bench.escrow, Header.ESCROW_STATUS, lambda raw: raw[0] != _OPERATING
            )
        )
        demand(not said.reason, f"it reports a fault: {said.what}")
        demand_equal(said.level, 0, "level of an escrow that was emptied")
        return said

    def operate(self, divert: Divert) -> None:
        """Order and wait until it is done."""
        demand(self.order(divert), f"the order to {divert.name.lower()} was not acknowledged")
        self._bench.clock.sleep(_MIDST_S)
        self.at_rest()

    def demand_lying(self, tray: int, cashbox: int) -> None:
        """So much lies in tray and cash box, by hand."""
        self._bench.demand_tray(tray)
        demand_equal(self._bench.hands.take_cashbox(), cashbox, "yen in the cash box")


@contextmanager
def escrow_on(bench: CoinBench) -> Iterator[EscrowTalk]:
    """The escrow, on a line opened for it. Raises NotApplicable where there is none."""
    if not bench.escrow:
        raise NotApplicable("no coin escrow is configured")
    with bench.wire() as wire:
        yield EscrowTalk(bench, wire)


@Clause(
    "coin.escrow.holds",
    "A credited coin waits in the escrow: it is in neither tray nor cash box.",
    _STATUS,
    "Its flap leaks, or the acceptor's coins take another way.",
    hands=True,
)
def holds(bench: CoinBench) -> str:
    with escrow_on(bench) as escrow:
        demand(not escrow.status().reason, f"it reports a fault: {escrow.status().what}")
        yen = escrow.load()
        escrow.demand_lying(tray=0, cashbox=0)
        level = escrow.status().level
        escrow.operate(Divert.RETURN)
        escrow.demand_lying(tray=yen, cashbox=0)
    counts = f"level {level}" if level else "a high-level sensor only"
    return f"¥{yen} held, {counts}"


@Clause(
    "coin.escrow.accept",
    "Told to accept it lets all coins into the cash box, none into the tray, and is empty.",
    f"{_OPERATE}, §3.146",
    "Divert 0 is the cash box.",
    hands=True,
)
def accept(bench: CoinBench) -> str:
    with escrow_on(bench) as escrow:
        yen = escrow.load()
        escrow.operate(Divert.ACCEPT)
        escrow.demand_lying(tray=0, cashbox=yen)
    return f"¥{yen} in the cash box"


@Clause(
    "coin.escrow.give_back",
    "Told to return it lets the very coins out into the tray, all of them, and is empty.",
    f"{_OPERATE}, §3.146",
    "Divert 1 is the tray. A coin that stays behind belongs to somebody who has left.",
    hands=True,
)
def give_back(bench: CoinBench) -> str:
    with escrow_on(bench) as escrow:
        yen = escrow.load()
        escrow.operate(Divert.RETURN)
        escrow.demand_lying(tray=yen, cashbox=0)
    return f"¥{yen} in the tray"


@Clause(
    "coin.escrow.again",
    "The same order once more moves nothing more, and is no fault.",
    f"{_OPERATE}; {_CONTRACT}",
    "After a crash the host repeats the order: an empty escrow must open and close as any other.",
    hands=True,
)
def again(bench: CoinBench) -> str:
    with escrow_on(bench) as escrow:
        yen = escrow.load()
        escrow.operate(Divert.RETURN)
        escrow.operate(Divert.RETURN)
        escrow.demand_lying(tray=yen, cashbox=0)
    return f"¥{yen} came once"


@Clause(
    "coin.escrow.midst",
    "An order that comes while it works does not turn the coins the other way.",
    _OPERATE,
    "Carry the first order to its end; refuse or ignore the other.",
    hands=True,
)
def midst(bench: CoinBench) -> str:
    with escrow_on(bench) as escrow:
        yen = escrow.load()
        demand(escrow.order(Divert.RETURN), "the order to return was not acknowledged")
        heard = escrow.order(Divert.ACCEPT)
        escrow.at_rest()
        escrow.demand_lying(tray=yen, cashbox=0)
    return f"¥{yen} in the tray, the second order {'acknowledged' if heard else 'refused'}"


@Clause(
    "coin.escrow.reset",
    "A reset opens no flap: the coins stay until they are ordered out.",
    "ccTalk 4.7 Part 2 §3.152, §3.145",
    "Coins that a reset lets go belong to nobody's books.",
    hands=True,
)
def reset(bench: CoinBench) -> str:
    with escrow_on(bench) as escrow:
        yen = escrow.load()
        escrow.wire.ask(bench.escrow, Header.RESET)
        bench.await_boot(escrow.wire, bench.escrow)
        escrow.demand_lying(tray=0, cashbox=0)
        escrow.operate(Divert.RETURN)
        escrow.demand_lying(tray=yen, cashbox=0)
    return f"¥{yen} stayed, and came when ordered"


@Clause(
    "coin.escrow.power",
    "Without power, and when it comes back, the coins stay until they are ordered out.",
    f"{_OPERATE}, §3.146",
    "A flap that falls open, or homes through an open position, gives a resident's money away.",
    hands=True,
)
def power(bench: CoinBench) -> str:
    with escrow_on(bench) as escrow:
        yen = escrow.load()
        bench.hands.power_cycle()
        bench.await_boot(escrow.wire, bench.escrow)
        escrow.demand_lying(tray=0, cashbox=0)
        escrow.operate(Divert.RETURN)
        escrow.demand_lying(tray=yen, cashbox=0)
    return f"¥{yen} stayed, and came when ordered"


# --- the driver ---------------------------------------------------------------------------------


def _load(bench: CoinBench, vendor: CoinVendor) -> int:
    """Put coins in through the driver; what they are worth."""
    if not vendor.capabilities().escrow:
        raise NotApplicable("the driver has no coin escrow")
    bench.hands.take_tray()
    bench.hands.take_cashbox()
    yen = min(vendor.capabilities().accepts - vendor.capabilities().bills)
    vendor.resume(None)
    vendor.accept(frozenset({yen}))
    bench.poll_for(vendor, _MIDST_S)
    for _ in range(_COINS):
        bench.hands.drop_coin(yen)
        found = bench.poll_for(vendor, bench.patience_s, bool)
        demand(found, f"¥{yen} was not credited")
    vendor.accept(frozenset())
    return _COINS * yen


def _lying(bench: CoinBench) -> tuple[int, int]:
    bench.clock.sleep(_SETTLE_S)
    return bench.hands.take_tray(), bench.hands.take_cashbox()


@Clause(
    "coin.escrow.divert",
    "`divert` keeps or gives back all that waits, as it is told, and says done.",
    _CONTRACT,
    "keep is divert 0, the cash box.",
    hands=True,
)
def divert(bench: CoinBench) -> str:
    for keep in (False, True):
        with bench.vendor() as vendor:
            yen = _load(bench, vendor)
            said = calm(lambda v=vendor, k=keep: v.divert(keep=k))  # type: ignore[misc]
            demand_equal((said.keep, said.fate), (keep, Fate.DONE), "what `divert` says")
        wanted = (0, yen) if keep else (yen, 0)
        demand_equal(_lying(bench), wanted, "yen in tray and cash box")
    return "given back, and kept"


@Clause(
    "coin.escrow.lost_order",
    "An order or its answer lost on the way costs no coin: what `divert` says is true.",
    _CONTRACT,
    "Look at the status; give the same order again while the coins still lie there.",
    hands=True,
)
def lost_order(bench: CoinBench) -> str:
    when = request_with(Header.OPERATE_ESCROW)
    words = []
    for spoiling in ("lose_command", "lose_answer"):
        with bench.spoiled() as (vendor, spoil):
            yen = _load(bench, vendor)
            getattr(spoil, spoiling)(when)
            said = calm(lambda v=vendor: v.divert(keep=False))  # type: ignore[misc]
            struck = spoil.struck
        if not struck:
            raise NotApplicable("the driver's orders cannot be told apart on this line")
        true = {Fate.DONE: (yen, 0), Fate.NOT_STARTED: (0, 0)}
        lying = _lying(bench)
        demand_equal(lying, true.get(said.fate, lying), f"yen in tray and cash box, {said.fate}")
        words.append(said.fate.value)
        bench.settle()
    return ", ".join(words)


@Clause(
    "coin.escrow.cable",
    "With the line cut `divert` raises nothing and does not say done.",
    _CONTRACT,
    "What cannot be asked is not known, never assumed.",
    hands=True,
)
def cable(bench: CoinBench) -> str:
    with bench.vendor() as vendor:
        _load(bench, vendor)
        bench.hands.cut_cable()
        said = calm(lambda: vendor.divert(keep=False))
        bench.hands.restore_cable()
    demand(said.fate is not Fate.DONE, "done, with the line cut")
    demand_equal(_lying(bench), (0, 0), "yen in tray and cash box")
    return f"{said.fate.value}, {said.reason}"


CASES = (holds, accept, give_back, again, midst, reset, power, divert, lost_order, cable)
