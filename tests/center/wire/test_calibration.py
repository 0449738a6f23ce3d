"""The calibration id: all of it or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.wire.calibration import (
    CHOICES,
    UNCALIBRATED,
    Calibration,
    printer_mark,
    read_calibration,
)


def test_written() -> None:
    assert str(Calibration(3, cmyk=True, printer="9f3a2c41")) == "1.3.cmyk.9f3a2c41"


@given(st.integers(UNCALIBRATED, CHOICES), st.booleans(), st.text(max_size=80).map(printer_mark))
def test_read_as_it_was_written(choice: int, cmyk: bool, printer: str) -> None:
    one = Calibration(choice, cmyk, printer)
    assert read_calibration(str(one)) == one


@given(st.text(max_size=30))
def test_anything_else_is_an_engine_nobody_calibrated(written: str) -> None:
    read = read_calibration(written)
    assert read == Calibration() or str(read) == written


@pytest.mark.parametrize(
    "written",
    ["", "1.6.cmyk.9f3a2c41", "2.3.cmyk.9f3a2c41", "1.3.cmyk.9f3a2c4", "1.3.ink.9f3a2c41"],
)
def test_not_one_of_ours(written: str) -> None:
    assert read_calibration(written) == Calibration()


def test_two_printers_have_two_marks() -> None:
    assert printer_mark("urn:uuid:1") != printer_mark("urn:uuid:2")
