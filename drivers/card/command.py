"""`kiosk-drivers card`: list the demo's cards, and put one behind a pcscd."""

import argparse
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.card.cardfile import CARD_FILE, CardFile, CardFileError, read_card_file
from drivers.card.virtual import CardTorn, VirtualCard
from drivers.card.vpcd import connect, serve

if TYPE_CHECKING:
    Kinds = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - has no public name

_STATE_VARIABLE = "KIOSK_DEMO_STATE"
_AGAIN_S = 0.5


def add_commands(kinds: "Kinds") -> None:
    """Add `card list` and `card serve` to the parser."""
    card = kinds.add_parser("card", help="virtual My Number cards")
    commands = card.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="name the cards that can be served")
    listing.set_defaults(run=list_cards)
    serving = commands.add_parser("serve", help="put a card behind a pcscd with vpcd")
    serving.add_argument("card", metavar="NAME_OR_FILE", help="a listed name, or a card file")
    serving.add_argument("--vpcd", metavar="HOST:PORT", required=True, type=_address)
    serving.set_defaults(run=serve_card)
    for command in (listing, serving):
        command.add_argument(
            "--dir", type=Path, default=default_directory(), help="where the cards are"
        )


def default_directory() -> Path:
    """The demo's cards: below KIOSK_DEMO_STATE, or beside the packages."""
    state = os.environ.get(_STATE_VARIABLE)
    root = Path(state) if state else Path(__file__).parents[2] / "demo-state"
    return root / "cards"


def list_cards(chosen: argparse.Namespace) -> int:
    """One card a line: name, kind, label."""
    paths = sorted(chosen.dir.glob(f"*/{CARD_FILE}"))
    if not paths:
        return _complain(f"No cards in {chosen.dir}; the demo makes them when it first starts.")
    try:
        for path in paths:
            card = read_card_file(path)
            _say(f"{card.name:<20} {card.kind:<10} {card.label}".rstrip())
    except CardFileError as error:
        return _complain(str(error))
    return 0


def serve_card(chosen: argparse.Namespace) -> int:
    """Be one card until Ctrl-C; come back when the peer went away."""
    try:
        card_file = read_card_file(_path(chosen))
    except CardFileError as error:
        return _complain(str(error))
    try:
        _serve(card_file, chosen.vpcd, threading.Event())
    except KeyboardInterrupt:
        _say("The card was taken away.")
    return 0


def _serve(card_file: CardFile, address: tuple[str, int], over: threading.Event) -> None:
    card, peer, waits = card_file.make(), f"{address[0]}:{address[1]}", False
    while not over.is_set():
        try:
            with connect(address) as line:
                _say(f"{card_file.name} lies on the reader at {peer}. Ctrl-C takes it away.")
                waits = False
                serve(line, card, lambda apdu: _answer(card, apdu))
                _say("The reader went away; waiting for it.")
        except CardTorn:
            _say("The card was pulled off the reader, as its card file says.")
            return
        except OSError as error:
            if not waits:
                _say(f"Nothing answers at {peer} ({error.strerror or error}); waiting for it.")
            waits = True
        card.power_off()
        over.wait(_AGAIN_S)


def _answer(card: VirtualCard, apdu: bytes) -> bytes:
    answer = card.transmit(apdu)
    done = card.log[-1]
    _say(f"  {done.command}  ->  {done.sw:04X}, {done.answered} bytes")
    return answer


def _path(chosen: argparse.Namespace) -> Path:
    """A listed name, a card file, or a directory with one."""
    for path in (chosen.dir / chosen.card / CARD_FILE, Path(chosen.card) / CARD_FILE):
        if path.is_file():
            return path
    if not Path(chosen.card).is_file():
        raise CardFileError(
            f"There is no card {chosen.card} in {chosen.dir};"
            " `kiosk-drivers card list` names those there are."
        )
    return Path(chosen.card)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is not HOST:PORT")
    return host, int(port)


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _complain(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
