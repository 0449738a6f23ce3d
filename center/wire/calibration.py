"""The calibration id of a terminal's printer, as it travels with a visit (M1). Pure.

It says all the centre needs, so that either site can compose for the engine without a register
of engines: which of five pantographs was chosen on the calibration sheet, whether the printer
takes process colours as they are, and of which printer that was found.

`1.3.cmyk.9f3a2c41` is edition 1, choice 3, CMYK passed through, and the printer's mark.
"""

import hashlib
import re
from dataclasses import dataclass

CHOICES = 5
UNCALIBRATED = 0
_INKS = {"cmyk": True, "rgb": False}
_WRITTEN = re.compile(r"1\.([0-5])\.(cmyk|rgb)\.([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the marks are composed for."""

    choice: int = UNCALIBRATED
    """1 to 5, or 0 for an engine nobody calibrated."""
    cmyk: bool = False
    """The printer said that it takes CMYK as it is."""
    printer: str = "00000000"
    """`printer_mark` of the printer this was found for."""

    def __str__(self) -> str:
        inks = "cmyk" if self.cmyk else "rgb"
        return f"1.{self.choice}.{inks}.{self.printer}"


def printer_mark(identity: str) -> str:
    """Eight digits that stand for one printer; `identity` is what it says of itself."""
    return hashlib.sha256(b"calibrated printer\0" + identity.encode()).hexdigest()[:8]


def read_calibration(written: str) -> Calibration:
    """The calibration an id stands for; what cannot be read is an engine nobody calibrated."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        return Calibration()
    choice, inks, printer = found.groups()
    return Calibration(int(choice), _INKS[inks], printer)


def is_calibration(written: str) -> bool:
    """Whether it is an id with a choice from 1 to 5, as a person writes it down."""
    return read_calibration(written).choice != UNCALIBRATED
