"""The tray's sensor on GPIO lines: what only two wires and libgpiod can do wrong."""

import itertools

import pytest

from drivers.clock import SystemClock, VirtualClock
from drivers.errors import DeviceError, PeerError, SilenceError
from drivers.printer.contract import PrinterConfig, Tray
from drivers.printer.tray_gpio import GpioTraySensor
from drivers.printer.virtual_gpio import VirtualGpioTray


def sensor_at(tray: VirtualGpioTray, lines: tuple[str, ...] = ()) -> GpioTraySensor:
    config = PrinterConfig(
        device_uri="ipp://192.0.2.8/ipp/print", tray="gpio", tray_port="/dev/kiosk-gpio",
        tray_lines=lines or tray.names,
    )  # fmt: skip
    return GpioTraySensor(config, VirtualClock(), tray.request)


@pytest.mark.parametrize(
    ("sheets", "empty", "lying"), [*itertools.product([False, True], repeat=3)]
)
def test_whatever_wire_is_cut_paper_is_never_an_empty_tray_nor_the_other_way(
    *, sheets: bool, empty: bool, lying: bool
) -> None:
    tray = VirtualGpioTray()
    tray.cut |= {name for name, cut in zip(tray.names, (sheets, empty), strict=True) if cut}
    if lying:
        tray.put()
    try:
        seen = sensor_at(tray).look()
    except PeerError:
        assert sheets or empty
    else:
        assert seen is (Tray.SHEETS if lying else Tray.EMPTY)


def test_outputs_that_change_one_after_the_other_are_waited_for() -> None:
    tray, clock = VirtualGpioTray(), VirtualClock()
    looks = itertools.count()

    class Slow:
        """Its first output falls some looks before the second rises."""

        def __init__(self) -> None:
            self._lines = tray.request("", {})
            self.wait_edge_events = self._lines.wait_edge_events
            self.read_edge_events = self._lines.read_edge_events
            self.release = self._lines.release
            self._empty = self._lines.get_values()

        def get_values(self, lines: object = None) -> list[object]:
            del lines
            return list(self._empty) if next(looks) > 3 else [self._empty[0]] * 2

    config = PrinterConfig(device_uri="ipp://192.0.2.8/", tray="gpio", tray_lines=tray.names)
    sensor = GpioTraySensor(config, clock, lambda _path, _settings: Slow())  # type: ignore[arg-type,return-value]  # a twin of its own
    assert sensor.look() is Tray.EMPTY
    assert next(looks) == 5


def test_a_line_that_is_not_there_or_is_anothers_is_said() -> None:
    tray = VirtualGpioTray()
    with pytest.raises(SilenceError, match="cannot map nowhere"):
        sensor_at(tray, ("nowhere", "tray-empty")).look()
    first, second = sensor_at(tray), sensor_at(tray)
    assert first.look() is Tray.EMPTY
    with pytest.raises(SilenceError, match="busy"):
        second.look()
    first.close()
    assert second.look() is Tray.EMPTY


@pytest.mark.parametrize("path", ["/dev/none", "/dev/null"])
def test_what_is_no_gpio_chip_is_said_by_the_library_itself(path: str) -> None:
    """libgpiod and the kernel, not the twin."""
    config = PrinterConfig(
        device_uri="ipp://192.0.2.8/", tray="gpio", tray_port=path, tray_lines=("4", "17")
    )
    with pytest.raises(DeviceError, match=rf"printer\.tray_sensor: The lines 4 and 17 of {path}"):
        GpioTraySensor(config, SystemClock()).look()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"tray": "gpio", "tray_lines": ("4", "17")}, "tray_port must name a device"),
        ({"tray": "serial"}, "tray_port must name a device"),
        ({"tray": "gpio", "tray_port": "/dev/gpiochip0"}, "tray_lines must name two lines"),
        ({"tray": "gpio", "tray_port": "/dev/gpiochip0", "tray_lines": ("4", "4")}, "two lines"),
    ],
)
def test_what_cannot_be_together_in_the_configuration(
    given: dict[str, object], sentence: str
) -> None:
    config = PrinterConfig(device_uri="ipp://192.0.2.8/", **given)  # type: ignore[arg-type]  # a table
    assert [sentence in told for told in config.disagreements()] == [True]


def test_what_is_whole_has_no_disagreement() -> None:
    config = PrinterConfig(device_uri="ipp://192.0.2.8/", tray="gpio", tray_port="/dev/gpiochip0",
                           tray_lines=("4", "17"))  # fmt: skip
    assert not list(config.disagreements())
