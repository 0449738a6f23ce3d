"""One contract for every sensor of the output tray, however it is wired."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial

import pytest

from drivers.clock import SystemClock
from drivers.errors import DeviceError
from drivers.printer.contract import PrinterConfig, Tray, TraySensor
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.tray_gpio import GpioTraySensor
from drivers.printer.tray_serial import SerialTraySensor
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from drivers.printer.virtual_gpio import VirtualGpioTray
from drivers.printer.virtual_tray import VirtualTrayBoard

Deed = Callable[[], None]


@dataclass(frozen=True)
class Rig:
    """A sensor, hands at its tray, and every way in which it can be broken and mended."""

    kind: str
    sensor: TraySensor
    put: Deed
    take: Deed
    faults: dict[str, tuple[Deed, Deed]]


@contextmanager
def serial() -> Iterator[Rig]:
    with VirtualTrayBoard() as board:
        sensor = SerialTraySensor(board.serve_pty(), SystemClock())
        yield Rig("serial", sensor, board.put, board.take, {
            "no power": switch(board, "mute"),
            "short circuit": switch(board, "shorted"),
            "unplugged": (board.line.unplug, board.line.plug_in),
        })  # fmt: skip
        sensor.close()


@contextmanager
def gpio(*, active_low: bool) -> Iterator[Rig]:
    tray = VirtualGpioTray()
    config = PrinterConfig(
        device_uri="ipp://192.0.2.8/ipp/print", tray="gpio", tray_port="/dev/kiosk-gpio",
        tray_lines=tray.names, tray_active_low=active_low,
    )  # fmt: skip
    sensor = GpioTraySensor(config, SystemClock(), tray.request)
    yield Rig("gpio", sensor, tray.put, tray.take, {
        "no power": switch(tray, "mute"),
        "short circuit": switch(tray, "shorted"),
        "unplugged": switch(tray, "unplugged"),
        "both wires cut": (lambda: tray.cut.update(tray.names), tray.cut.clear),
    })  # fmt: skip
    sensor.close()


def switch(device: object, name: str) -> tuple[Deed, Deed]:
    return lambda: setattr(device, name, True), lambda: setattr(device, name, False)


RIGS: dict[str, Callable[[], AbstractContextManager[Rig]]] = {
    "serial": serial,
    "gpio": partial(gpio, active_low=False),
    "gpio active low": partial(gpio, active_low=True),
}


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with RIGS[request.param]() as made:
        yield made


def test_what_lies_there_is_seen(rig: Rig) -> None:
    assert rig.sensor.look() is Tray.EMPTY
    rig.put()
    assert rig.sensor.look() is Tray.SHEETS
    assert rig.sensor.look() is Tray.SHEETS, "looking takes nothing away"
    rig.take()
    while rig.sensor.look() is Tray.SHEETS:  # one look may still tell of what lay there
        pass
    assert rig.sensor.look() is Tray.EMPTY


def test_a_sheet_between_two_looks_is_not_missed(rig: Rig) -> None:
    assert rig.sensor.look() is Tray.EMPTY
    rig.put()
    rig.take()
    assert rig.sensor.look() is Tray.SHEETS
    assert rig.sensor.look() is Tray.EMPTY, "it is told once"


@pytest.mark.parametrize("lying", [False, True])
def test_a_broken_sensor_is_never_an_answer_and_comes_back_by_itself(
    rig: Rig, *, lying: bool
) -> None:
    for name, (spoil, mend) in rig.faults.items():
        rig.sensor.look()
        (rig.put if lying else rig.take)()
        spoil()
        for _ in range(2):
            with pytest.raises(DeviceError, match=r"printer\.tray_sensor"):
                pytest.fail(f"{name}: it says {rig.sensor.look()}")
        mend()
        (rig.take if lying else rig.put)()
        rig.sensor.look()
        assert rig.sensor.look() is (Tray.EMPTY if lying else Tray.SHEETS), name


def test_closed_it_opens_again(rig: Rig) -> None:
    rig.sensor.look()
    rig.sensor.close()
    rig.sensor.close()
    rig.put()
    assert rig.sensor.look() is Tray.SHEETS


def test_the_watch_believes_its_own_sensor_and_says_when_it_is_broken(rig: Rig) -> None:
    with VirtualPrinter(Machine(tray_sensor="none")) as printer:
        config = PrinterConfig(device_uri=printer.device_uri, tray=rig.kind, tray_port="there")
        watch = IppPrinterWatch(config, SystemClock(), rig.sensor)
        assert (watch.status().tray, watch.look_at_tray()) == (Tray.EMPTY, Tray.EMPTY)
        rig.put()
        assert watch.status().obstacles == ("printer.tray_not_empty",)
        spoil, _ = rig.faults["no power"]
        spoil()
        assert watch.status().troubles == ("printer.tray_sensor",)
        assert watch.status().tray is Tray.UNKNOWN
        with pytest.raises(DeviceError):
            watch.look_at_tray()
