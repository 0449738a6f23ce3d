"""What can go wrong in a visit, each as a deed at one moment. A plan is a handful of them."""

from collections.abc import Callable
from random import Random  # noqa: TID251  # seeded, so that a visit can be repeated

from drivers.coin.tables import BILL_CODES, COIN_CODES, Header
from drivers.link.faulty import Direction, Fault, Harm
from drivers.printer.contract import JobState
from kiosk.link import values as link
from kiosk.settle import happened as h
from tests.fault_plans.terminal import Terminal
from tests.kiosk.settle.world import VALUES

Deed = Callable[[Terminal, Random], None]

_MONEY = (
    Header.CREDITS, Header.BILL_EVENTS, Header.ROUTE_BILL, Header.DISPENSE, Header.HOPPER_STATUS,
    Header.DISPENSE_COUNT, Header.TEST_HOPPER, Header.ENABLE_HOPPER, Header.SET_INHIBITS,
    Header.SET_MASTER_INHIBIT, Header.SERIAL, Header.ACCEPT_COUNTER, Header.OPERATE_ESCROW,
    Header.ESCROW_STATUS,
)  # fmt: skip
_RESET_BY_NULL = bytes.fromhex("00 02 01 01 E4 01 17")
"""A broadcast reset as grounding the wire for one character makes it. Source: ccTalk Generic
Specification 4.7, Part 4 section 5.1."""


def _spoil_the_line(t: Terminal, rng: Random) -> None:
    header = rng.choice(_MONEY)
    t.plan.add(
        Fault(
            direction=rng.choice(list(Direction)),
            harm=rng.choice(list(Harm)),
            offset=rng.randrange(20),
            value=rng.randrange(1, 256),
            delay_s=rng.choice((0.04, 0.06, 0.3, 2.0)),
            when=lambda raw: len(raw) > 3 and raw[3] == header,
            times=rng.choice((1, 1, 2, 4)),
        )
    )


def _noise(t: Terminal, rng: Random) -> None:
    t.plan.add(
        Fault(
            direction=Direction.REPLY, harm=Harm.INSERT, offset=0, value=rng.randrange(256), times=3
        )
    )


def _null_reset(t: Terminal, _rng: Random) -> None:
    t.machine.receive(_RESET_BY_NULL)


def _power(t: Terminal, rng: Random) -> None:
    t.hand.switch_off()
    t.pass_time(rng.choice((0.1, 1.0, 6.0)))
    t.hand.switch_on()


def _cable(t: Terminal, rng: Random) -> None:
    t.hand.cut_cable()
    t.pass_time(rng.choice((0.2, 3.0, 20.0)))
    t.hand.restore_cable()


def _unplug(t: Terminal, rng: Random) -> None:
    t.unplugged = True
    t.pass_time(rng.choice((0.2, 5.0)))
    t.unplugged = False


def _die_by_action(t: Terminal, rng: Random) -> None:
    t.crash_at = t.actions + rng.randrange(1, 40)


def _die_on_the_line(t: Terminal, rng: Random) -> None:
    t.crash_at_exchange = rng.randrange(1, 60)
    t.crash_before_line = rng.random() < 0.5


def _machine_and_host(t: Terminal, rng: Random) -> None:
    """The mains fail: both go dark, and come back in either order."""
    t.hand.switch_off()
    t.clock.advance(rng.choice((0.5, 30.0)))
    if rng.random() < 0.5:
        t.hand.switch_on()
    t.die(dark_s=0.5)
    t.hand.switch_on()


def _jam(t: Terminal, rng: Random) -> None:
    t.hand.jam_hopper(rng.choice(VALUES))


def _rob(t: Terminal, rng: Random) -> None:
    t.hand.empty_hopper(rng.choice(VALUES), keep=rng.randrange(3))


def _stick(t: Terminal, rng: Random) -> None:
    t.hand.jam_bills(rng.choice((6, 7, 15, 16)))


def _pull(t: Terminal, _rng: Random) -> None:
    t.hand.pull_bill()


def _coin_event(t: Terminal, rng: Random) -> None:
    t.hand.report_event(rng.choice([code for code in COIN_CODES if code]))


def _bill_event(t: Terminal, rng: Random) -> None:
    # A validator tells of a bill given back only when one was held.
    t.hand.report_bill_event(rng.choice([code for code in BILL_CODES if code != 1]))


def _handful(t: Terminal, rng: Random) -> None:
    for _ in range(rng.randrange(2, 9)):
        t.hand.drop_coin(rng.choice(VALUES))


def _flap(t: Terminal, _rng: Random) -> None:
    if t.machine.escrow:
        t.hand.jam_flap()


def _lever(t: Terminal, _rng: Random) -> None:
    t.hand.pull_lever()


def _busy(t: Terminal, rng: Random) -> None:
    for slave in t.machine.slaves():
        slave.busy_answers = rng.randrange(5)


def _visit_dies(t: Terminal, _rng: Random) -> None:
    t.happen(h.VisitEnded("killed"))


def _cancel(t: Terminal, _rng: Random) -> None:
    t.say(link.CancelPayment())


def _close(t: Terminal, _rng: Random) -> None:
    t.say(link.CloseVisit("cancelled"))


def _printer_line(t: Terminal, _rng: Random) -> None:
    t.printer.offline = True


def _printer_jam(t: Terminal, rng: Random) -> None:
    t.printer.troubles = (rng.choice(("printer.jam", "printer.paper_out")),)


def _job_ends(t: Terminal, rng: Random) -> None:
    t.printer.abort(rng.choice((JobState.ABORTED, JobState.CANCELED, JobState.COMPLETED)))


def _printer_forgets(t: Terminal, _rng: Random) -> None:
    t.printer.forget()


def _slow_poll(t: Terminal, rng: Random) -> None:
    """The host is too busy to poll; devices shut themselves."""
    t.clock.advance(rng.choice((1.5, 7.0)))


def _off(t: Terminal, _rng: Random) -> None:
    t.hand.switch_off()


def _on(t: Terminal, _rng: Random) -> None:
    t.hand.switch_on()


def _cut(t: Terminal, _rng: Random) -> None:
    t.hand.cut_cable()


def _restore(t: Terminal, _rng: Random) -> None:
    t.hand.restore_cable()


def _out_of_the_socket(t: Terminal, _rng: Random) -> None:
    t.unplugged = True


def _into_the_socket(t: Terminal, _rng: Random) -> None:
    t.unplugged = False


def _free(t: Terminal, _rng: Random) -> None:
    for yen in VALUES:
        t.hand.unjam_hopper(yen)


def _nothing(_t: Terminal, _rng: Random) -> None:
    """It stays as it is."""


DEEDS: dict[str, Deed] = {
    "the line spoils": _spoil_the_line,
    "noise before each answer": _noise,
    "broadcast reset by a null byte": _null_reset,
    "power cut": _power,
    "cable cut": _cable,
    "adapter unplugged": _unplug,
    "host dies at an action": _die_by_action,
    "host dies in an exchange": _die_on_the_line,
    "mains fail": _machine_and_host,
    "hopper jams": _jam,
    "hopper robbed": _rob,
    "bill sticks": _stick,
    "bill pulled back": _pull,
    "acceptor event": _coin_event,
    "validator event": _bill_event,
    "handful of coins": _handful,
    "flap sticks": _flap,
    "return lever": _lever,
    "devices busy": _busy,
    "visit killed": _visit_dies,
    "cancelled": _cancel,
    "closed": _close,
    "printer offline": _printer_line,
    "printer jam": _printer_jam,
    "job ends early": _job_ends,
    "printer forgets": _printer_forgets,
    "host too slow": _slow_poll,
}
"""Between two looks of the terminal."""

MIDST: dict[str, tuple[Deed, Deed]] = {
    "power cut in the midst": (_off, _on),
    "cable cut in the midst": (_cut, _restore),
    "adapter unplugged in the midst": (_out_of_the_socket, _into_the_socket),
    "reset in the midst": (_null_reset, _nothing),
    "jam in the midst": (_jam, _free),
    "robbed in the midst": (_rob, _nothing),
    "coins in the midst": (_handful, _nothing),
    "bill pulled in the midst": (_pull, _nothing),
}
"""At an exchange on the line, a payout's among them; and what ends it some exchanges later."""
