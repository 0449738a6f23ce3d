"""The terminal's money and paper with the real driver: production loop, table, coin worker and
ccTalk driver; the virtual coin machine at the far end of a line in memory; a clock that is turned.

Printer, disk and visit are the models of `tests.kiosk.settle.world`, which keep every sheet.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from typing_extensions import override

from drivers.clock import VirtualClock
from drivers.coin.contract import CoinVendorConfig
from drivers.coin.vendor import coin_vendor
from drivers.coin.virtual import (
    BillBuild,
    EscrowBuild,
    MachineBuild,
    Speeds,
    VirtualCoinMachine,
    four_hoppers,
)
from drivers.coin.virtual.ledger import Truth
from drivers.coin.virtual.oracle import Said, differences
from drivers.link.faulty import FaultPlan, FaultyPort
from drivers.link.memory import MemoryPort
from drivers.link.port import BytePort, LinkLost
from kiosk.change import Float
from kiosk.journal.cli import books as totals
from kiosk.journal.entries import Entry
from kiosk.journal.memory import Memory, fold
from kiosk.runtime.coin_worker import CoinWorker
from kiosk.runtime.loop import Loop
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.model import Limits, Settlement, State
from tests.kiosk.settle.world import (
    Crash,
    World,
    assert_the_journal_is_the_memory,
    assert_the_papers_are_true,
    booked,
    came_back,
)

TICK_S = 0.1
SHEET_S = 1.0
COIN_YEN, BILL_YEN = 500, 10_000
"""The most that one coin, one bill in doubt can be worth."""
UNSEEN_COINS = 8
"""So many coins of a handful may fall through a dark acceptor; its reset is all that tells."""
PIECES = 40
ESCROW_HOLDS = 12
HOPPERS = {"10": 3, "50": 4, "100": 5, "500": 6}


def with_bills(pieces: int = PIECES, *, escrow: EscrowBuild | None = None) -> MachineBuild:
    """Acceptor, four hoppers, bill validator: six devices on one line; a coin escrow is the
    seventh."""
    return MachineBuild(
        hoppers=four_hoppers(pieces),
        bills=BillBuild(),
        escrow=escrow,
    )


class Terminal(World):
    """A supervisor over a real coin driver. Everything but its journal and the devices dies with
    its process.
    """

    coins_at_first = dict.fromkeys((10, 50, 100, 500), PIECES)

    def __init__(self, build: MachineBuild | None = None, speeds: Speeds | None = None) -> None:
        self.clock = VirtualClock()
        self.happened: list[str] = []
        self.machine = self._made(build or with_bills(), speeds)
        self.hand = self.machine.hand
        self.plan = FaultPlan()
        self.unplugged = False
        self.crash_at_exchange = 0
        """The host dies in its n-th exchange on the line from now; 0: it does not."""
        self.crash_before_line = False
        """True: before the device has heard it; else just after."""
        self.at_exchange: list[tuple[int, Callable[[], None]]] = []
        """Deeds that happen at an exchange on the line: how many from now."""
        self.deaths = 0
        self._sheet_s = 0.0
        self._looked: tuple[Truth | None, Said | None] = (None, None)
        super().__init__(Limits())

    # --- the process ----------------------------------------------------------------------------

    @override
    def boot(self, quiet_s: float = 0.0, crash_after: int | None = None) -> None:
        self.crash_at = crash_after and self.actions + crash_after
        self.inbox: deque[object] = deque()
        self.queued: deque[tuple[list[Entry], Callable[[str], None]]] = deque()
        self.timers = {}
        self.following = ""
        self.watching_tray = False
        self._spooled.clear()
        config = self._config()
        self.vendor = coin_vendor(config, self.clock, open_port=self._open)
        self.worker = CoinWorker(self.vendor, config.poll_s, self.clock, self._posted)
        memory = fold(self.disk, self.at_first())
        self.loop = Loop(
            Settlement(memory=memory, limits=self.limits), self, self, self.inbox.append
        )
        self.inbox.append(h.Booted("1", "demo", 0, quiet_s))
        self.run()

    def _made(self, build: MachineBuild, speeds: Speeds | None) -> VirtualCoinMachine:
        return VirtualCoinMachine(
            self.clock, build, lambda one: self.happened.append(one.what), speeds
        )

    def _config(self) -> CoinVendorConfig:
        build = self.machine.build
        return CoinVendorConfig(
            port="memory",
            hoppers=HOPPERS,
            checksum=build.check.value,
            bills=build.bills.address if build.bills else 0,
            escrow=build.escrow.address if build.escrow else 0,
            escrow_holds=ESCROW_HOLDS,
        )

    def at_first(self) -> Float:
        """The float as the journal begins with it."""
        capacity = tuple(
            (yen, hopper.capacity) for yen, hopper in self.machine.build.hoppers.items()
        )
        escrow = ESCROW_HOLDS if self.machine.build.escrow else 0
        return Float(tuple(self.coins_at_first.items()), capacity, escrow=escrow)

    def disk_remembers(self) -> Memory:
        """What a new process would know."""
        return fold(self.disk, self.at_first())

    def die(self, dark_s: float = 0.5) -> None:
        """The process ends here; after `dark_s` another one begins."""
        self.deaths += 1
        self.crash_at = None
        self.crash_at_exchange = 0
        self.clock.advance(dark_s)
        self.survive(lambda: self.boot(quiet_s=dark_s))

    def survive(self, action: Callable[[], None]) -> None:
        """Run `action`; if the process ends in it, begin a new one."""
        if self.crashed(action):
            self.die()

    def _posted(self, event: object) -> None:
        self.inbox.append(event)

    def _open(self) -> BytePort:
        if self.unplugged:
            raise LinkLost("there is no such port")
        return FaultyPort(MemoryPort(self._line, self.clock), self.plan, self.clock)

    def _line(self, data: bytes) -> bytes:
        self._do_what_is_due(asked=bool(data))
        if self.unplugged:
            raise LinkLost("the adapter is gone")
        if data and self.crash_at_exchange:
            self.crash_at_exchange -= 1
            if not self.crash_at_exchange:
                if not self.crash_before_line:
                    self.machine.receive(data)
                raise Crash
        return self.machine.receive(data)

    def _do_what_is_due(self, *, asked: bool) -> None:
        waiting = [(left - asked, deed) for left, deed in self.at_exchange]
        self.at_exchange = [(left, deed) for left, deed in waiting if left > 0]
        for left, deed in waiting:
            if left <= 0:
                deed()

    # --- doers ----------------------------------------------------------------------------------

    def _coin_order(self, command: Any, _glass: int) -> None:
        if isinstance(command, c.Dispense):
            assert self.memory.ticket == command.ticket, "coins go out only after their intent"
            assert any(e.kind == "payout.intent" for e in self.disk)
        if isinstance(command, c.DivertCoins):
            assert self.memory.diverting == ("keep" if command.keep else "return")
            assert self.disk_remembers().diverting == self.memory.diverting, "its intent is on disk"
        self.worker._do(command)

    def _timer_on_the_clock(self, command: c.StartTimer, _glass: int) -> None:
        self.timers[command.timer] = self.clock.monotonic_s() + command.seconds

    _DOERS = {  # noqa: RUF012 - a table, never changed
        **World._DOERS,
        **dict.fromkeys(
            (
                c.ResumeCoins,
                c.SetAccept,
                c.RouteBill,
                c.DivertCoins,
                c.Prepare,
                c.Dispense,
                c.ResolveTicket,
            ),
            _coin_order,
        ),
        c.StartTimer: _timer_on_the_clock,
    }

    # --- time -----------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        """Time goes by: the line is polled, sheets come out, timers fire."""
        until_s = self.clock.monotonic_s() + seconds
        while self.clock.monotonic_s() < until_s:
            self.clock.advance(TICK_S)
            self.tick()

    def tick(self) -> None:
        """What a running terminal does by itself."""
        self.worker._idle()
        self.run()
        now_s = self.clock.monotonic_s()
        if now_s - self._sheet_s >= SHEET_S:
            self._sheet_s = now_s
            self.printer.print_sheet()
            self.look()
        for timer, due_s in list(self.timers.items()):
            if due_s <= now_s:
                self.time_out(timer)

    @override
    def poll(self) -> None:
        self.pass_time(0.5)

    # --- what is true ---------------------------------------------------------------------------

    @property
    def open_now(self) -> frozenset[int]:
        """What the device itself lets in now."""
        return self.vendor.status().accepting

    def said(self) -> Said:
        """What the journal says of the money."""
        return said_by(self.disk)

    def audit(self) -> tuple[str, ...]:
        """Every difference between books and world, since the last audit, that no doubt covers."""
        assert_the_journal_is_the_memory(self)
        assert_the_papers_are_true(self)
        books, held = booked(self.disk), self.memory.ledger.held
        assert totals(self.disk) == books, "the audit's books are the same"
        truth, said = self.machine.truth(), self.said()
        found = list(differences(truth, said, *self._looked))
        self._looked = (truth, said)
        if books["inserted"] != books["kept"] + books["returned"] + books["owed"] + held:
            found.append(f"the books do not add up: {books}, {held} held")
        titles = [e.word("title") for e in self.disk if e.kind == "print.intent"]
        if len(titles) != len(set(titles)):
            found.append("a copy was let through twice")
        ended = {e.word("title") for e in self.disk if e.kind == "print.end"}
        open_job = self.memory.job.title if self.memory.job else ""
        if missing := set(titles) - ended - {open_job}:
            found.append(f"nobody knows what became of {len(missing)} copies")
        return tuple(found)

    def settled(self) -> bool:
        """Nothing is open any more."""
        memory = self.memory
        return self.state is State.IDLE and not (memory.ledger.held or memory.ticket or memory.job)


def said_by(entries: Sequence[Entry]) -> Said:
    """What a journal says of the money: credits, payouts, and each doubt it declares."""

    def of(*kinds: str) -> list[Entry]:
        return [one for one in entries if one.kind in kinds]

    results = of("payout.result")
    sure = [one for one in results if one["evidence"] != "unknown"]
    unsure = [one for one in results if one["evidence"] == "unknown"]
    intents = of("payout.intent")
    still_open = intents[-1:] if len(intents) > len(results) else []
    emptied = [one for one in of("escrow.result") if not one.number("keep")]
    doubted_in_yen = COIN_YEN * _doubted(entries, "coin", UNSEEN_COINS)
    doubted_in_yen += BILL_YEN * _doubted(entries, "bill", 1)
    return Said(
        credited_yen=sum(one.number("yen") for one in of("coin.in", "bill.in", "stock.in")),
        paid_yen=sum(e.number("yen") * (e.number("paid") + e.number("over")) for e in sure)
        + sum(e.number("yen") for e in emptied if came_back(e)),
        doubted_in_yen=doubted_in_yen,
        doubted_out_yen=sum(
            (e.number("pieces") + 1) * e.number("yen") for e in (*unsure, *still_open)
        )
        + sum(e.number("yen") for e in emptied if e["fate"] == "unknown")
        # A coin that may lie in the escrow uncredited goes back with the rest.
        + (doubted_in_yen if emptied else 0),
    )


def _doubted(entries: Sequence[Entry], taker: str, unseen: int) -> int:
    """Pieces of which the journal says that they may be inside without a credit."""
    weights: dict[str, Callable[[Entry], int]] = {
        f"{taker}.maybe": lambda _: 1,
        f"{taker}.lost": lambda one: one.number("at_least"),
        f"{taker}.cursor": lambda _: unseen,
    }
    return sum(weights[one.kind](one) for one in entries if one.kind in weights)
