"""`kiosk calibrate`: the sheet on paper, dot for dot, by both kinds of queue, or a sentence."""

import argparse
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from center.antiforgery.calibrate import field, sheet
from center.antiforgery.pantograph import tint
from drivers.clock import SystemClock
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_sheets import PdfSide, RasterSide
from kiosk.__main__ import main
from kiosk.calibrate import calibrate
from kiosk.config import Config, parse
from kiosk.journal.writer import JournalFile
from tests.center.antiforgery.renderers import pdfium

EXAMPLE = Path(__file__).parents[2] / "firmware.toml"
CHOICE = 2


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter()
    printer.start()
    yield printer
    printer.stop()


def config_for(uri: str, journal: Path, *, direct: bool = True) -> Config:
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    values["terminal"]["mode"] = "demo"
    values["journal"]["directory"] = str(journal)
    values["printer"] |= {"device_uri": uri, "direct_pdf": direct}
    return parse(values, EXAMPLE)


def inked(side: object) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    if isinstance(side, RasterSide):
        page = side.page
        dots = np.frombuffer(page.bitmap(), np.uint8).reshape(page.height, page.width, 3)
        return np.asarray((dots == 0).all(axis=2))
    assert isinstance(side, PdfSide)
    assert side.document == sheet(), "every byte of it"
    return pdfium(side.document, 0) < 128


@pytest.mark.daemon
@pytest.mark.timeout(120)
@pytest.mark.parametrize("direct", [True, False], ids=["PDF queue", "raster queue"])
def test_it_is_printed_as_certificates_are(
    printer: VirtualPrinter, tmp_path: Path, *, direct: bool
) -> None:
    config = config_for(printer.device_uri, tmp_path, direct=direct)
    told = calibrate(config, SystemClock(), sheet())
    (delivered,) = printer.delivered
    page, area = inked(delivered.front), field(CHOICE)
    lower = 0 if direct else 1  # CUPS' filters place every page one dot lower
    rows = slice(area.top + lower, area.top + lower + area.height)
    assert np.array_equal(page[rows, area.left : area.left + area.width], tint(area, CHOICE))
    inks = "cmyk" if direct else "rgb"
    assert re.search(rf'center\.calibration = "1\.N\.{inks}\.[0-9a-f]{{8}}"', told[1])
    assert ("line screen" in told[2]) is not direct


def given(tmp_path: Path, uri: str = "ipp://127.0.0.1:9/ipp/print") -> argparse.Namespace:
    """A configuration file and a sheet on the disk."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for key, value in (("mode", "demo"), ("directory", str(tmp_path)), ("device_uri", uri)):
        text = re.sub(rf'^{key} = ".*"$', f'{key} = "{value}"', text, count=1, flags=re.MULTILINE)
    (tmp_path / "firmware.toml").write_text(text, encoding="utf-8")
    (tmp_path / "sheet.pdf").write_bytes(sheet())
    return argparse.Namespace(
        sheet=str(tmp_path / "sheet.pdf"), config=str(tmp_path / "firmware.toml")
    )


def test_a_printer_that_is_off_is_said_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = given(tmp_path)
    assert main(["calibrate", there.sheet, "--config", there.config]) == 1
    assert capsys.readouterr().err.startswith("printer.offline: ")


@pytest.mark.daemon
def test_an_open_printer_is_sent_nothing(
    printer: VirtualPrinter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printer.open_cover()
    there = given(tmp_path, printer.device_uri)
    assert main(["calibrate", there.sheet, "--config", there.config]) == 1
    assert capsys.readouterr().err.startswith("printer.cover_open: ")
    assert not printer.jobs


@pytest.mark.daemon
@pytest.mark.timeout(60)
def test_a_sheet_that_did_not_come_out_is_no_calibration(
    printer: VirtualPrinter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printer.abort()
    there = given(tmp_path, printer.device_uri)
    assert main(["calibrate", there.sheet, "--config", there.config]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("printer.spooler: ")
    assert "center.calibration" not in said.out


def test_a_running_terminal_keeps_its_printer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = given(tmp_path)
    running = JournalFile(tmp_path)
    try:
        assert main(["calibrate", there.sheet, "--config", there.config]) == 1
    finally:
        running.close()
    assert "stop it first" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["sheet", "config"])
def test_what_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    there = given(tmp_path)
    setattr(there, missing, str(tmp_path / "nothing"))
    assert main(["calibrate", there.sheet, "--config", there.config]) == 3
    assert "nothing" in capsys.readouterr().err
