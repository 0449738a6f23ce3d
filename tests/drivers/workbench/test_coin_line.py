"""What a technician types and reads at a coin line."""

import pytest

from drivers.clock import VirtualClock
from drivers.coin.framing import BadFrame, Check, Frame
from drivers.coin.tables import Header
from drivers.coin.virtual import MachineBuild, VirtualCoinMachine
from drivers.link.memory import MemoryPort
from drivers.workbench.coin_line import USUAL, CoinLine, probe
from drivers.workbench.coin_words import header_of, reply_words


class Table:
    def __init__(self, check: Check = Check.SIMPLE) -> None:
        self.clock = VirtualClock()
        self.machine = VirtualCoinMachine(self.clock, MachineBuild(check=check))
        self.port = MemoryPort(self.machine.receive, self.clock)
        self.line = CoinLine(self.port, self.clock, check)

    def says(self, typed: str) -> str:
        return "\n".join(self.line.answer(typed))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2 254", "ACK: done"),
        ("2 category", '"Coin Acceptor"'),
        ("2 229", "event counter 0 (reset); newest first: empty"),
        ("2 coin_id 04", "JP500A: ¥500"),
        ("2 coin-id 09", "not programmed"),
        ("2 self_check", "0: no fault"),
        ("2 inhibits", "all inhibited"),
        ("3 test_hopper", "power-up detected, payout disabled"),
        ("3 hopper_status", "standing still"),
        ("3 level", "low sensor says no"),
        ("3 dispense 00 00 00 01", "NAK: understood, and refused"),
        ("2 encryption AA 55 00 00 55 AA", "usable in the clear"),
        ("raw 02 00 01 FE FF", "01 00 02 00 FD"),
        ("77 254", "nothing"),
        ("2 19", "nothing"),
    ],
)
def test_an_answer_in_bytes_and_in_words(typed: str, words: str) -> None:
    said = Table().says(typed)
    assert said.startswith("-> ")
    assert words in said


@pytest.mark.parametrize("typed", ["2 bogus", "2 999", "raw zz", "raw 0", "hello", "300 254", "2"])
def test_a_mistake_is_answered_by_a_sentence_and_sends_nothing(typed: str) -> None:
    table = Table()
    sent: list[bytes] = []
    port = MemoryPort(lambda data: sent.append(data) or b"", table.clock)  # type: ignore[func-returns-value]
    said = list(CoinLine(port, table.clock, Check.SIMPLE).answer(typed))
    assert len(said) == 1
    assert said[0].startswith("   ")
    assert sent == []


def test_nothing_typed_is_nothing_said() -> None:
    assert Table().says("   ") == ""
    assert "ADDRESS HEADER" in Table().says("help")
    assert "229 credits" in Table().says("headers")


def test_a_credit_is_told_in_words() -> None:
    table = Table()
    table.says("2 set_inhibits FF FF")
    table.says("2 229")
    table.machine.hand.drop_coin(500)
    table.clock.advance(1.0)
    assert "event counter 1; newest first: credit 4" in table.says("2 229")


@pytest.mark.parametrize("check", list(Check))
def test_probe_finds_every_device_with_either_check(check: Check) -> None:
    table = Table(check)
    said = "\n".join(probe(table.port, table.clock, USUAL))
    for address in (2, 3, 4, 5, 6):
        assert f"Address {address}, {check.value} check" in said
    assert "JP010A: ¥10" in said


def test_probe_of_a_dead_line_says_what_to_look_at() -> None:
    clock = VirtualClock()
    (said,) = probe(MemoryPort(lambda _: b"", clock), clock, USUAL)
    assert said.startswith("Nothing answers: is it powered")


def test_probe_of_a_line_that_goes_away() -> None:
    clock = VirtualClock()
    port = MemoryPort(lambda _: b"", clock)
    port.unplugged = True
    assert next(iter(probe(port, clock, USUAL))).startswith("The line went away")


def test_words_for_what_is_against_the_specification() -> None:
    assert "damaged: wrong checksum" in reply_words(229, BadFrame(b"", "wrong checksum"))
    assert "against the specification" in reply_words(229, Frame(1, 2, 0, b"\1\2"))
    assert "no reply should have" in reply_words(229, Frame(1, 2, 77))


def test_headers_by_number_and_by_name() -> None:
    assert header_of("229") == header_of("credits") == header_of("CREDITS") == Header.CREDITS
    with pytest.raises(ValueError, match="headers"):
        header_of("nothing")


@pytest.mark.parametrize("typed", ["raw zz", "2 credits 0", "2 credits 1g", "raw 0x02"])
def test_bytes_that_are_none_are_answered_by_how_to_type_them(typed: str) -> None:
    assert "two hexadecimal digits each" in Table().says(typed)
