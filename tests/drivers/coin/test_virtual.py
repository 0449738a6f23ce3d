"""The virtual machine itself: what it answers, and that no coin is ever made or lost."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.clock import VirtualClock
from drivers.coin.framing import Check, Frame, decode_frame, encode_frame
from drivers.coin.virtual import (
    AcceptorBuild,
    MachineBuild,
    Nameplate,
    Place,
    Speeds,
    VirtualCoinMachine,
)
from tests.drivers.coin.rig import VALUES

# Part 3 Appendix 13, "Coin Acceptors" with sorter and auditing, and "Payouts": header and data.
ACCEPTOR_SET = [
    (254, ""),
    (246, ""),
    (245, ""),
    (244, ""),
    (242, ""),
    (241, ""),
    (232, ""),
    (231, "00 00"),
    (230, ""),
    (229, ""),
    (228, "00"),
    (227, ""),
    (216, ""),
    (197, ""),
    (192, ""),
    (184, "01"),
    (4, ""),
    (222, "FF"),
    (221, ""),
    (210, "01 02"),
    (209, "01"),
    (189, "05"),
    (188, ""),
    (226, ""),
    (225, ""),
    (194, ""),
    (193, ""),
    (249, ""),
    (213, ""),
    (212, "01"),
    (1, ""),
]
HOPPER_SET = [
    (254, ""),
    (246, ""),
    (245, ""),
    (244, ""),
    (242, ""),
    (241, ""),
    (217, ""),
    (216, ""),
    (192, ""),
    (172, ""),
    (171, ""),
    (168, ""),
    (167, "00 00 00 01"),
    (166, ""),
    (164, "A5"),
    (163, ""),
    (4, ""),
    (1, ""),
]


def machine(**changes: object) -> VirtualCoinMachine:
    build = MachineBuild(echo=False, **changes)  # type: ignore[arg-type]
    return VirtualCoinMachine(VirtualClock(), build)


def ask(m: VirtualCoinMachine, address: int, header: int, data: str = "") -> Frame | None:
    check = m.build.check
    raw = m.receive(encode_frame(Frame(address, 1, header, bytes.fromhex(data)), check))
    if not raw:
        return None
    frame = decode_frame(raw, check)
    assert isinstance(frame, Frame)
    return frame


@pytest.mark.parametrize("check", list(Check))
@pytest.mark.parametrize(("header", "data"), ACCEPTOR_SET)
def test_the_acceptor_knows_the_minimum_set(check: Check, header: int, data: str) -> None:
    frame = ask(machine(check=check), 2, header, data)
    assert frame is not None
    assert (frame.destination, frame.header) == (1, 0)


@pytest.mark.parametrize("check", list(Check))
@pytest.mark.parametrize(("header", "data"), HOPPER_SET)
def test_the_hopper_knows_the_minimum_set(check: Check, header: int, data: str) -> None:
    frame = ask(machine(check=check), 3, header, data)
    assert frame is not None
    assert frame.header == (5 if header == 167 else 0), "a dispense without enabling is refused"


@pytest.mark.parametrize("address", [2, 3])
def test_an_unknown_header_and_an_unknown_address_are_met_with_silence(address: int) -> None:
    assert ask(machine(), address, 99) is None
    assert ask(machine(), 77, 254) is None


@pytest.mark.parametrize(
    ("header", "data"),
    [(231, ""), (228, ""), (222, ""), (189, ""), (210, "01"), (212, "00"), (184, "11"), (184, "")],
)
def test_data_of_a_wrong_length_is_met_with_silence(header: int, data: str) -> None:
    assert ask(machine(), 2, header, data) is None


def test_nothing_is_answered_while_starting_and_without_power() -> None:
    clock = VirtualClock()
    m = VirtualCoinMachine(clock, MachineBuild(echo=False))
    m.hand.switch_off()
    assert ask(m, 2, 254) is None
    m.hand.switch_on()
    assert ask(m, 2, 254) is None
    clock.advance(0.3)
    assert ask(m, 2, 254) is not None


def test_a_device_with_an_encrypted_protocol_hears_one_question_only() -> None:
    plate = Nameplate("KVM", "KV-A1", 1, encryption=(1, 0))
    m = machine(acceptor=AcceptorBuild(plate=plate))
    assert ask(m, 2, 254) is None
    answer = ask(m, 2, 111, "AA 55 00 00 55 AA")
    assert answer is not None
    assert (answer.data[0], len(answer.data)) == (1, 17)


def test_level_sensors() -> None:
    m = machine()
    assert ask(m, 3, 217) == Frame(1, 3, 0, b"\x30")
    m.hand.empty_hopper(10, keep=9)
    assert ask(m, 3, 217) == Frame(1, 3, 0, b"\x31")
    m.hand.fill_hopper(10, 391)
    assert ask(m, 3, 217) == Frame(1, 3, 0, b"\x32")


def test_emergency_stop_says_what_is_left() -> None:
    clock = VirtualClock()
    m = VirtualCoinMachine(clock, MachineBuild(echo=False))
    ask(m, 5, 164, "A5")
    key = (130_005).to_bytes(3, "little").hex()
    assert ask(m, 5, 167, key + "0A") == Frame(1, 5, 0, b"\x01")
    clock.advance(0.65)
    assert ask(m, 5, 166) == Frame(1, 5, 0, bytes((1, 7, 3, 0)))
    assert ask(m, 5, 172) == Frame(1, 5, 0, b"\x07")
    assert ask(m, 5, 166) == Frame(1, 5, 0, bytes((1, 0, 3, 7)))


def test_a_wrong_key_pays_nothing() -> None:
    m = machine()
    ask(m, 5, 164, "A5")
    assert ask(m, 5, 167, "01 02 03 01") == Frame(1, 5, 5)
    assert m.truth().count(Place.TRAY, 100) == 0


def test_a_coin_past_the_gate_when_power_goes_ends_in_the_cashbox() -> None:
    clock = VirtualClock()
    m = VirtualCoinMachine(clock, MachineBuild(echo=False))
    ask(m, 2, 231, "FF FF")
    ask(m, 2, 229)
    m.hand.drop_coin(100)
    m.hand.switch_off()
    clock.advance(1.0)
    assert m.truth().count(Place.CASHBOX, 100) == 1
    assert m.truth().conserved


def test_unknown_hoppers_are_named() -> None:
    with pytest.raises(ValueError, match="no hopper for ¥1000"):
        machine().hand.jam_hopper(1000)


def test_cashbox_and_tray_are_emptied() -> None:
    clock = VirtualClock()
    m = VirtualCoinMachine(clock, MachineBuild(echo=False), speeds=Speeds(fall_time_s=0.0))
    m.hand.fill_hopper(500, 300)
    ask(m, 2, 231, "FF FF")
    ask(m, 2, 229)
    m.hand.drop_coin(500)
    m.hand.drop_coin(1)
    assert m.hand.empty_cashbox() == 500
    assert m.hand.take_tray() == 1
    assert m.truth().customer_yen == -500
    assert m.truth().machine_yen == 400 * 500 + 100 * (10 + 50 + 100)
    assert m.truth().conserved


def pay(m: VirtualCoinMachine, pieces: int) -> None:
    ask(m, 5, 164, "A5")
    ask(m, 5, 167, (130_005).to_bytes(3, "little").hex() + f"{pieces:02X}")


def open_slot(m: VirtualCoinMachine) -> None:
    ask(m, 2, 231, "FF FF")
    ask(m, 2, 229)


def send(m: VirtualCoinMachine, clock: VirtualClock, raw: bytes) -> None:
    m.receive(raw)
    clock.advance(0.06)


DO: dict[str, Callable[[VirtualCoinMachine, VirtualClock, Any], object]] = {
    "drop": lambda m, _, yen: m.hand.drop_coin(yen),
    "bytes": send,
    "wait": lambda _, clock, seconds: clock.advance(seconds),
    "tray": lambda m, _, __: m.hand.take_tray(),
    "power": lambda m, _, __: m.hand.power_cycle(),
    "pay": lambda m, _, pieces: pay(m, pieces),
    "open": lambda m, _, __: open_slot(m),
    "jam": lambda m, _, yen: m.hand.jam_hopper(yen),
    "empty": lambda m, _, yen: m.hand.empty_hopper(yen),
}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("drop"), st.sampled_from([*sorted(VALUES), 1, 5])),
            st.tuples(st.just("bytes"), st.binary(max_size=20)),
            st.tuples(st.just("wait"), st.floats(0, 3)),
            st.tuples(st.just("tray"), st.none()),
            st.tuples(st.just("power"), st.none()),
            st.tuples(st.just("pay"), st.integers(0, 255)),
            st.tuples(st.just("open"), st.none()),
            st.tuples(st.just("jam"), st.sampled_from(sorted(VALUES))),
            st.tuples(st.just("empty"), st.sampled_from(sorted(VALUES))),
        ),
        max_size=40,
    )
)
def test_whatever_is_done_to_it_no_coin_is_made_or_lost(deeds: list[tuple[str, object]]) -> None:
    clock = VirtualClock()
    m = VirtualCoinMachine(clock, MachineBuild(echo=False))
    before = m.truth()
    for deed, value in deeds:
        DO[deed](m, clock, value)
        assert m.truth().conserved
    after = m.truth()
    outside = after.yen(Place.OUTSIDE) - before.yen(Place.OUTSIDE)
    assert after.customer_yen + after.machine_yen + outside == before.machine_yen
