"""`kiosk-center pki ...`: make the demo's PKI, hand out a card's keys, revoke a certificate."""

import argparse
import datetime
from pathlib import Path
from typing import Any

from center.issuing.residents import load
from center.pki import description as described
from center.pki import index
from center.pki.layout import State, default_state
from center.pki.make import make
from center.pki.store import SECRET, write_file
from crypto.certificates import parse_pem_bundle

_COPIES = (
    ("key.pem", "auth-key.pem", SECRET),
    ("cert.pem", "auth-cert.pem", 0o644),
    ("ca.pem", "auth-ca.pem", 0o644),
)

EXPORTED = "exported"
"""File in the state directory: the resident whose key was exported last."""


def add_parser(subparsers: Any) -> None:
    """Mount `pki` and its commands below `subparsers`; each sets `run(arguments, at) -> status`."""
    parser = subparsers.add_parser("pki", help="the demo's certificate authorities and cards")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    making = commands.add_parser("make", help="make what is missing or no longer valid")
    making.set_defaults(run=_make)
    exporting = commands.add_parser("export", help="write a resident's key, certificates and PIN")
    exporting.add_argument("name", metavar="NAME", help="see `kiosk-drivers card list`")
    exporting.add_argument("--out", type=Path, required=True, help="directory to write to")
    exporting.set_defaults(run=_export)
    revoking = commands.add_parser("revoke", help="revoke a resident's certificate from now on")
    revoking.add_argument("name", metavar="NAME")
    revoking.add_argument("--undo", action="store_true", help="take a revocation back")
    revoking.set_defaults(run=_revoke)
    making.add_argument("--out", type=Path, dest="state", help="the demo's state directory")
    for each in (exporting, revoking):
        each.add_argument("--state", type=Path, help="the demo's state directory")


def _state(arguments: argparse.Namespace) -> State:
    return State(arguments.state) if arguments.state else default_state()


def _make(arguments: argparse.Namespace, at: datetime.datetime) -> int:
    state = _state(arguments)
    make(state, at)
    print(f"The demo's PKI and cards are in {state.root}.")  # noqa: T201 - a command's answer
    return 0


def _export(arguments: argparse.Namespace, at: datetime.datetime) -> int:
    state = _state(arguments)
    make(state, at)
    name = _resident(arguments.name)
    pin = next(each.pin for each in load() if each.id == name)
    for target, source, mode in _COPIES:
        write_file(arguments.out / target, (state.card(name) / source).read_bytes(), mode)
    write_file(arguments.out / "pin.txt", f"{pin}\n".encode(), SECRET)
    # Whoever waits for a card of somebody's own learns from it which resident to expect.
    write_file(state.root / EXPORTED, f"{name}\n".encode(), 0o644)
    print(f"key.pem, cert.pem, ca.pem and pin.txt of {name} are in {arguments.out}.")  # noqa: T201 - likewise
    return 0


def _revoke(arguments: argparse.Namespace, at: datetime.datetime) -> int:
    state = _state(arguments)
    make(state, at)
    name = _resident(arguments.name)
    (certificate,) = parse_pem_bundle((state.card(name) / "auth-cert.pem").read_bytes())
    authority = described.load().generation_of(name).name
    index.revoke(state.index(authority), certificate.serial_number, None if arguments.undo else at)
    print(f"The certificate of {name} is {'good again' if arguments.undo else 'revoked'}.")  # noqa: T201 - likewise
    return 0


def _resident(name: str) -> str:
    """The resident whose certificate the card `name` carries; ends the program if there is none."""
    cards = {each.id: each.id for each in load() if each.pin}
    cards |= {each.name: each.resident for each in described.load().cards.special if each.resident}
    if name not in cards:
        raise SystemExit(
            f"No card named {name} holds a key. There are: {', '.join(sorted(cards))}."
        )
    return cards[name]
