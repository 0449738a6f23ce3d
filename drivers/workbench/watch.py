"""Watch devices: one line whenever something changes, in words."""

from collections.abc import Callable, Iterator

from drivers.card.contract import CardReader
from drivers.clock import Clock
from drivers.coin.contract import CoinVendor
from drivers.errors import DeviceError
from drivers.printer.contract import PrinterWatch
from drivers.receipt.contract import ReceiptPrinter
from drivers.workbench.coin_words import event_words

Look = Callable[[], tuple[str, ...]]
"""What there is to say now; the same as last time is not said again."""


class Watcher:
    """Looks at devices in turn; each is looked at no more often than it asks for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._looks: list[tuple[str, float, Look]] = []
        self._last: dict[str, tuple[str, ...]] = {}
        self._due: dict[str, float] = {}

    def add(self, name: str, every_s: float, look: Look) -> None:
        """One more device; `every_s` is how often it is asked."""
        self._looks.append((name, every_s, look))

    def coin(self, vendor: CoinVendor, take: frozenset[int], every_s: float) -> None:
        """A coin machine: every event. Takes the coins of `take`, none by default.

        Raises DeviceError where it cannot be set up.
        """
        vendor.capabilities()
        vendor.resume(None)
        vendor.accept(take)
        self.add("coin", every_s, lambda: tuple(event_words(e) for e in vendor.poll()))

    def card(self, reader: CardReader, every_s: float) -> None:
        """A card reader: what lies on it."""

        def look() -> tuple[str, ...]:
            status = reader.status()
            return (" ".join(filter(None, (status.presence.value, status.reader))),)

        self.add("card", every_s, look)

    def printer(self, printer: PrinterWatch, every_s: float) -> None:
        """A printer: troubles, warnings, tray, jobs."""

        def look() -> tuple[str, ...]:
            status = printer.status()
            said = (*status.troubles, *(f"warning {w}" for w in status.warnings))
            state = ", ".join(said) or "ready"
            return (f"{state}; tray {status.tray.value}; {len(status.jobs)} jobs",)

        self.add("printer", every_s, look)

    def receipt(self, printer: ReceiptPrinter, every_s: float) -> None:
        """A receipt printer: troubles, end of paper near."""

        def look() -> tuple[str, ...]:
            status = printer.status()
            near = ", paper near its end" if status.near_end else ""
            return ((", ".join(status.troubles) or "ready") + near,)

        self.add("receipt", every_s, look)

    def turn(self) -> Iterator[str]:
        """Look at what is due; a line for each thing that is new."""
        now_s = self._clock.monotonic_s()
        for name, every_s, look in self._looks:
            if self._due.get(name, 0.0) > now_s:
                continue
            self._due[name] = now_s + every_s
            yield from self._news(name, look)

    def _news(self, name: str, look: Look) -> Iterator[str]:
        try:
            said = look()
        except DeviceError as error:
            said = (str(error),)
        if name == "coin" or said != self._last.get(name):
            stamp = self._clock.utc().strftime("%H:%M:%S")
            yield from (f"{stamp} {name:<8} {line}" for line in said)
        self._last[name] = said
