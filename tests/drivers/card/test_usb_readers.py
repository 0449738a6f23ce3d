"""Readers that pcscd cannot drive are named, from a tree laid out as the kernel's."""

import plistlib
from pathlib import Path

import pytest

from drivers.card.usb_readers import without_driver

RC_S380 = {"idVendor": "054c", "idProduct": "06c3", "manufacturer": "SONY", "product": "RC-S380/P"}
RC_S300 = {"idVendor": "054c", "idProduct": "0dc8", "manufacturer": "SONY", "product": "RC-S300/S"}
UNLISTED = {"idVendor": "1234", "idProduct": "abcd", "product": "Card Pad"}
KEYBOARD = {"idVendor": "1111", "idProduct": "2222", "product": "Keyboard"}


def plug(devices: Path, name: str, facts: dict[str, str], interface_class: str) -> None:
    interface = devices / name / f"{name}:1.0"
    interface.mkdir(parents=True)
    (interface / "bInterfaceClass").write_text(interface_class + "\n")
    for key, value in facts.items():
        (devices / name / key).write_text(value + "\n")


def driver(drivers: Path, values: dict[str, object], name: str = "ifd-ccid") -> None:
    bundle = drivers / f"{name}.bundle" / "Contents"
    bundle.mkdir(parents=True)
    (bundle / "Info.plist").write_bytes(plistlib.dumps(values))


LISTED: dict[str, object] = {"ifdVendorID": ["0x054C"], "ifdProductID": ["0x0DC8"]}


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    made = tmp_path / "devices"
    plug(made, "1-1", RC_S300, "0b")
    plug(made, "1-2", RC_S380, "ff")
    plug(made, "1-3", UNLISTED, "0b")
    plug(made, "1-4", KEYBOARD, "03")
    return made


def test_by_the_drivers_list(devices: Path, tmp_path: Path) -> None:
    driver(tmp_path / "drivers", LISTED)
    assert without_driver(devices, tmp_path / "drivers") == (
        "Sony RC-S380/P (054c:06c3)",
        "Card Pad (1234:abcd)",
    )


def test_a_class_driver_takes_every_ccid_reader(devices: Path, tmp_path: Path) -> None:
    driver(tmp_path / "drivers", {**LISTED, "CFBundleName": "CCIDCLASSDRIVER"})
    assert without_driver(devices, tmp_path / "drivers") == ("Sony RC-S380/P (054c:06c3)",)


def test_without_any_driver_all_are_named(devices: Path, tmp_path: Path) -> None:
    found = without_driver(devices, tmp_path / "none")
    assert found[0] == "SONY RC-S300/S (054c:0dc8)"
    assert len(found) == 3


@pytest.mark.parametrize(
    "plist", [b"", b"no plist", b"<plist><array/></plist>", b"<?xml version='1.0'?><plist>"]
)
def test_a_spoilt_list_lists_nothing(devices: Path, tmp_path: Path, plist: bytes) -> None:
    bundle = tmp_path / "drivers" / "bad.bundle" / "Contents"
    bundle.mkdir(parents=True)
    (bundle / "Info.plist").write_bytes(plist)
    assert len(without_driver(devices, tmp_path / "drivers")) == 3


def test_nothing_plugged_in(tmp_path: Path) -> None:
    assert without_driver(tmp_path / "no-bus", tmp_path / "none") == ()


def test_a_device_that_goes_while_it_is_looked_at(devices: Path, tmp_path: Path) -> None:
    for path in (devices / "1-3").glob("id*"):
        path.unlink()
    assert "Card Pad (:)" in without_driver(devices, tmp_path / "none")
