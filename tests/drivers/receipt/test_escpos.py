"""The receipt printer's driver against the virtual printer, without a wire."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from drivers.clock import SystemClock, VirtualClock
from drivers.errors import DeviceError, PeerError, SilenceError
from drivers.link.faulty import Direction, Fault, FaultPlan, FaultyPort, Harm
from drivers.link.memory import MemoryPort
from drivers.receipt.contract import ReceiptConfig, Slip, SlipLine
from drivers.receipt.escpos import EscposReceiptPrinter, encode_slip
from drivers.receipt.protocol import Answers, decode_status, defuse, is_done, is_status
from drivers.receipt.slip import draw_slip
from drivers.receipt.tables import DLE, REAL_TIME, StatusKind
from drivers.receipt.virtual import VirtualReceiptPrinter

SLIP = Slip(
    "領収書",
    (
        SlipLine("住民票の写し", "2通"),
        SlipLine("", rule=True),
        SlipLine("領収金額", "600円", large=True),
    ),
)


class Desk:
    """A driver, its printer, and a clock that does not wait."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.plan = FaultPlan()
        self.printer = VirtualReceiptPrinter(self.clock)
        self.hand = self.printer.hand
        self.memory = MemoryPort(self.printer.receive, self.clock)
        self.driver = EscposReceiptPrinter(
            ReceiptConfig(port="memory"),
            self.clock,
            lambda: FaultyPort(self.memory.reopen(), self.plan, self.clock),
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_what_was_drawn_is_what_comes_out(desk: Desk) -> None:
    desk.driver.print(SLIP)
    (slip,) = desk.printer.slips
    drawn = draw_slip(SLIP, 576)
    margin = (slip.width - drawn.width) // 2
    out = slip.crop((margin, 0, margin + drawn.width, drawn.height))
    assert ImageChops.difference(out.convert("L"), drawn.convert("L")).getbbox() is None
    assert not desk.printer.unknown


def test_each_slip_is_cut_off_alone(desk: Desk) -> None:
    desk.driver.print(SLIP)
    desk.driver.print(SLIP)
    first, second = desk.printer.slips
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("width", [384, 512, 576, 640, 832])
def test_other_widths(desk: Desk, width: int) -> None:
    driver = EscposReceiptPrinter(
        ReceiptConfig(port="memory", width_dots=width), desk.clock, lambda: desk.memory
    )
    driver.print(SLIP)
    assert len(desk.printer.slips) == 1
    assert not desk.printer.unknown


def test_nothing_is_said_on_standard_output(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.driver.print(SLIP)
    assert capsys.readouterr().out == ""


def test_ready(desk: Desk) -> None:
    status = desk.driver.status()
    assert status.troubles == ()
    assert not status.near_end


def test_near_end_warns_and_still_prints(desk: Desk) -> None:
    desk.hand.use_up_roll(left_mm=1_000)
    assert desk.driver.status().near_end
    desk.driver.print(SLIP)
    assert len(desk.printer.slips) == 1


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("open_cover", "receipt.cover_open"),
        ("use_up_roll", "receipt.paper_out"),
        ("switch_off", "receipt.offline"),
    ],
)
def test_trouble_before_printing_is_told_and_nothing_comes_out(
    desk: Desk, trouble: str, reason: str
) -> None:
    getattr(desk.hand, trouble)()
    assert reason in desk.driver.status().troubles
    with pytest.raises(DeviceError) as raised:
        desk.driver.print(SLIP)
    assert raised.value.reason.name == reason
    assert desk.printer.slips == []


def test_paper_ends_inside_a_slip_and_the_rest_comes_on_the_next_roll(desk: Desk) -> None:
    desk.hand.use_up_roll(left_mm=10)
    with pytest.raises(PeerError, match=r"receipt\.paper_out"):
        desk.driver.print(SLIP)
    assert desk.printer.slips == []
    desk.hand.load_roll()
    assert len(desk.printer.slips) == 1
    assert desk.driver.status().troubles == ()
    desk.driver.print(SLIP)
    assert len(desk.printer.slips) == 2


def test_a_stuck_cutter_is_told(desk: Desk) -> None:
    desk.hand.jam_cutter()
    with pytest.raises(PeerError, match=r"receipt\.cutter"):
        desk.driver.print(SLIP)
    assert desk.driver.status().troubles == ("receipt.cutter",)
    desk.hand.clear_cutter()
    assert len(desk.printer.slips) == 1
    assert desk.driver.status().troubles == ()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda desk: desk.hand.use_up_roll(left_mm=10), "receipt.paper_out"),
        (lambda desk: desk.hand.jam_cutter(), "receipt.cutter"),
    ],
)
def test_what_a_printer_tells_unasked_is_not_the_end_of_a_slip(
    desk: Desk, act: Callable[[Desk], None], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Automatic Status Back, on by a switch of the printer; here one that cannot be told off."""
    desk.printer = VirtualReceiptPrinter(desk.clock, automatic=True)
    desk.hand, desk.memory = desk.printer.hand, MemoryPort(desk.printer.receive, desk.clock)
    monkeypatch.setattr("drivers.receipt.escpos.AUTOMATIC_OFF", b"")
    act(desk)
    with pytest.raises(PeerError, match=reason.replace(".", r"\.")):
        desk.driver.print(SLIP)
    assert desk.printer.slips == []


def test_a_printer_that_tells_unasked_is_told_not_to(desk: Desk) -> None:
    desk.printer = VirtualReceiptPrinter(desk.clock, automatic=True)
    desk.hand, desk.memory = desk.printer.hand, MemoryPort(desk.printer.receive, desk.clock)
    desk.driver.print(SLIP)
    desk.hand.open_cover()
    assert desk.printer.receive(b"") == b""
    assert not desk.printer.unknown


@given(st.lists(st.sampled_from([0x12, 0x16, 0x1A, 0x00, 0x0C, 0x10, 0x18, 0x30]), max_size=40))
def test_four_bytes_told_unasked_answer_nothing_wherever_they_come(answers: list[int]) -> None:
    alone = [byte for byte in answers if is_status(byte) or is_done(byte)]
    spread = b"".join(bytes((0x18, 0x08, 0x0C, 0x00, byte)) for byte in alone)
    listener = Answers()
    heard = [
        byte
        for cut in (spread[i : i + 3] for i in range(0, len(spread), 3))
        for byte in listener.sort(cut)
    ]
    assert heard == alone


def test_cover_opened_while_printing(desk: Desk) -> None:
    original = desk.memory.write
    sent = [0]

    def write(data: bytes) -> None:
        sent[0] += len(data) > 1_000
        if sent[0] == 1:
            desk.hand.open_cover()
        original(data)

    desk.memory.write = write  # type: ignore[method-assign]
    with pytest.raises(PeerError, match=r"receipt\.cover_open"):
        desk.driver.print(SLIP)


def test_a_printer_that_never_ends_is_given_up_in_time(desk: Desk) -> None:
    desk.plan.add(
        Fault(
            direction=Direction.REPLY,
            harm=Harm.CUT,
            when=lambda raw: raw[:2] == b"\x1dr",
            times=99,
        )
    )
    began = desk.clock.monotonic_s()
    with pytest.raises(SilenceError, match="did not finish"):
        desk.driver.print(SLIP)
    assert desk.clock.monotonic_s() - began < 11.0


def test_the_line_is_found_again(desk: Desk) -> None:
    desk.driver.status()
    desk.memory.unplugged = True
    assert desk.driver.status().troubles == ("receipt.offline",)
    with pytest.raises(SilenceError):
        desk.driver.print(SLIP)
    desk.memory.unplugged = False
    desk.driver.print(SLIP)
    assert len(desk.printer.slips) == 1


def test_a_late_answer_is_not_taken_for_another(desk: Desk) -> None:
    desk.driver.status()
    desk.hand.open_cover()
    desk.memory.write(bytes((DLE, 4, 1)))  # an answer nobody has read
    assert desk.driver.status().troubles == ("receipt.cover_open",)


@given(st.binary(max_size=400))
def test_picture_data_never_holds_a_real_time_command(raster: bytes) -> None:
    raster = raster.replace(b"\x00", bytes((DLE, 4)))
    safe = defuse(raster)
    assert not any(a == DLE and b in REAL_TIME for a, b in pairwise(safe))
    assert len(safe) == len(raster)
    changed = [(a, b) for a, b in zip(raster, safe, strict=True) if a != b]
    assert all(b == a | 0x08 for a, b in changed)


def test_a_picture_full_of_real_time_commands_prints_and_asks_nothing() -> None:
    printer = VirtualReceiptPrinter(SystemClock())
    pattern = bytes((0xFF ^ DLE, 0xFF ^ 4, 0xFF ^ 1)) * 24 * 100
    image = Image.frombytes("1", (576, 100), pattern)
    said = b"".join(printer.receive(part) for part in encode_slip(image))
    assert said == b""
    assert len(printer.slips) == 1


@given(st.integers(0, 255))
def test_no_byte_is_both_a_status_and_an_end(byte: int) -> None:
    assert not (is_status(byte) and is_done(byte))


@given(st.dictionaries(st.sampled_from(StatusKind), st.integers(0, 255)))
def test_any_status_bytes_give_a_status(answers: dict[StatusKind, int]) -> None:
    status = decode_status(answers)
    assert all(reason.startswith("receipt.") for reason in status.troubles)


@given(st.binary(max_size=300))
def test_any_bytes_leave_the_virtual_printer_alive(data: bytes) -> None:
    printer = VirtualReceiptPrinter(SystemClock())
    printer.receive(data)
    printer.receive(bytes((DLE, 4, 1)))
