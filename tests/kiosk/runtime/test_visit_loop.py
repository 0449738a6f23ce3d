"""The visit's loop in line: taps, time and hours, with a clock that moves when told to."""

import datetime
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from drivers.clock import VirtualClock
from kiosk.link import values as link
from kiosk.runtime.pulse import Pulse
from kiosk.runtime.visit_loop import BEAT_S, Hours, Pace, VisitLoop
from kiosk.runtime.visit_pin import PinPad
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.session.limits import VisitLimits
from kiosk.session.model import Aside, Session, State
from tests.kiosk.session.story import VISIT, Story
from ui.model import Look, Screen


@dataclass
class Glass:
    """Remembers what was shown."""

    shown: list[Screen] = field(default_factory=list)

    def show(self, screen: Screen, look: Look) -> None:
        self.shown.append(screen)


@dataclass
class Doer:
    """Remembers what was ordered."""

    done: list[cmd.Command] = field(default_factory=list)

    def do(self, command: cmd.Command) -> None:
        self.done.append(command)


@dataclass
class Bench:
    loop: VisitLoop
    glass: Glass
    doer: Doer
    pad: PinPad
    clock: VirtualClock

    def pass_s(self, seconds: float) -> None:
        """Time passes as the main thread sees it: never further than it would have waited."""
        until = self.clock.monotonic_s() + seconds
        while self.clock.monotonic_s() < until:
            wait_s = self.loop.wait_s()
            self.clock.advance(min(wait_s, until - self.clock.monotonic_s()) or 0.001)
            self.loop.tick()


def bench(session: Session | None = None, hours: str = "") -> Bench:
    clock, glass, doer, pad = VirtualClock(), Glass(), Doer(), PinPad()
    pace = Pace(clock, VisitLimits(), Hours(hours))
    loop = VisitLoop(session or Session(VISIT), glass, doer, pad, pace)
    return Bench(loop, glass, doer, pad, clock)


def test_a_tap_moves_the_session_and_the_screen() -> None:
    it = bench()
    it.loop.tap("start")
    it.loop.tap("service:certificates")
    assert it.glass.shown[-1].id == "place_card"
    assert it.doer.done == [
        cmd.Tell(link.OpenVisit(VISIT)), cmd.OpenAtCentre(),
        cmd.Tell(link.Note("visit.step", (("state", "place_card"),))),
    ]  # fmt: skip


def test_a_tap_nobody_offers_changes_nothing() -> None:
    it = bench()
    for action in ("deny", "nonsense", "digit:1", "page:next", ""):
        it.loop.tap(action)
    assert it.loop.session == Session(VISIT)
    assert not it.doer.done


def test_the_digits_go_to_the_pad_and_only_where_a_pin_is_asked_for() -> None:
    it = bench(Story().to_pin().session)
    for digit in "73915":
        it.loop.tap(f"digit:{digit}")
    assert it.loop.session.typed == 4
    assert it.pad.take().open() == b"7391"
    assert "7391" not in repr((it.loop.session, it.doer.done, it.glass.shown))


def test_a_digit_that_only_answers_the_warning_is_none_of_the_pin() -> None:
    it = bench(Story().to_pin().session)
    it.loop.tap("digit:7")
    # The finger was on the digit when the warning came over it.
    it.loop.handle(ev.LimitReached(it.loop.session.serial))
    assert it.loop.session.aside is Aside.WARNING
    for digit in "9391":
        it.loop.tap(f"digit:{digit}")
    assert it.loop.session.typed == 4
    assert it.pad.take().open() == b"7391"


def test_a_limit_warns_counts_down_and_ends() -> None:
    it = bench(Story().to_pin().session)
    it.pass_s(119)
    assert it.loop.session.aside is Aside.NONE
    it.pass_s(2)
    assert it.loop.session.aside is Aside.WARNING
    it.pass_s(15)
    overlay = it.glass.shown[-1].overlay
    assert overlay is not None
    assert 10 <= overlay.seconds_left <= 20
    it.pass_s(20)
    assert it.loop.session.state is State.LEAVE_CARD


def test_every_touch_starts_the_limit_again() -> None:
    it = bench(Story().to_pin().session)
    for _ in range(5):
        it.pass_s(100)
        it.loop.tap("clear")
    assert it.loop.session.aside is Aside.NONE


def test_what_happens_in_the_background_does_not() -> None:
    it = bench(Story().to_pin().session)
    it.pass_s(100)
    it.loop.handle(link.ServiceState("printer.jam"))
    it.pass_s(21)
    assert it.loop.session.aside is Aside.WARNING


def test_the_wait_is_never_longer_than_the_sign_of_life() -> None:
    it = bench(Story().to_pin().session)
    it.loop.tick()
    assert it.loop.wait_s() == BEAT_S
    it.clock.advance(0.25)
    assert it.loop.wait_s() == pytest.approx(BEAT_S - 0.25)
    it.clock.advance(119.5)
    it.loop.tick()
    assert it.loop.wait_s() == pytest.approx(0.25), "the limit of the screen comes first"
    it.clock.advance(10)
    assert it.loop.wait_s() == 0


def test_the_glass_is_alive_however_it_is_woken() -> None:
    """The calls to take the card come as often as the sign of life, a moment before it."""
    clock, given_s = VirtualClock(), list[float]()
    pulse = Pulse(5.0, lambda: given_s.append(clock.monotonic_s()))
    pace = Pace(clock, VisitLimits(beat_s=5.0), Hours(""), pulse)
    glass, doer, pad = Glass(), Doer(), PinPad()
    loop = VisitLoop(Session(VISIT), glass, doer, pad, pace)
    loop.tick()
    clock.advance(4.9)
    loop = VisitLoop(Story().to_take_card().session, glass, doer, pad, pace)
    loop.tick()
    it = Bench(loop, glass, doer, pad, clock)
    it.pass_s(120)
    assert len(given_s) == 25
    assert all(b - a == pytest.approx(5.0, abs=0.01) for a, b in pairwise(given_s))


def test_the_service_hours_close_and_open_the_glass() -> None:
    it = bench(hours="06:30-10:01")  # the clock stands at 10:00 Japan time
    it.pass_s(30)
    it.loop.tap("start")
    assert it.loop.session.state is State.MENU
    it.loop.tap("end")
    it.pass_s(31)
    it.loop.tap("start")
    assert it.glass.shown[-1].id == "hours"


def test_the_end_comes_with_the_last_word() -> None:
    it = bench(Story().to_place_card().session)
    it.loop.tap("end")
    it.loop.tap("end:yes")
    it.loop.tap("confirm")
    assert not it.loop.done
    it.loop.handle(link.VisitClosed())
    assert it.loop.done


@pytest.mark.parametrize(
    ("hours", "time", "is_open"),
    [
        ("06:30-23:00", "21:29", False), ("06:30-23:00", "21:30", True),
        ("06:30-23:00", "13:59", True), ("06:30-23:00", "14:00", False), ("", "15:00", True),
    ],
)  # fmt: skip
def test_hours_are_japan_s(hours: str, time: str, is_open: bool) -> None:
    utc = datetime.datetime.fromisoformat(f"2026-11-20T{time}:00+00:00")
    assert Hours(hours).open_at(utc) is is_open


@pytest.mark.parametrize("hours", ["x", "06:30", "06:30-25:00"])
def test_hours_that_are_none(hours: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Hours(hours)


class TestPinPad:
    def test_four_digits_and_nothing_else(self) -> None:
        pad = PinPad()
        for sign in ("1", "x", "", "12", "２", "2", "3", "4", "5"):
            pad.add(sign)
        assert pad.take().open() == b"1234"
        assert pad.take().open() == b""

    def test_wiping_overwrites_the_very_buffer(self) -> None:
        pad = PinPad()
        pad.add("7")
        buffer = pad._digits
        pad.wipe()
        assert buffer == b""
        assert pad.take().open() == b""

    def test_its_text_form_is_a_mark(self) -> None:
        pad = PinPad()
        pad.add("7")
        assert repr(pad) == "<pin pad>"


def test_an_event_that_is_no_longer_expected_is_not_an_error() -> None:
    it = bench()
    it.loop.handle(ev.Denied())
    assert it.loop.session.state is State.START
