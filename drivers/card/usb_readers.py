"""Card readers on USB that the PC/SC service has no driver for, by name.

pcscd is silent about them: a reader that is plugged in and shows its light is simply not there.
So the terminal asks the kernel which devices are card readers, and the drivers' own lists which of
them pcscd can drive.

Source: USB class code 0Bh (usb.org, Defined Class Codes); pcsc-lite `hotplug_libudev.c` for how a
driver is chosen (vendor and product in a bundle's Info.plist, or the class driver for any 0Bh).
"""

import plistlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers.expat import ExpatError

_DEVICES = Path("/sys/bus/usb/devices")
_DRIVERS = Path("/usr/lib/pcsc/drivers")
_CLASS_DRIVER = "CCIDCLASSDRIVER"
_CARD_READER = "0b"

NOT_CCID: dict[tuple[str, str], str] = {
    ("054c", "02e1"): "Sony RC-S330/S360",
    ("054c", "06c1"): "Sony RC-S380/S",
    ("054c", "06c3"): "Sony RC-S380/P",
}
"""Readers sold for Japanese cards whose interface has no card reader class, so that only their USB
id betrays them. Source: nfcpy `src/nfc/clf/device.py`; LudovicRousseau/PCSC issue 86."""


def without_driver(devices: Path = _DEVICES, drivers: Path = _DRIVERS) -> tuple[str, ...]:
    """Readers that pcscd cannot drive, as `name (vendor:product)`. Never raises.

    Empty where there is none, and where the kernel shows no USB devices at all.
    """
    known, any_ccid = _driven(drivers)
    found = []
    for device in sorted(devices.glob("*")) if devices.is_dir() else ():
        identity = _text(device / "idVendor").lower(), _text(device / "idProduct").lower()
        is_ccid = _CARD_READER in _interface_classes(device)
        if identity in known or (is_ccid and any_ccid):
            continue
        if is_ccid or identity in NOT_CCID:
            found.append(f"{_name(device, identity)} ({':'.join(identity)})")
    return tuple(found)


def _driven(drivers: Path) -> tuple[frozenset[tuple[str, str]], bool]:
    """Every (vendor, product) of the installed drivers, and whether one takes any 0Bh device."""
    identities: set[tuple[str, str]] = set()
    any_ccid = False
    for bundle in drivers.glob("*.bundle/Contents/Info.plist"):
        try:
            values = plistlib.loads(bundle.read_bytes())
        except (OSError, ValueError, ExpatError):
            continue
        if not isinstance(values, dict):
            continue
        any_ccid = any_ccid or values.get("CFBundleName") == _CLASS_DRIVER
        identities.update(_listed(values))
    return frozenset(identities), any_ccid


def _listed(values: dict[str, object]) -> Iterator[tuple[str, str]]:
    vendors, products = values.get("ifdVendorID"), values.get("ifdProductID")
    if isinstance(vendors, list) and isinstance(products, list):
        for vendor, product in zip(vendors, products, strict=False):
            yield _four(str(vendor)), _four(str(product))


def _four(number: str) -> str:
    """A USB id as the kernel writes it: four lower-case hexadecimal digits."""
    return number.lower().removeprefix("0x").rjust(4, "0")


def _interface_classes(device: Path) -> frozenset[str]:
    return frozenset(_text(path) for path in device.glob("*:*/bInterfaceClass"))


def _name(device: Path, identity: tuple[str, str]) -> str:
    said = " ".join(filter(None, (_text(device / "manufacturer"), _text(device / "product"))))
    return NOT_CCID.get(identity) or said or "a card reader"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
