"""The sheet sensor's board over a real pseudo terminal, and every way it can be wrong."""

from collections.abc import Iterator

import pytest

from drivers.clock import SystemClock
from drivers.errors import DeviceError, PeerError, SilenceError
from drivers.printer.contract import PrinterConfig, Tray
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.tray_serial import SerialTraySensor
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from drivers.printer.virtual_tray import VirtualTrayBoard


@pytest.fixture
def board() -> Iterator[VirtualTrayBoard]:
    with VirtualTrayBoard() as board:
        yield board


@pytest.fixture
def sensor(board: VirtualTrayBoard) -> Iterator[SerialTraySensor]:
    sensor = SerialTraySensor(board.serve_pty(), SystemClock())
    yield sensor
    sensor.close()


def test_what_lies_there_is_seen(board: VirtualTrayBoard, sensor: SerialTraySensor) -> None:
    assert sensor.look() is Tray.EMPTY
    board.put()
    assert sensor.look() is Tray.SHEETS
    board.take()
    assert sensor.look() is Tray.SHEETS, "it lay there since the last look"
    assert sensor.look() is Tray.EMPTY


def test_a_sheet_between_two_looks_is_not_missed(
    board: VirtualTrayBoard, sensor: SerialTraySensor
) -> None:
    assert sensor.look() is Tray.EMPTY
    board.put()
    board.take()
    assert sensor.look() is Tray.SHEETS


def test_a_board_without_power_is_not_an_empty_tray(
    board: VirtualTrayBoard, sensor: SerialTraySensor
) -> None:
    board.mute = True
    with pytest.raises(SilenceError, match=r"printer\.tray_sensor"):
        sensor.look()
    board.mute = False
    assert sensor.look() is Tray.EMPTY


def test_wires_that_touch_are_not_an_answer(
    board: VirtualTrayBoard, sensor: SerialTraySensor
) -> None:
    board.shorted = True
    with pytest.raises(PeerError, match=r"printer\.tray_sensor"):
        sensor.look()


def test_a_cable_pulled_and_put_back(board: VirtualTrayBoard, sensor: SerialTraySensor) -> None:
    assert sensor.look() is Tray.EMPTY
    board.line.unplug()
    with pytest.raises(DeviceError, match=r"printer\.tray_sensor"):
        sensor.look()
    board.line.plug_in()
    board.put()
    assert sensor.look() is Tray.SHEETS


def test_the_watch_believes_its_own_sensor_and_says_when_it_is_broken(
    board: VirtualTrayBoard, sensor: SerialTraySensor
) -> None:
    with VirtualPrinter(Machine(tray_sensor="none")) as printer:
        config = PrinterConfig(device_uri=printer.device_uri, tray="serial")
        watch = IppPrinterWatch(config, SystemClock(), sensor)
        assert (watch.status().tray, watch.look_at_tray()) == (Tray.EMPTY, Tray.EMPTY)
        board.put()
        assert watch.status().obstacles == ("printer.tray_not_empty",)
        board.mute = True
        assert watch.status().troubles == ("printer.tray_sensor",)
        assert watch.status().tray is Tray.UNKNOWN
        with pytest.raises(DeviceError):
            watch.look_at_tray()


@pytest.mark.parametrize(
    ("kind", "tray"), [("sensor", Tray.EMPTY), ("standard", Tray.EMPTY), ("none", Tray.UNKNOWN)]
)
def test_the_printers_own_sensor_is_asked_over_ipp(kind: str, tray: Tray) -> None:
    with VirtualPrinter(Machine(tray_sensor=kind)) as printer:
        watch = IppPrinterWatch(PrinterConfig(device_uri=printer.device_uri), SystemClock())
        assert watch.look_at_tray() is tray
        printer.set_offline(offline=True)
        with pytest.raises(DeviceError, match=r"printer\.offline"):
            watch.look_at_tray()


def test_where_no_sensor_is_configured_nobody_is_asked() -> None:
    config = PrinterConfig(device_uri="ipp://127.0.0.1:9/ipp/print", tray="none")
    assert IppPrinterWatch(config, SystemClock()).look_at_tray() is Tray.UNKNOWN
