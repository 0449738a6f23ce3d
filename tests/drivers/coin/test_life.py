"""A life of the machine: whatever happens to it in whatever order, the books agree.

The host may die after any poll or payout and knows afterwards only what it had written down.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.coin.contract import (
    CoinAccepted,
    CoinEvent,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    EventsLost,
    Evidence,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.virtual import MachineBuild, Speeds
from drivers.errors import DeviceError
from drivers.link.faulty import Direction, Fault, Harm
from tests.drivers.coin.rig import VALUES, Rig

DEEDS = st.one_of(
    st.tuples(st.just("drop"), st.sampled_from(sorted(VALUES))),
    st.tuples(st.just("poll"), st.integers(1, 3)),
    st.tuples(st.just("accept"), st.sets(st.sampled_from(sorted(VALUES)))),
    st.tuples(st.just("pay"), st.tuples(st.sampled_from(sorted(VALUES)), st.integers(1, 6))),
    st.tuples(st.just("die"), st.booleans()),
    st.tuples(st.just("power"), st.none()),
    st.tuples(st.just("cut"), st.none()),
    st.tuples(st.just("mend"), st.none()),
    st.tuples(st.just("jam"), st.sampled_from(sorted(VALUES))),
    st.tuples(st.just("unjam"), st.sampled_from(sorted(VALUES))),
    st.tuples(st.just("empty"), st.sampled_from(sorted(VALUES))),
    st.tuples(st.just("fill"), st.sampled_from(sorted(VALUES))),
    st.tuples(
        st.just("harm"),
        st.tuples(st.sampled_from(Direction), st.sampled_from(Harm), st.integers(0, 15)),
    ),
)


@dataclass
class Books:
    """What a host that journals has on disk."""

    cursor: CreditCursor | None = None
    credited_yen: int = 0
    loss_told: bool = False
    open_ticket: DispenseTicket | None = None
    paid_yen: int = 0
    cases: int = 0
    seen: list[CoinEvent] = field(default_factory=list)

    def write(self, events: tuple[CoinEvent, ...]) -> None:
        for event in events:
            self.seen.append(event)
            if isinstance(event, CoinAccepted):
                self.credited_yen += event.yen
            self.loss_told |= isinstance(event, EventsLost | VendorReset)
            if not isinstance(event, VendorTrouble):
                self.cursor = event.cursor


def poll(r: Rig, books: Books, times: int) -> None:
    for _ in range(times):
        r.clock.advance(0.2)
        books.write(r.vendor.poll())


def die(r: Rig, books: Books, unwritten: bool) -> None:
    """The host ends, perhaps between reading an event and writing it down."""
    if unwritten:
        r.clock.advance(0.2)
        r.vendor.poll()
    r.restart()
    books.write(r.vendor.resume(books.cursor))
    resolve(r, books)


def harm(r: Rig, where: tuple[Direction, Harm, int]) -> None:
    direction, kind, offset = where
    r.faults(Fault(direction=direction, harm=kind, offset=offset, value=0x21, delay_s=0.06))


DO: dict[str, Callable[[Rig, Books, Any], None]] = {
    "drop": lambda r, _, yen: r.hand.drop_coin(yen),
    "poll": poll,
    "accept": lambda r, _, values: r.vendor.accept(frozenset(values)),
    "pay": lambda r, books, what: pay(r, books, *what),
    "die": die,
    "power": lambda r, _, __: r.hand.power_cycle(),
    "cut": lambda r, _, __: r.hand.cut_cable(),
    "mend": lambda r, _, __: r.hand.restore_cable(),
    "jam": lambda r, _, yen: r.hand.jam_hopper(yen),
    "unjam": lambda r, _, yen: r.hand.unjam_hopper(yen),
    "empty": lambda r, _, yen: r.hand.empty_hopper(yen, keep=2),
    "fill": lambda r, _, yen: r.hand.fill_hopper(yen, 20),
    "harm": lambda r, _, where: harm(r, where),
}


def pay(r: Rig, books: Books, yen: int, pieces: int) -> None:
    resolve(r, books)
    if books.open_ticket is not None:
        return
    books.open_ticket = r.vendor.prepare(yen, pieces)
    settle(books, r.vendor.dispense(books.open_ticket))


def resolve(r: Rig, books: Books) -> None:
    if books.open_ticket is not None:
        settle(books, r.vendor.resolve(books.open_ticket))


def settle(books: Books, result: DispenseResult) -> None:
    if result.evidence is Evidence.UNKNOWN:
        return
    books.open_ticket = None
    books.paid_yen += result.paid * result.ticket.yen


@settings(max_examples=150, deadline=None)
@given(st.lists(DEEDS, max_size=30))
def test_the_books_agree_with_the_coins(deeds: list[tuple[str, object]]) -> None:
    r = Rig(MachineBuild(), Speeds(fall_time_s=0.0, dispense_coin_s=0.05))
    r.vendor.capabilities()
    books = Books(cursor=None)
    r.vendor.resume(None)
    books.cursor = CreditCursor(120_001, 0, 0)
    for deed, value in deeds:
        try:
            DO[deed](r, books, value)
        except DeviceError:
            continue
    end(r, books)


def end(r: Rig, books: Books) -> None:
    """The technician mends everything, the terminal starts once more, and the books are drawn."""
    r.plan = type(r.plan)()
    r.hand.restore_cable()
    for yen in sorted(VALUES):
        r.hand.unjam_hopper(yen)
    r.clock.advance(10.0)
    r.restart()
    books.write(r.vendor.resume(books.cursor))
    resolve(r, books)
    truth = r.machine.truth()
    assert truth.conserved
    taken_in = r.paid_truly_yen() - truth.customer_yen
    if not books.loss_told:
        assert books.credited_yen == taken_in
    assert books.credited_yen <= taken_in, "never credit what is not inside"
    if books.open_ticket is None:
        assert books.paid_yen == r.paid_truly_yen()
