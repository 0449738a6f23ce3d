"""ESC/POS numbers and their meanings. No wire, no clock.

Source: Epson ESC/POS Application Programming Guide (public): DLE EOT, GS r, GS a, GS v 0, GS V,
ESC @, ESC d, ESC J.
"""

import enum
from dataclasses import dataclass

DLE, EOT, ENQ, DC4, ESC, GS, LF = 0x10, 0x04, 0x05, 0x14, 0x1B, 0x1D, 0x0A
REAL_TIME = frozenset({EOT, ENQ, DC4})
"""What may follow DLE. Printers obey these even inside picture data."""


class StatusKind(enum.IntEnum):
    """What DLE EOT n asks."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


STATUS_MASK, STATUS_FIXED = 0x93, 0x12
"""Answers to DLE EOT have bits 1 and 4 set, bits 0 and 7 clear."""
DONE_MASK = 0x90
"""The answer to GS r has bits 4 and 7 clear, which tells it from any answer to DLE EOT."""
AUTOMATIC_FIXED = 0x10
"""Automatic Status Back, masked as an answer to DLE EOT: the first of its four bytes."""
AUTOMATIC_MORE = 3
"""Each of the other three has bits 4 and 7 clear, as the answer to GS r has."""
AUTOMATIC_OFF = bytes((GS, ord("a"), 0))
"""A printer may have it on from power-up, by a switch of its own."""


@dataclass(frozen=True, slots=True)
class StatusBit:
    """Bits of one status byte that mean a trouble."""

    kind: StatusKind
    mask: int
    reason: str


STATUS_BITS: tuple[StatusBit, ...] = (
    StatusBit(StatusKind.OFFLINE_CAUSE, 0x04, "receipt.cover_open"),
    StatusBit(StatusKind.OFFLINE_CAUSE, 0x20, "receipt.paper_out"),
    StatusBit(StatusKind.PAPER, 0x60, "receipt.paper_out"),
    StatusBit(StatusKind.ERROR_CAUSE, 0x08, "receipt.cutter"),
    StatusBit(StatusKind.ERROR_CAUSE, 0x60, "receipt.offline"),
)
NEAR_END_MASK = 0x0C
"""In the answer to PAPER: the roll is nearly used up."""
OFFLINE_MASK = 0x08
"""In the answer to PRINTER: it takes no data."""

PAPER_STATUS_WHEN_REACHED = bytes((GS, ord("r"), 1))
"""Buffered, hence answered only when all that was sent before has been printed."""
DOTS_PER_MM = 8
"""203 dpi."""
FULL_ROLL_DOTS = 50_000 * DOTS_PER_MM
"""A roll of 50 m."""


def ask(kind: StatusKind) -> bytes:
    """DLE EOT n."""
    return bytes((DLE, EOT, kind))
