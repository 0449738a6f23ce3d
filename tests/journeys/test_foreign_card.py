"""A card that is not ours: another program's, behind the same reader, with an exported key."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.resident import FEE, Resident

pytestmark = pytest.mark.daemon

NAME = "takahashi-michiko"


def _exports(resident: Resident, out: Path) -> str:
    """The resident's key, certificate and CA as files; their PIN."""
    state = resident.stage.private_places()[0].parent / "state"
    command = ("-m", "center", "pki", "export", NAME, "--out", out, "--state", state)
    subprocess.run([sys.executable, *map(str, command)], check=True, capture_output=True)
    return (out / "pin.txt").read_text(encoding="ascii").strip()


def _card_file(out: Path, pin: str) -> Path:
    """A card of somebody else's making: only what was exported, the rest invented."""
    tables: dict[str, dict[str, object]] = {
        "card": {"kind": "my_number", "label": "another maker's card"},
        "auth": {"pin": pin, "key": "key.pem", "certificate": "cert.pem", "ca": "ca.pem"},
        "sign": {"password": "ABC123", "key": "key.pem", "certificate": "cert.pem", "ca": "ca.pem"},
        "person": {
            "name": "見本　見本子",
            "address": "見本県見本市",
            "birth": "19700101",
            "sex": "2",
            "individual_number": "000000000000",
        },
    }
    lines = [
        "\n".join((f"[{name}]", *(f"{key} = {json.dumps(it)}" for key, it in values.items()), ""))
        for name, values in tables.items()
    ]
    path = out / "card.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@contextmanager
def _served(resident: Resident, card: Path) -> Iterator[Callable[[], None]]:
    """`kiosk-drivers card serve`: lies on the reader until the way out is called."""
    pcscd = resident.stage.devices.pcscd
    where = f"{pcscd.vpcd_host}:{pcscd.vpcd_port}"
    command = [sys.executable, "-m", "drivers", "card", "serve", str(card), "--vpcd", where]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as card_:
        try:
            yield card_.terminate
        finally:
            card_.terminate()


def test_a_whole_visit_with_another_makers_card(resident: Resident, tmp_path: Path) -> None:
    pin = _exports(resident, tmp_path)
    card = _card_file(tmp_path, pin)
    resident.begins()
    with _served(resident, card) as taken:
        resident.touch("scope:residence")
        resident.types(pin)
        resident.sees("take_card")
        taken()
        resident.sees("certificate")
    resident.fills_in()
    resident.touch("confirm")
    resident.sees("pay")
    resident.waits_for("pay.open")
    resident.inserts(100, 100)
    assert resident.takes_paper() == 1
    resident.goes_home()
    resident.money_is_right(kept=FEE)
    assert resident.waits_for("visit.end")["outcome"] == "issued"
