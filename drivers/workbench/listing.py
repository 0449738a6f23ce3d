"""What is plugged into this computer that could be a kiosk's device.

Read from where Linux shows it: `/dev`, `/sys`, and the PC/SC service. Nothing is opened, nothing
is sent.
"""

from collections.abc import Iterator
from pathlib import Path

from drivers.card.pcsc_service import PcscService
from drivers.card.usb_readers import without_driver
from drivers.errors import DeviceError

_SERIAL = ("ttyUSB*", "ttyACM*", "ttyS[0-9]*", "ttyAMA*")
_PRINTER_CLASS = "07"
"""Source: USB-IF defined class codes, base class 07h (printer)."""


def devices(root: Path = Path("/")) -> Iterator[str]:
    """One line a device, under a heading a kind; a kind without any says so."""
    yield from _section("Serial ports", serial_ports(root))
    yield from _section("Card readers", card_readers())
    yield from _section("USB printers", usb_printers(root))
    yield "Network printers are asked by address: kiosk-drivers probe printer --uri ipp://..."


def serial_ports(root: Path) -> Iterator[str]:
    """Each port with the names that stay the same when it is plugged in again."""
    names: dict[str, list[str]] = {}
    for folder, pattern in (("dev", "kiosk-*"), ("dev/serial/by-id", "*")):
        for link in sorted((root / folder).glob(pattern)):
            if link.is_symlink():
                shown = "/" + str(link.relative_to(root))
                names.setdefault(link.resolve().name, []).append(shown)
    for pattern in _SERIAL:
        for port in sorted((root / "dev").glob(pattern)):
            if _is_there(root, port.name):
                yield f"/dev/{port.name}  {'  '.join(names.get(port.name, []))}".rstrip()


def card_readers() -> Iterator[str]:
    """The PC/SC service's readers, and readers it has no driver for."""
    try:
        service = PcscService()
        yield from service.readers()
        service.drop()
    except DeviceError as error:
        yield f"{error.reason.what} {error.reason.advice}"
    for name in without_driver():
        yield f"{name}  (no driver: install the one of its maker, or libccid)"


def usb_printers(root: Path) -> Iterator[str]:
    """USB devices with a printer interface."""
    for interface in sorted((root / "sys/bus/usb/devices").glob("*:*/bInterfaceClass")):
        if interface.read_text().strip() == _PRINTER_CLASS:
            device = interface.parent.parent / interface.parent.name.partition(":")[0]
            words = [_words(device / name) for name in ("manufacturer", "product", "serial")]
            yield " ".join(filter(None, words)) or device.name


def _is_there(root: Path, name: str) -> bool:
    """A ttyS without a chip behind it is only a name."""
    kind = root / "sys/class/tty" / name / "type"
    return not name.startswith("ttyS") or _words(kind) not in {"", "0"}


def _words(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    yield title
    yield from (f"  {line}" for line in found or ["none"])
