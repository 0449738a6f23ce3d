"""Right receipt printers that are built otherwise, within what ESC/POS leaves open."""

from drivers.clock import Clock
from drivers.receipt.tables import StatusKind
from drivers.receipt.virtual import Observer, VirtualReceiptPrinter, nobody

_DRAWER_HIGH = 0x04
_FEED_PRESSED = 0x40
_PAPER_STOP = 0x20


class OtherMake(VirtualReceiptPrinter):
    """Forgets what it has not printed as soon as it goes offline.

    Automatic Status Back is on from power-up, by its switch, until it is told off. The drawer's pin
    stands high and the feed button hangs (DLE EOT 1 bits 2 and 6: nobody's trouble), and the end of
    the roll is told by its sensor alone (DLE EOT 4), not as a cause of being offline.
    """

    def __init__(self, clock: Clock | None = None, observer: Observer = nobody) -> None:
        super().__init__(clock, observer, automatic=True)

    def _work(self) -> None:
        super()._work()
        if not self.online:
            self._waiting.clear()
            self._strips.clear()

    def _status(self, kind: StatusKind) -> int:
        told = super()._status(kind)
        if kind is StatusKind.PRINTER:
            return told | _DRAWER_HIGH | _FEED_PRESSED
        return told & ~_PAPER_STOP if kind is StatusKind.OFFLINE_CAUSE else told
