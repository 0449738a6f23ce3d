"""The card's end of vpcd's line, against a scripted vpcd on a loopback socket.

Frames as in vsmartcard `doc/api.txt`: two bytes of length, big-endian, then the data.
"""

import socket
from collections.abc import Iterator

import pytest

from drivers.card.vpcd import Control, Tear, VirtualSlot
from tests.drivers.card.conftest import MakeFile

ATR = bytes.fromhex("3b888001000005e0b381a1007f")
SELECT = bytes.fromhex("00A4040C0AD392F000260100000001")
VERIFY = bytes.fromhex("002000980431323334")


class Vpcd:
    """The far end of the line."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(5)
        self.slot = VirtualSlot(*self._listener.getsockname())

    def accept(self) -> socket.socket:
        line, _ = self._listener.accept()
        line.settimeout(5)
        return line

    def close(self) -> None:
        self.slot.pull()
        self._listener.close()


@pytest.fixture
def vpcd() -> Iterator[Vpcd]:
    far = Vpcd()
    yield far
    far.close()


def send(line: socket.socket, frame: bytes) -> None:
    line.sendall(len(frame).to_bytes(2) + frame)


def receive(line: socket.socket) -> bytes:
    with line.makefile("rb", buffering=0) as frames:
        head = frames.read(1), frames.read(1)
        left = int.from_bytes(b"".join(each or b"" for each in head))
        frame = b""
        while len(frame) < left and (part := frames.read(left - len(frame))):
            frame += part
        return frame


def ask(line: socket.socket, frame: bytes) -> bytes:
    send(line, frame)
    return receive(line)


def test_answers_atr_and_commands_and_loses_power(vpcd: Vpcd, card_file: MakeFile) -> None:
    card = card_file().make()
    vpcd.slot.insert(card)
    with vpcd.accept() as line:
        for control in (Control.ON, Control.OFF, Control.ON, Control.RESET, 0x7F):
            send(line, bytes([control]))
        assert ask(line, bytes([Control.ATR])) == ATR
        assert ask(line, SELECT) == b"\x90\x00"
        assert ask(line, VERIFY) == b"\x90\x00"
        assert card.is_verified
        send(line, bytes([Control.RESET]))
        assert ask(line, bytes([Control.ATR])) == ATR
        assert card.is_verified
        send(line, bytes([Control.OFF]))
        assert ask(line, bytes([Control.ATR])) == ATR
        assert not card.is_verified


def test_frames_may_come_in_any_pieces(vpcd: Vpcd, card_file: MakeFile) -> None:
    vpcd.slot.insert(card_file().make())
    with vpcd.accept() as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in len(SELECT).to_bytes(2) + SELECT:
            line.sendall(bytes([byte]))
        assert receive(line) == b"\x90\x00"
        line.sendall(b"\0\0")
        assert ask(line, bytes([Control.ATR])) == ATR


def test_pull_breaks_the_line(vpcd: Vpcd, card_file: MakeFile) -> None:
    card = card_file().make()
    vpcd.slot.insert(card)
    with vpcd.accept() as line:
        assert vpcd.slot.card is card
        vpcd.slot.pull()
        vpcd.slot.pull()
        assert receive(line) == b""
        assert vpcd.slot.card is None


def test_another_card_takes_the_place_of_the_first(vpcd: Vpcd, card_file: MakeFile) -> None:
    first, second = card_file().make(), card_file().make()
    vpcd.slot.insert(first)
    with vpcd.accept() as line:
        vpcd.slot.insert(second)
        assert receive(line) == b""
    with vpcd.accept() as line:
        assert ask(line, SELECT) == b"\x90\x00"
    assert (len(first.log), len(second.log)) == (0, 1)


@pytest.mark.parametrize(("tear", "done"), [(Tear.BEFORE, 1), (Tear.AFTER, 2)])
def test_pulled_at_a_command(vpcd: Vpcd, card_file: MakeFile, tear: Tear, done: int) -> None:
    card = card_file().make()
    vpcd.slot.insert(card)
    with vpcd.accept() as line:
        assert ask(line, bytes([Control.ATR])) == ATR
        vpcd.slot.pull_at(2, tear)
        assert ask(line, SELECT) == b"\x90\x00"
        assert ask(line, VERIFY) == b""
        assert len(card.log) == done
        assert card.pin_entries == done - 1
        assert vpcd.slot.card is None


def test_is_offered_again_when_vpcd_comes_back(vpcd: Vpcd, card_file: MakeFile) -> None:
    card = card_file().make()
    vpcd.slot.insert(card)
    with vpcd.accept() as line:
        assert ask(line, SELECT) == b"\x90\x00"
        assert ask(line, VERIFY) == b"\x90\x00"
    with vpcd.accept() as line:
        assert ask(line, bytes([Control.ATR])) == ATR
        assert not card.is_verified


def test_pull_at_without_a_card_is_nothing(vpcd: Vpcd) -> None:
    vpcd.slot.pull_at(1)
    assert vpcd.slot.card is None
