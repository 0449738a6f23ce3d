"""ESC/POS answers as values, and picture data that says nothing else. No wire, no clock."""

from collections.abc import Iterator, Mapping

from drivers.receipt.contract import ReceiptStatus
from drivers.receipt.tables import (
    AUTOMATIC_FIXED,
    AUTOMATIC_MORE,
    DLE,
    DONE_MASK,
    NEAR_END_MASK,
    OFFLINE_MASK,
    REAL_TIME,
    STATUS_BITS,
    STATUS_FIXED,
    STATUS_MASK,
    StatusKind,
)

_THICKER = 0x08
"""Added to a byte DLE: one dot more, beside the one that is there."""


def is_status(byte: int) -> bool:
    """True for an answer to DLE EOT."""
    return byte & STATUS_MASK == STATUS_FIXED


def is_done(byte: int) -> bool:
    """True for the answer to GS r."""
    return not byte & DONE_MASK


class Answers:
    """What a printer sends, without what it tells unasked (Automatic Status Back).

    That comes as four bytes in one go, three of which look like the end of a slip.
    """

    def __init__(self) -> None:
        self._more = 0

    def sort(self, data: bytes) -> Iterator[int]:
        """The bytes of `data` that answer something."""
        for byte in data:
            if self._more and is_done(byte):
                self._more -= 1
                continue
            self._more = AUTOMATIC_MORE if byte & STATUS_MASK == AUTOMATIC_FIXED else 0
            if not self._more:
                yield byte


def decode_status(answers: Mapping[StatusKind, int]) -> ReceiptStatus:
    """The troubles that the status bytes tell; offline without a cause is a trouble itself."""
    troubles = [bit.reason for bit in STATUS_BITS if answers.get(bit.kind, 0) & bit.mask]
    if not troubles and answers.get(StatusKind.PRINTER, 0) & OFFLINE_MASK:
        troubles.append("receipt.offline")
    near_end = bool(answers.get(StatusKind.PAPER, 0) & NEAR_END_MASK)
    return ReceiptStatus(tuple(dict.fromkeys(troubles)), near_end)


def defuse(raster: bytes) -> bytes:
    """Picture data without a byte pair that a printer would obey at once as a command.

    DLE followed by EOT, ENQ or DC4 means "send status", "cancel", "pulse" even inside a picture.
    The DLE byte gets one dot more, which nobody sees.
    """
    safe = bytearray(raster)
    for at in range(len(safe) - 1):
        if safe[at] == DLE and safe[at + 1] in REAL_TIME:
            safe[at] |= _THICKER
    return bytes(safe)
