"""One fault at every byte of the exchanges that carry money.

Whatever byte of request, echo or answer is dropped, flipped, doubled, preceded by another or the
last to arrive: no coin is credited twice or lost, none is paid twice, and where the driver does
not know, it says so.
"""

import pytest

from drivers.coin.contract import CoinAccepted, Evidence
from drivers.coin.framing import Check
from drivers.coin.tables import Header
from drivers.coin.virtual import MachineBuild, Speeds
from drivers.link.faulty import Direction, Fault, Harm
from tests.drivers.coin.rig import Rig, for_header, header_of

HARMS = [Harm.DROP, Harm.FLIP, Harm.INSERT, Harm.DUPLICATE, Harm.CUT]
LENGTHS = {
    Header.SIMPLE_POLL: (5, 5),
    Header.CREDITS: (5, 16),
    Header.HOPPER_STATUS: (5, 9),
    Header.DISPENSE_COUNT: (5, 8),
    Header.DISPENSE: (9, 6),
}
"""Bytes of request and answer."""
LINES = [(Check.SIMPLE, True), (Check.SIMPLE, False), (Check.CRC, True)]


def places(header: Header, *, echo: bool) -> list[tuple[Direction, int]]:
    request, reply = LENGTHS[header]
    heard = reply + (request if echo else 0)
    return [(Direction.REQUEST, n) for n in range(request)] + [
        (Direction.REPLY, n) for n in range(heard)
    ]


def rig(check: Check, *, echo: bool) -> Rig:
    build = MachineBuild(check=check, echo=echo)
    return Rig(build, Speeds(fall_time_s=0.0, dispense_coin_s=0.05)).ready()


@pytest.mark.parametrize(("check", "echo"), LINES)
@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("times", [1, 3])
def test_credits_survive_a_fault_at_every_byte(
    harm: Harm, times: int, check: Check, *, echo: bool
) -> None:
    for direction, offset in places(Header.CREDITS, echo=echo):
        r = rig(check, echo=echo)
        for yen in (10, 500, 100):
            r.hand.drop_coin(yen)
        r.faults(
            Fault(
                direction=direction,
                harm=harm,
                offset=offset,
                value=0x40,
                when=for_header(Header.CREDITS),
                times=times,
            )
        )
        events = r.poll(4)
        assert r.plan.struck >= 1, (direction, offset)
        told = [event.yen for event in events if isinstance(event, CoinAccepted)]
        assert told == [10, 500, 100], (direction, offset)
        r.check()


@pytest.mark.parametrize(("check", "echo"), LINES)
@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("header", [Header.HOPPER_STATUS, Header.DISPENSE_COUNT, Header.DISPENSE])
def test_payouts_survive_a_fault_at_every_byte(
    harm: Harm, header: Header, check: Check, *, echo: bool
) -> None:
    for direction, offset in places(header, echo=echo):
        r = rig(check, echo=echo)
        ticket = r.vendor.prepare(100, 3)
        r.faults(
            Fault(
                direction=direction,
                harm=harm,
                offset=offset,
                value=0x40,
                when=for_header(header),
                times=2 if header is not Header.DISPENSE else 1,
            )
        )
        result = r.dispense(ticket)
        assert r.plan.struck >= 1, (direction, offset)
        assert (result.paid, result.evidence) == (3, Evidence.DEVICE_COUNTED), (direction, offset)
        assert r.paid_truly_yen() == 300, (direction, offset)
        r.check()


@pytest.mark.parametrize("harm", HARMS)
def test_a_simple_poll_survives_a_fault_at_every_byte(harm: Harm) -> None:
    for direction, offset in places(Header.SIMPLE_POLL, echo=True):
        r = rig(Check.SIMPLE, echo=True)
        r.faults(
            Fault(
                direction=direction,
                harm=harm,
                offset=offset,
                value=0x40,
                when=for_header(Header.SIMPLE_POLL),
            )
        )
        assert r.vendor.capabilities().devices
        assert r.plan.struck == 1, (direction, offset)


@pytest.mark.parametrize("header", [Header.HOPPER_STATUS, Header.DISPENSE_COUNT, Header.DISPENSE])
@pytest.mark.parametrize("direction", list(Direction))
def test_a_line_that_breaks_for_good_ends_in_unknown_and_is_resolved_later(
    header: Header, direction: Direction
) -> None:
    r = rig(Check.SIMPLE, echo=True)
    ticket = r.vendor.prepare(100, 3)
    r.faults(
        Fault(direction=direction, harm=Harm.UNPLUG, when=for_header(header), times=10_000),
    )
    result = r.vendor.dispense(ticket)
    if header is not Header.DISPENSE:
        assert result.evidence is Evidence.UNKNOWN
    r2_requests = sum(header_of(raw) == Header.DISPENSE for raw in r.requests)
    assert r2_requests <= 1
    r.plan = type(r.plan)()
    r.restart()
    resolved = r.resolve(ticket)
    assert resolved.evidence in {Evidence.DEVICE_COUNTED, Evidence.NOT_STARTED}
    assert resolved.paid * 100 == r.paid_truly_yen()
    r.check()
