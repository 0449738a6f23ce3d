"""The sheet sensor's board over a real pseudo terminal; and the sensor inside a printer.

What holds for every sensor is in test_tray_sensors.py.
"""

from collections.abc import Iterator

import pytest

from drivers.clock import SystemClock
from drivers.errors import DeviceError, PeerError
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


def test_wires_that_touch_are_not_an_answer(
    board: VirtualTrayBoard, sensor: SerialTraySensor
) -> None:
    board.shorted = True
    with pytest.raises(PeerError, match=r"printer\.tray_sensor"):
        sensor.look()


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
