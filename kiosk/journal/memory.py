"""What the journal says: one function folds an entry into what the terminal knows.

The running supervisor changes this memory by the entries it writes and by nothing else, and a
start-up makes it again from the file: there is no second account that could differ.
No wire, no clock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from drivers.coin.contract import Accuracy, CreditCursor, DispenseTicket, Fate, Taker
from kiosk.change import Float
from kiosk.journal.entries import Entry, entry
from kiosk.journal.reports import Due, Reports
from kiosk.money import ZERO, Bill, Ledger, Yen, worth


@dataclass(frozen=True, slots=True)
class Job:
    """A copy whose print intent is on disk and whose end is not."""

    title: str
    copy: int
    sheets: int
    life: int
    """The engine's counter before it, or -1."""
    machine: str = ""
    """The printer whose counter it is: a digest, or ""."""
    streamed: bool = False
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything about yen and sheets that outlives a process, and what is to be told of them."""

    visit: str = ""
    application: str = ""
    bill: Bill = field(default_factory=Bill)
    ledger: Ledger = field(default_factory=Ledger)
    printing: bool = False
    """A copy of this transaction was at least intended."""
    delivered: int = 0
    """Copies counted out whole by the device."""
    unknown: int = 0
    """Copies of which nobody can say whether they came whole."""
    sheets: int = 0
    ticket: DispenseTicket | None = None
    job: Job | None = None
    cursor: CreditCursor | None = None
    bill_cursor: CreditCursor | None = None
    coins: Float = field(default_factory=Float)
    diverting: str = ""
    """The coin escrow was told to `keep` or to `return`, and the end is not known."""
    flap_doubted: bool = False
    """The escrow did not do as it was last told: what lies in it is the machine's now."""
    exchange: str = ""
    """Who of the staff has the machine open."""
    cases: tuple[tuple[str, int], ...] = ()
    """Open cases and the yen each is about."""
    cases_opened: int = 0
    reports: Reports = field(default_factory=Reports)

    @property
    def taking(self) -> bool:
        """Money may have been on its way in when this was written last."""
        return bool(self.application or self.exchange)

    @property
    def unfinished(self) -> bool:
        """Money, a motion or a visit is open."""
        return bool(self.visit or self.ledger.held or self.ticket or self.job or self.diverting)


def remember(memory: Memory, what: Entry) -> Memory:
    """`memory` after `what`. Other kinds change nothing."""
    change = _CHANGES.get(what.kind)
    return memory if change is None else change(memory, what)


def fold(entries: Iterable[Entry], coins: Float) -> Memory:
    """The memory after all `entries`; `coins` is the float the machine was first filled with."""
    memory = Memory(coins=coins)
    for one in entries:
        memory = remember(memory, one)
    return memory


def carried_over(memory: Memory) -> tuple[Entry, ...]:
    """The entries from which a new journal file knows what `memory` knows.

    `memory` must have nothing unfinished: a transaction does not span files.
    """
    stock = [
        entry("stock.set", yen=value, pieces=pieces, accuracy=memory.coins.accuracy(value).value)
        for value, pieces in memory.coins.pieces
    ]
    stock += [entry("stock.box", yen=value, pieces=pieces) for value, pieces in memory.coins.box]
    stock += [
        entry("escrow.left", yen=value, pieces=pieces) for value, pieces in memory.coins.waiting
    ]
    if memory.exchange:
        stock.append(entry("exchange.begin", staff=memory.exchange))
    cases = [
        entry("case.open", case=name, reason="carried_over", yen=yen) for name, yen in memory.cases
    ]
    cursors = [
        entry(
            f"{cursor.taker.value}.cursor",
            serial=cursor.serial,
            counter=cursor.counter,
            accepted_total=cursor.accepted_total,
        )
        for cursor in (memory.cursor, memory.bill_cursor)
        if cursor is not None
    ]
    return (*stock, *cases, *cursors, *(due.entry() for due in memory.reports.unsent))


def _cursor_moved(memory: Memory, what: Entry) -> Memory:
    taker = Taker.BILL if what.kind.startswith("bill.") else Taker.COIN
    cursor = CreditCursor(
        what.number("serial"), what.number("counter"), what.number("accepted_total"), taker
    )
    if taker is Taker.BILL:
        return replace(memory, bill_cursor=cursor)
    return replace(memory, cursor=cursor)


def _visit_begun(memory: Memory, what: Entry) -> Memory:
    return replace(memory, visit=what.word("visit"), reports=memory.reports.begun())


def _visit_ended(memory: Memory, _what: Entry) -> Memory:
    return replace(memory, visit="")


def _bill_opened(memory: Memory, what: Entry) -> Memory:
    bill = Bill(Yen(what.number("fee_each")), what.number("copies"))
    return replace(memory, application=what.word("application"), bill=bill)


def _money_in(memory: Memory, what: Entry) -> Memory:
    value = what.number("yen")
    return replace(
        _cursor_moved(memory, what),
        ledger=memory.ledger.insert(value),
        coins=memory.coins.taken_in(value),
    )


def _payout_intended(memory: Memory, what: Entry) -> Memory:
    numbers = ("yen", "pieces", "address", "serial", "event_counter", "total_before")
    ticket = DispenseTicket(*(what.number(name) for name in numbers))
    return replace(memory, ticket=ticket)


def _payout_ended(memory: Memory, what: Entry) -> Memory:
    value, paid = what.number("yen"), what.number("paid")
    return replace(
        memory,
        ticket=None,
        ledger=memory.ledger.give_back(worth(value, paid)),
        coins=memory.coins.paid_out(value, paid + what.number("over")),
    )


def _divert_intended(memory: Memory, what: Entry) -> Memory:
    return replace(memory, diverting="keep" if what.number("keep") else "return")


def _divert_ended(memory: Memory, what: Entry) -> Memory:
    memory = replace(memory, diverting="", flap_doubted=what.word("fate") != Fate.DONE)
    if memory.flap_doubted:
        return memory
    keep = bool(what.number("keep"))
    returned = ZERO if keep else what.number("yen")
    coins = memory.coins.diverted(keep=keep)
    return replace(memory, ledger=memory.ledger.give_back(returned), coins=coins)


def _left_waiting(memory: Memory, what: Entry) -> Memory:
    coins = memory.coins.left_waiting(what.number("yen"), what.number("pieces"))
    return replace(memory, coins=coins, flap_doubted=True)


def _kept(memory: Memory, what: Entry) -> Memory:
    return replace(memory, ledger=memory.ledger.keep(what.number("yen")))


def _owed(memory: Memory, what: Entry) -> Memory:
    owed = replace(memory, ledger=memory.ledger.owe(what.number("yen")))
    return _case_opened(owed, what)


def _settled(memory: Memory, what: Entry) -> Memory:
    due = Due(
        visit=memory.visit,
        application=memory.application,
        copies=memory.delivered,
        sheets=memory.sheets,
        kept=what.number("kept"),
        returned=what.number("returned"),
        owed=what.number("owed"),
    )
    return replace(
        memory,
        reports=memory.reports.closed(due),
        application="",
        bill=Bill(ZERO, 0),
        ledger=Ledger(),
        printing=False,
        delivered=0,
        unknown=0,
        sheets=0,
    )


def _counted(memory: Memory, what: Entry) -> Memory:
    accuracy = _ACCURACY.get(what.word("accuracy"), Accuracy.SET)
    counted = memory.coins.counted(what.number("yen"), what.number("pieces"), accuracy)
    return replace(memory, coins=counted)


def _counted_by_staff(memory: Memory, what: Entry) -> Memory:
    yen, pieces = what.number("yen"), what.number("pieces")
    # Books and hand agree: two counts, not one that was typed.
    agree = pieces == what.number("expected")
    accuracy = Accuracy.ACCURATE if agree else Accuracy.SET
    return replace(memory, coins=memory.coins.counted(yen, pieces, accuracy))


_ACCURACY = {each.value: each for each in Accuracy}


def _filled(memory: Memory, what: Entry) -> Memory:
    moved = _cursor_moved(memory, what)
    return replace(moved, coins=moved.coins.taken_in(what.number("yen")))


def _boxed(memory: Memory, what: Entry) -> Memory:
    box = {**dict(memory.coins.box), what.number("yen"): what.number("pieces")}
    return replace(memory, coins=replace(memory.coins, box=tuple(sorted(box.items()))))


def _collected(memory: Memory, what: Entry) -> Memory:
    return replace(memory, coins=memory.coins.collected(what.number("yen")))


def _exchange_begun(memory: Memory, what: Entry) -> Memory:
    return replace(memory, exchange=what.word("staff"))


def _exchange_ended(memory: Memory, _what: Entry) -> Memory:
    return replace(memory, exchange="")


def _money_lost(memory: Memory, what: Entry) -> Memory:
    moved = _cursor_moved(memory, what)
    return replace(moved, coins=moved.coins.shaken())


def _troubled(memory: Memory, what: Entry) -> Memory:
    missorted = what.word("reason") == "coin.missorted"
    return replace(memory, coins=memory.coins.shaken()) if missorted else memory


def _print_intended(memory: Memory, what: Entry) -> Memory:
    copy, sheets, life = (what.number(name) for name in ("copy", "sheets", "life"))
    job = Job(what.word("title"), copy, sheets, life, what.word("machine"))
    return replace(memory, job=job, printing=True)


def _streamed(memory: Memory, _what: Entry) -> Memory:
    return replace(memory, job=memory.job and replace(memory.job, streamed=True))


def _seen(memory: Memory, _what: Entry) -> Memory:
    return replace(memory, job=memory.job and replace(memory.job, seen=True))


def _print_ended(memory: Memory, what: Entry) -> Memory:
    result = what.word("result")
    return replace(
        memory,
        job=None,
        sheets=memory.sheets + what.number("sheets"),
        delivered=memory.delivered + (result == "printed"),
        unknown=memory.unknown + (result == "unknown"),
    )


def _case_opened(memory: Memory, what: Entry) -> Memory:
    case = (what.word("case"), what.number("yen"))
    # One case covers every copy that is in doubt.
    doubted = what.word("reason") == "printer.unknown_outcome"
    return replace(
        memory,
        cases=(*memory.cases, case),
        cases_opened=memory.cases_opened + 1,
        unknown=0 if doubted else memory.unknown,
    )


def _case_closed(memory: Memory, what: Entry) -> Memory:
    return replace(memory, cases=tuple(c for c in memory.cases if c[0] != what.word("case")))


def _applied(memory: Memory, what: Entry) -> Memory:
    reports = memory.reports.applied(memory.visit, what.word("application"))
    return replace(memory, reports=reports)


def _report_due(memory: Memory, what: Entry) -> Memory:
    return replace(memory, reports=memory.reports.due(Due.of(what)))


def _report_queued(memory: Memory, what: Entry) -> Memory:
    return replace(memory, reports=memory.reports.queued(what.word("digest")))


def _report_gone(memory: Memory, what: Entry) -> Memory:
    return replace(memory, reports=memory.reports.gone(what.word("digest")))


_CHANGES: Mapping[str, Callable[[Memory, Entry], Memory]] = {
    "visit.begin": _visit_begun,
    "visit.end": _visit_ended,
    "pay.open": _bill_opened,
    "coin.in": _money_in,
    "coin.maybe": _cursor_moved,
    "coin.lost": _money_lost,
    "coin.cursor": _cursor_moved,
    "coin.counts": _cursor_moved,
    "bill.counts": _cursor_moved,
    "bill.in": _money_in,
    "bill.held": _cursor_moved,
    "bill.back": _cursor_moved,
    "bill.maybe": _cursor_moved,
    "bill.lost": _cursor_moved,
    "bill.cursor": _cursor_moved,
    "payout.intent": _payout_intended,
    "payout.result": _payout_ended,
    "escrow.intent": _divert_intended,
    "escrow.result": _divert_ended,
    "escrow.left": _left_waiting,
    "money.kept": _kept,
    "money.owed": _owed,
    "money.settled": _settled,
    "stock.set": _counted,
    "stock.counted": _counted_by_staff,
    "stock.in": _filled,
    "stock.box": _boxed,
    "exchange.begin": _exchange_begun,
    "exchange.collected": _collected,
    "exchange.end": _exchange_ended,
    "device.trouble": _troubled,
    "print.intent": _print_intended,
    "print.streamed": _streamed,
    "print.seen": _seen,
    "print.end": _print_ended,
    "case.open": _case_opened,
    "case.closed": _case_closed,
    "visit.applied": _applied,
    "report.due": _report_due,
    "report.queued": _report_queued,
    "report.sent": _report_gone,
    "report.refused": _report_gone,
}
