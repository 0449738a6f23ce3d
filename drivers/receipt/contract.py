"""What the terminal needs of the receipt printer. No wire, no clock."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One line: `left`, and `right` set flush right. `large` doubles both directions."""

    left: str
    right: str = ""
    large: bool = False
    rule: bool = False
    """Draw a rule instead of text."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed; holds no name and nothing that leads to a person."""

    title: str
    lines: tuple[SlipLine, ...]
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class ReceiptStatus:
    """`troubles` are names of `drivers.reasons`; `near_end` warns of the roll's end."""

    troubles: tuple[str, ...]
    near_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptConfig:
    """Section `[receipt]` of the configuration."""

    port: str = field(metadata={"doc": "Serial port or host:port of the ESC/POS printer"})
    baud: int = field(default=115200, metadata={"doc": "Speed of a serial port", "unit": "bit/s"})
    rts_cts: bool = field(
        default=False, metadata={"doc": "Serial port: the printer stops us by RTS/CTS"}
    )
    width_dots: int = field(
        default=576,
        metadata={
            "doc": "Printable width (80 mm roll at 203 dpi: 576)",
            "unit": "dots",
            "min": 200,
            "max": 1000,
        },
    )
    font: str = field(
        default="",
        metadata={"doc": "TrueType/OpenType font file for the slip; empty takes the built set"},
    )


class ReceiptPrinter(Protocol):
    """A roll printer with a cutter."""

    def status(self) -> ReceiptStatus:
        """Ask by DLE EOT; never raises. Limit 2 s. Idempotent."""
        ...

    def print(self, slip: Slip) -> None:
        """Print and cut. Returns when the printer says it is done. Limit 10 s.

        NOT idempotent. Raises DeviceError `receipt.*`; afterwards the slip may be partly out.
        """
        ...
