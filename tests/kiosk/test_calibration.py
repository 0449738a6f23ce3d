"""What a chosen calibration is worth, asked of the printer that is there."""

import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from center.wire.calibration import Calibration, printer_mark, read_calibration
from drivers.clock import SystemClock
from drivers.printer.contract import PrinterCapabilities
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from kiosk.calibration import ask, calibration, sentences
from kiosk.config import Config, ConfigError, parse

EXAMPLE = Path(__file__).parents[2] / "firmware.toml"
ABLE = PrinterCapabilities(
    duplex=True, colour=True, a4=True, pdf=True, cmyk=True, maker="M", device_uri="ipp://p/",
    identity="urn:uuid:one",
)  # fmt: skip
OURS = printer_mark("urn:uuid:one")


@pytest.fixture
def config() -> Iterator[Config]:
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="k") as place:
        values["terminal"]["mode"] = "demo"
        values["journal"]["directory"] = f"{place}/journal"
        values["printer"]["device_uri"] = "ipp://127.0.0.1:9/ipp/print"
        yield parse(values, EXAMPLE)


def chosen(config: Config, written: str) -> Config:
    return replace(config, center=replace(config.center, calibration=written))


def test_the_choice_counts_for_its_own_printer(config: Config) -> None:
    ours = chosen(config, f"1.4.cmyk.{OURS}")
    assert calibration(ours, ABLE) == Calibration(4, cmyk=True, printer=OURS)
    assert sentences(ours, ABLE)[0] == "pantograph: choice 4 of the calibration sheet"


def test_a_replaced_printer_is_not_calibrated(config: Config) -> None:
    other = replace(ABLE, identity="urn:uuid:two")
    found = calibration(chosen(config, f"1.4.cmyk.{OURS}"), other)
    assert found == Calibration(0, cmyk=True, printer=printer_mark("urn:uuid:two"))
    said = sentences(chosen(config, f"1.4.cmyk.{OURS}"), other)
    assert "another printer" in said[0]
    assert f'"1.N.cmyk.{printer_mark("urn:uuid:two")}"' in said[1]


def test_an_engine_nobody_calibrated_is_told_how(config: Config) -> None:
    said = sentences(config, ABLE)
    assert "may show on originals" in said[0]
    assert "kiosk-center calibrate" in said[1]


@pytest.mark.parametrize("written", ["3", "1.N.cmyk.9f3a2c41", "1.0.rgb.00000000", "1.3.cmyk"])
def test_a_line_that_is_no_calibration_is_refused_and_not_ignored(written: str) -> None:
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    values["center"]["calibration"] = written
    with pytest.raises(ConfigError, match=r"center\.calibration must be the line of `kiosk check`"):
        parse(values, EXAMPLE)


@pytest.mark.parametrize(
    ("able", "direct", "passed"),
    [
        (ABLE, True, True),
        (replace(ABLE, cmyk=False), True, False),
        (replace(ABLE, pdf=False), True, False),
        (ABLE, False, False),
    ],
    ids=["says so", "does not say so", "takes no PDF", "gets raster"],
)
def test_cmyk_is_asked_and_not_guessed(
    config: Config, able: PrinterCapabilities, direct: bool, passed: bool
) -> None:
    queue = replace(config, printer=replace(config.printer, direct_pdf=direct))
    # Whatever stands in the configuration: what the printer says now counts.
    for written in (f"1.4.cmyk.{OURS}", f"1.4.rgb.{OURS}", ""):
        assert calibration(chosen(queue, written), able).cmyk is passed
    said = sentences(queue, able)[-1]
    assert ("infra-red pair" in said) is passed
    assert ("alone proves no original" in said) is not passed


@pytest.mark.daemon
def test_the_printer_itself_is_asked(config: Config) -> None:
    for machine in (Machine(), Machine(cmyk=False)):
        printer = VirtualPrinter(machine)
        printer.start()
        try:
            settings = replace(config.printer, device_uri=printer.device_uri)
            found = read_calibration(ask(replace(config, printer=settings), SystemClock()))
        finally:
            printer.stop()
        assert found.cmyk is machine.cmyk
        assert found.printer != Calibration().printer


def test_a_printer_that_does_not_answer_is_none(config: Config) -> None:
    assert ask(config, SystemClock()) == ""
