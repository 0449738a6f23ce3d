"""One visit with a plan of faults, and what is left of it when everything is mended."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random  # noqa: TID251  # seeded, so that a visit can be repeated

from kiosk.link import values as link
from kiosk.settle import happened as h
from kiosk.settle.model import Settled, State
from tests.fault_plans.deeds import DEEDS, MIDST
from tests.fault_plans.terminal import PIECES, Terminal
from tests.kiosk.settle.test_stories import APPLICATION, VISIT
from tests.kiosk.settle.world import VALUES

_NOTES = (1000, 2000, 5000, 10000)
_TICKS = 220
_BUSY_TICKS = 25
"""Within these most visits are over: 5 s between being asked for money and the last sheet."""
_EXCHANGES = 120
_TICK_S = 0.2
_MEND_S = 900.0
_DEEDS_MAX = 5


@dataclass
class Outcome:
    """What one visit came to."""

    deeds: tuple[str, ...] = ()
    copies: int = 0
    inserted_yen: int = 0
    cases: int = 0
    deaths: int = 0
    struck: int = 0
    wrong: tuple[str, ...] = ()


@dataclass
class Resident:
    """Somebody who wants a certificate, and puts in what comes to hand."""

    terminal: Terminal
    rng: Random
    titles: int = 0
    opened: bool = False
    done: bool = False
    fee: int = field(init=False)
    copies: int = field(init=False)

    def __post_init__(self) -> None:
        self.fee = self.rng.choice((0, 200, 300, 450))
        self.copies = self.rng.choice((1, 1, 2, 3))

    def act(self) -> None:
        """One thing a person, or the visit's process, does next."""
        does = _ACTS.get(self.terminal.state)
        if does is not None:
            does(self)

    def _open(self) -> None:
        if self.opened:
            self.done = True
            return
        self.terminal.printer.tray = 0
        self.terminal.say(link.OpenVisit(VISIT))
        self.opened = self.terminal.state is not State.IDLE

    def _order(self) -> None:
        t = self.terminal
        if t.loop.model.settled.bill.copies or not t.loop.model.alive:
            t.loop.model = replace(t.loop.model, settled=Settled())
            t.say(link.CloseVisit("issued"))
            return
        t.say(link.AcceptCoins(APPLICATION, self.fee * self.copies, self.copies, self.fee))

    def _pay(self) -> None:
        t, draw = self.terminal, self.rng.random()
        if draw < 0.55:
            t.hand.drop_coin(self.rng.choice((*VALUES, 500, 100, 5)))
        elif draw < 0.7:
            t.hand.insert_bill(self.rng.choice(_NOTES))
        elif draw < 0.705:
            t.say(link.CancelPayment())

    def _print(self) -> None:
        t = self.terminal
        if not t.loop.model.alive:
            return
        self.titles += 1
        name = f"{len(t.disk)}.{self.titles}"
        t.say(link.PrintCopy(name, t.memory.delivered + 1, self.rng.choice((1, 2))))

    def _hand_over(self) -> None:
        t, job = self.terminal, self.terminal.memory.job
        if job and t.loop.model.alive and not job.streamed and job.title not in t.printer.planned:
            t.stream(job.title, job.sheets)

    def _leave(self) -> None:
        self.terminal.happen(h.VisitEnded("exit"))
        self.done = True


_ACTS: dict[State, Callable[[Resident], None]] = {
    State.IDLE: Resident._open,
    State.VISIT: Resident._order,
    State.PAYING: Resident._pay,
    State.HELD: Resident._print,
    State.PRINTING: Resident._hand_over,
    State.LEAVING: Resident._leave,
}


def play(terminal: Terminal, rng: Random) -> Outcome:
    """One visit under a plan drawn from `rng`; afterwards the technician mends everything."""
    before, deaths, struck = len(terminal.disk), terminal.deaths, terminal.plan.struck
    names = rng.choices([*DEEDS, *MIDST], k=rng.randrange(_DEEDS_MAX + 1))
    plan = [(rng.randrange(_BUSY_TICKS), name) for name in names]
    resident = Resident(terminal, rng)
    done: list[str] = []
    for tick in range(_TICKS):
        terminal.survive(lambda: terminal.pass_time(_TICK_S))
        for name in (name for moment, name in plan if moment == tick):
            done.append(name)
            terminal.survive(lambda name=name: _strike(terminal, rng, name))  # type: ignore[misc]
        terminal.survive(resident.act)
        if resident.done:
            break
    mend(terminal)
    return _outcome(
        terminal, tuple(done), before, terminal.deaths - deaths, terminal.plan.struck - struck
    )


def _strike(terminal: Terminal, rng: Random, name: str) -> None:
    if name in DEEDS:
        DEEDS[name](terminal, rng)
        return
    begins = rng.randrange(1, _EXCHANGES)
    ends = begins + rng.choice((1, 5, 60))
    for count, deed in zip((begins, ends), MIDST[name], strict=True):
        at = (count, lambda deed=deed: deed(terminal, rng))
        terminal.at_exchange.append(at)


def _outcome(
    terminal: Terminal, deeds: tuple[str, ...], before: int, deaths: int, struck: int
) -> Outcome:
    new = terminal.disk[before:]
    return Outcome(
        deeds=deeds,
        copies=sum(e.kind == "print.end" and e["result"] == "printed" for e in new),
        inserted_yen=sum(e.number("yen") for e in new if e.kind in {"coin.in", "bill.in"}),
        cases=sum(e.kind in {"case.open", "money.owed"} for e in new),
        deaths=deaths,
        struck=struck,
        wrong=_judged(terminal),
    )


def mend(terminal: Terminal) -> None:
    """The technician puts everything right; then time passes until all is settled."""
    t = terminal
    t.crash_at, t.crash_at_exchange, t.unplugged = None, 0, False
    t.plan.clear()
    t.at_exchange.clear()
    t.hand.restore_cable()
    t.hand.switch_on()
    for yen in VALUES:
        t.hand.unjam_hopper(yen)
    if t.machine.bills:
        t.hand.clear_bills()
    if t.machine.escrow:
        t.hand.clear_escrow()
    t.printer.troubles, t.printer.offline = (), False
    until_s = t.clock.monotonic_s() + _MEND_S
    while not t.settled() and t.clock.monotonic_s() < until_s:
        t.pass_time(2.0)
        if t.state in {State.VISIT, State.LEAVING, State.HELD, State.PAYING}:
            t.happen(h.VisitEnded("exit"))
    t.pass_time(12.0)


def refill(terminal: Terminal) -> None:
    """Staff counts and refills every hopper, empties cash box and stacker, closes the cases."""
    t = terminal
    for yen in VALUES:
        t.hand.empty_hopper(yen)
        t.hand.fill_hopper(yen, PIECES)
        t.happen(h.StockCounted(yen, PIECES))
    t.hand.empty_cashbox()
    t.hand.empty_stacker()
    for case, _ in t.memory.cases:
        t.happen(h.CaseClosed(case))
    t.hand.take_tray()


def _judged(terminal: Terminal) -> tuple[str, ...]:
    wrong = list(terminal.audit())
    if not terminal.settled():
        wrong.append(f"not settled: {terminal.state.value}, {terminal.loop.model.trouble}")
    return tuple(wrong)
