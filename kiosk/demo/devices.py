"""The virtual devices of one demo, each at the far end of the wire the terminal really uses.

A private pcscd with a slot for cards, a coin machine and a receipt printer on a pty each, an IPP
printer on loopback. Whatever they do is written into the logbook.
"""

import io
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.cardfile import read_card_file
from drivers.card.virtual import VirtualCard
from drivers.card.vpcd import VirtualSlot
from drivers.clock import Clock
from drivers.coin.virtual.ledger import Place, Truth
from drivers.coin.virtual.mechanics import Happening, Speeds
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine, PrinterNews
from drivers.receipt.virtual import VirtualReceiptPrinter
from kiosk.demo.coin_machines import COIN_MACHINES
from kiosk.demo.logbook import Logbook
from kiosk.demo.plain_words import card_words, coin_words, printer_words

_CARD_WATCH_S = 0.05
_NO_TIME = Speeds(fall_time_s=0, dispense_coin_s=0, bill_draw_s=0, bill_move_s=0, flap_s=0)
_THUMB_DPI = 50
_PAGE_DPI = 110


@dataclass(frozen=True, slots=True)
class DemoCard:
    """A card of the demo: its name, what it is, and the PIN a visitor of the demo may type."""

    name: str
    label: str
    pin: str = field(repr=False)
    path: Path

    @property
    def of_resident(self) -> bool:
        """A resident's own card; the special ones borrow a resident's key or have none."""
        return (self.path.parent / "auth-key.pem").exists()


def find_cards(directory: Path) -> tuple[DemoCard, ...]:
    """Every card below `directory`, the plain residents first."""
    cards = []
    for path in sorted(directory.glob("*/card.toml")):
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        pin = str(values.get("auth", {}).get("pin", ""))
        label = str(values.get("card", {}).get("label", ""))
        cards.append(DemoCard(path.parent.name, label, pin, path))
    return tuple(sorted(cards, key=lambda card: (not card.of_resident, card.name)))


class VirtualDevices:
    """Everything the terminal plugs into. `close` ends all of it."""

    def __init__(
        self,
        runtime: Path,
        logbook: Logbook,
        clock: Clock,
        *,
        fast: bool,
        coins: str = "cctalk",
    ) -> None:
        """`fast`: mechanics take no time (for figures and tests). `coins`: of `COIN_MACHINES`."""
        self._logbook = logbook
        self.pcscd = PrivatePcscd(runtime / "pcscd")
        self.pcscd.start()
        self.slot = VirtualSlot(self.pcscd.vpcd_host, self.pcscd.vpcd_port)
        speeds = _NO_TIME if fast else Speeds()
        machine = COIN_MACHINES[coins]
        self.coins = machine.make(clock, self._coin_did, speeds)
        self.coin_config = {"port": self.coins.serve_pty(), **machine.config}
        """The terminal's section `[coin]`."""
        paper_s = 0.02 if fast else 1.0
        self.printer = VirtualPrinter(Machine(first_sheet_s=paper_s, sheet_s=paper_s))
        self.printer.observe(self._printer_did)
        self.printer.start()
        self.receipt = VirtualReceiptPrinter()
        self.receipt_port = self.receipt.serve_pty()
        self._card: VirtualCard | None = None
        self.card_name = ""
        self.last_card: DemoCard | None = None
        """The card that was placed last, there or not."""
        self._last_made: VirtualCard | None = None
        self._stop = threading.Event()
        threading.Thread(target=self._watch_card, name="card-watch", daemon=True).start()

    def place(self, card: DemoCard) -> None:
        """Put a fresh card on the reader."""
        made = read_card_file(card.path).make()
        self._card, self.card_name = made, card.name
        self.last_card, self._last_made = card, made
        self.slot.insert(made)
        self._logbook.write("hand", f"put {card.name} on the reader")

    def pull(self) -> None:
        """Take the card away."""
        self.slot.pull()
        self._card, self.card_name = None, ""
        self._logbook.write("hand", "took the card away")

    @property
    def last_card_verified(self) -> bool | None:
        """True if the last card still counts its PIN as entered: it was left powered.

        None if no card was placed here.
        """
        return self._last_made.is_verified if self._last_made else None

    def truth(self) -> Truth:
        """Where every coin is."""
        return self.coins.truth()

    def coin_state(self) -> Mapping[str, object]:
        """Hoppers, tray, escrow, cashbox and stacker, for the page."""
        truth, flap = self.truth(), self.coins.escrow
        return {
            "coin_tray_yen": truth.yen(Place.TRAY),
            "cashbox_yen": truth.yen(Place.CASHBOX),
            "stacker_yen": truth.yen(Place.STACKER),
            "bill_yen": truth.yen(Place.TRANSPORT, Place.BILL_ESCROW),
            "escrow": None
            if flap is None
            else {
                "yen": truth.yen(Place.COIN_ESCROW),
                "coins": [
                    {"yen": yen, "pieces": pieces}
                    for yen, pieces in sorted(truth.pieces[Place.COIN_ESCROW].items())
                    if pieces
                ],
                "stuck": flap.stuck,
            },
            "hoppers": [
                {"yen": yen, "pieces": hopper.pieces, "jammed": hopper.jammed}
                for yen, hopper in sorted(self.coins.hoppers.items())
            ],
        }

    def sheet_png(self, number: int, *, large: bool) -> bytes | None:
        """Front and back of a delivered sheet, side by side."""
        for sheet in self.printer.delivered:
            if sheet.number == number:
                dpi = _PAGE_DPI if large else _THUMB_DPI
                sides = [side for side in (sheet.front, sheet.back) if side is not None]
                return _png(_beside([side.image(dpi) for side in sides]))
        return None

    def slip_png(self, number: int) -> bytes | None:
        """A receipt as it came out."""
        slips = self.receipt.slips
        return _png(slips[number - 1]) if 0 < number <= len(slips) else None

    def close(self) -> None:
        """End all of it. Idempotent."""
        self._stop.set()
        self.slot.pull()
        self.printer.stop()
        self.coins.close()
        self.receipt.close()
        self.pcscd.stop()

    def _coin_did(self, happening: Happening) -> None:
        self._logbook.write("coins", coin_words(happening.what, happening.yen, happening.detail))

    def _printer_did(self, news: PrinterNews) -> None:
        self._logbook.write("printer", printer_words(news.what))

    def _watch_card(self) -> None:
        """Write down each APDU the card saw; secrets are blanked by the card itself."""
        seen: VirtualCard | None = None
        written = 0
        while not self._stop.wait(_CARD_WATCH_S):
            if self._card is not seen:
                seen, written = self._card, 0
            if seen is None:
                continue
            for exchange in seen.log[written:]:
                what = card_words(exchange.command, exchange.sw, exchange.answered)
                self._logbook.write("card", what)
                written += 1


def _beside(images: list[Image.Image]) -> Image.Image:
    gap = 8
    width = sum(image.width for image in images) + gap * (len(images) - 1)
    whole = Image.new("RGB", (width, max(image.height for image in images)), "#c9ced6")
    left = 0
    for image in images:
        whole.paste(image, (left, 0))
        left += image.width + gap
    return whole


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
