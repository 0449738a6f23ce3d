"""The lines themselves: serial over a pty, TCP, memory, faults, transcript."""

import os
import pty
import socket
import threading
import tty
from collections.abc import Iterator

import pytest

from drivers.clock import VirtualClock
from drivers.link.faulty import Direction, Fault, FaultPlan, FaultyPort, Harm
from drivers.link.memory import MemoryPort
from drivers.link.port import LinkLost
from drivers.link.serial_port import SerialLine, SerialPort
from drivers.link.tap import Tap, TappedPort
from drivers.link.tcp_port import TcpPort


@pytest.fixture
def ends() -> Iterator[tuple[int, str]]:
    near, far = pty.openpty()
    tty.setraw(far)
    yield near, os.ttyname(far)
    os.close(far)
    os.close(near)


def test_serial_port_carries_bytes_both_ways(ends: tuple[int, str]) -> None:
    near, path = ends
    port = SerialPort(SerialLine(path=path))
    port.write(bytes(range(256)))
    assert os.read(near, 4096) == bytes(range(256))
    os.write(near, b"\x00\x03\x11\x13\xff")
    assert port.read(5.0) == b"\x00\x03\x11\x13\xff"
    assert port.read(0.0) == b""
    port.close()
    port.close()


def test_serial_port_is_ours_alone(ends: tuple[int, str]) -> None:
    port = SerialPort(SerialLine(path=ends[1]))
    with pytest.raises(LinkLost, match="cannot open"):
        SerialPort(SerialLine(path=ends[1]))
    port.close()
    SerialPort(SerialLine(path=ends[1])).close()


def test_serial_port_that_is_closed_or_missing_is_lost(ends: tuple[int, str]) -> None:
    port = SerialPort(SerialLine(path=ends[1]))
    port.close()
    with pytest.raises(LinkLost):
        port.read(0.0)
    with pytest.raises(LinkLost):
        port.write(b"x")
    with pytest.raises(LinkLost, match="cannot open /dev/kiosk-no-such"):
        SerialPort(SerialLine(path="/dev/kiosk-no-such"))


def test_serial_port_whose_far_end_vanishes_is_lost() -> None:
    near, far = pty.openpty()
    tty.setraw(far)
    port = SerialPort(SerialLine(path=os.ttyname(far)))
    os.close(far)
    os.close(near)
    with pytest.raises(LinkLost):
        port.read(1.0)
    port.close()


def test_tcp_port_carries_bytes_until_the_device_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served = threading.Thread(target=_echo_once, args=(listener,))
        served.start()
        port = TcpPort("127.0.0.1", listener.getsockname()[1])
        port.write(b"hello")
        assert port.read(5.0) == b"hello"
        served.join()
        with pytest.raises(LinkLost, match="closed the connection"):
            port.read(5.0)
        port.close()
        with pytest.raises(LinkLost):
            port.write(b"x")


def _echo_once(listener: socket.socket) -> None:
    device, _ = listener.accept()
    with device:
        device.sendall(device.recv(100))


def test_tcp_port_that_nobody_serves_is_lost() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(LinkLost, match="cannot reach"):
        TcpPort("127.0.0.1", port)


def test_memory_port_spends_time_only_on_silence() -> None:
    clock = VirtualClock()
    port = MemoryPort(lambda data: data.upper(), clock)
    began = clock.monotonic_s()
    port.write(b"abc")
    assert port.read(1.0) == b"ABC"
    assert clock.monotonic_s() == began
    assert port.read(1.0) == b""
    assert clock.monotonic_s() == began + 1.0


def test_memory_port_unplugged_and_closed() -> None:
    port = MemoryPort(lambda data: data, VirtualClock())
    port.unplugged = True
    with pytest.raises(LinkLost):
        port.write(b"x")
    port.unplugged = False
    port.close()
    with pytest.raises(LinkLost):
        port.read(0.0)
    assert port.reopen().read(0.0) == b""


SENT = b"\x01\x02\x03\x04"


def spoiled(fault: Fault) -> tuple[bytes, bytes, FaultPlan]:
    """What arrives at the far end, and what comes back, when `SENT` is sent and echoed."""
    clock = VirtualClock()
    arrived = bytearray()

    def far_end(data: bytes) -> bytes:
        arrived.extend(data)
        return data

    plan = FaultPlan([fault])
    port = FaultyPort(MemoryPort(far_end, clock), plan, clock)
    port.write(SENT)
    back = b"".join(iter(lambda: port.read(0.01), b""))
    return bytes(arrived), back, plan


@pytest.mark.parametrize(
    ("harm", "result"),
    [
        (Harm.DROP, b"\x01\x03\x04"),
        (Harm.FLIP, b"\x01\xfd\x03\x04"),
        (Harm.INSERT, b"\x01\xff\x02\x03\x04"),
        (Harm.DUPLICATE, b"\x01\x02\x02\x03\x04"),
        (Harm.CUT, b"\x01"),
    ],
)
def test_each_harm_both_ways(harm: Harm, result: bytes) -> None:
    arrived, _, plan = spoiled(Fault(direction=Direction.REQUEST, harm=harm, offset=1))
    assert arrived == result
    assert plan.struck == 1
    arrived, back, plan = spoiled(Fault(direction=Direction.REPLY, harm=harm, offset=1))
    assert (arrived, back) == (SENT, result)
    assert plan.struck == 1


def test_delay_holds_the_rest_back() -> None:
    clock = VirtualClock()
    plan = FaultPlan([Fault(direction=Direction.REPLY, harm=Harm.DELAY, offset=1, delay_s=0.5)])
    port = FaultyPort(MemoryPort(lambda data: data, clock), plan, clock)
    port.write(SENT)
    began = clock.monotonic_s()
    assert port.read(0.1) == SENT[:1]
    assert port.read(0.1) == b""
    assert port.read(1.0) == SENT[1:]
    assert clock.monotonic_s() == pytest.approx(began + 0.5)


def test_delay_inside_a_request_opens_a_gap() -> None:
    clock = VirtualClock()
    times: list[tuple[float, bytes]] = []
    began = clock.monotonic_s()

    def far_end(data: bytes) -> bytes:
        times.append((clock.monotonic_s() - began, data))
        return b""

    plan = FaultPlan([Fault(direction=Direction.REQUEST, harm=Harm.DELAY, offset=2, delay_s=0.2)])
    FaultyPort(MemoryPort(far_end, clock), plan, clock).write(SENT)
    assert times == [(0.0, SENT[:2]), (pytest.approx(0.2), SENT[2:])]


@pytest.mark.parametrize("direction", list(Direction))
def test_unplug_breaks_the_port(direction: Direction) -> None:
    with pytest.raises(LinkLost, match="by plan"):
        spoiled(Fault(direction=direction, harm=Harm.UNPLUG))


def test_a_fault_strikes_so_often_and_only_where_it_should() -> None:
    clock = VirtualClock()
    plan = FaultPlan()
    port = FaultyPort(MemoryPort(lambda data: data, clock), plan, clock)
    plan.add(
        Fault(
            direction=Direction.REPLY,
            harm=Harm.DROP,
            when=lambda raw: raw.startswith(b"b"),
            times=2,
        )
    )
    heard = []
    for request in (b"aa", b"bb", b"bc", b"bd"):
        port.write(request)
        heard.append(port.read(0.0))
    assert heard == [b"aa", b"b", b"c", b"bd"]
    assert plan.struck == 2


def test_transcript_puts_pieces_together_and_hides_secrets() -> None:
    clock = VirtualClock()
    tap = Tap(lambda raw: f"{len(raw)} bytes", lambda raw: raw.startswith(b"PIN"), keep=3)
    answers = [b"\x01", b"\x02"]
    port = TappedPort(MemoryPort(lambda _: answers.pop(0) if answers else b"", clock), tap, clock)
    port.write(b"ask")
    port.read(0.1)
    port.write(b"\x00")
    port.read(0.1)
    port.write(b"PIN 1234")
    lines = [line.text().split(maxsplit=1)[1] for line in tap.lines()]
    assert lines == ["-> 00  1 bytes", "<- 02  1 bytes", "-> [8 bytes hidden]"]
    assert "1234" not in repr(tap.lines())


def test_transcript_joins_what_one_answer_brings_in_pieces() -> None:
    tap = Tap()
    tap.record(1.0, b"\x01", outward=True)
    tap.record(1.1, b"\x02", outward=False)
    tap.record(1.2, b"\x03", outward=False)
    assert [line.shown for line in tap.lines()] == ["01", "02 03"]
