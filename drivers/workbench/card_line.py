"""Talk APDUs to a card on a reader. What may be a secret is shown by its length only."""

from collections.abc import Iterator
from typing import Protocol

from drivers.card.apdu import BadApdu, Command, Response
from drivers.card.tables import JPKI_AID, MEANINGS, TEXT_AID
from drivers.errors import DeviceError
from drivers.workbench.typed import typed_bytes

HELP = """\
BYTES          an APDU: 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01
select jpki    select the application for certificates (公的個人認証AP)
select text    select the application of the printed text (券面事項入力補助AP)
help           this; Ctrl-D ends
A wrong VERIFY (00 20 ..) costs one of the card's tries for good."""

_SECRET_INS = frozenset({0x20, 0x24, 0x2C})
"""VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER. Source: ISO/IEC 7816-4."""
_INS_WORDS = {
    0x20: "verify (costs a try if wrong)",
    0x24: "change a secret",
    0x2A: "security operation (sign)",
    0x84: "get challenge",
    0xA4: "select",
    0xB0: "read binary",
    0xC0: "get response",
}
_APPLICATIONS = {"jpki": JPKI_AID, "text": TEXT_AID}
_EXACT, _FAMILIES = 0xFFFF, (0xFFF0, 0xFF00)


class Connection(Protocol):
    """A connected card."""

    def transmit(self, command: Command) -> Response:
        """One APDU. Raises DeviceError."""
        ...


class CardLine:
    """A card, asked APDU by APDU."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def answer(self, line: str) -> Iterator[str]:
        """What to show for one typed line. A mistake is answered by a sentence."""
        text = line.strip()
        if not text:
            return
        if text == "help":
            yield HELP
            return
        try:
            command = _command(text)
        except (BadApdu, ValueError) as problem:
            yield f"   no APDU: {problem}"
            return
        yield f"-> {_shown(command)}  {_INS_WORDS.get(command.ins, 'instruction')}"
        try:
            response = self._connection.transmit(command)
        except DeviceError as error:
            yield f"   {error}"
            return
        secret = command.ins in _SECRET_INS
        hidden = f"[{len(response.data)} bytes hidden]" if response.data else ""
        data = hidden if secret else response.data.hex(" ").upper()
        yield (
            " ".join(filter(None, ("<-", data, f"{response.sw:04X}")))
            + f"  {sw_words(response.sw)}"
        )


def sw_words(sw: int) -> str:
    """A status word's meaning, by itself or by its family."""
    for mask in (_EXACT, *_FAMILIES):
        known = [words for status, words in MEANINGS.items() if status == sw & mask]
        if known:
            return known[0]
    return "unknown status"


def _command(text: str) -> Command:
    word, _, name = text.partition(" ")
    if word == "select":
        if name not in _APPLICATIONS:
            raise ValueError(f"there is no application {name!r}: {', '.join(_APPLICATIONS)}")
        return Command(0x00, 0xA4, 0x04, 0x0C, _APPLICATIONS[name])
    return Command.decode(typed_bytes([text]))


def _shown(command: Command) -> str:
    if command.ins in _SECRET_INS and command.data:
        return f"{command.header.hex(' ').upper()} [{len(command.data)} bytes hidden]"
    return command.encode().hex(" ").upper()
