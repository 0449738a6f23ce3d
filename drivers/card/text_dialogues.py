"""What is said to 券面事項入力補助AP: the four attributes by 照合番号B alone. No wire, no clock.

The application's PIN would open the individual number, too, and is not for a terminal that has no
business with it: no command here presents that PIN or 照合番号A, and EF 0001 is never selected.
EF 0003 holds a digest of the number beside that of the attributes. It is read because its signature
covers both, and never leaves this dialogue's caller.

Source: soltia48/myna-card `ap/text.rs`; jpki/myna; TRETJapanNFCReader.
"""

from dataclasses import dataclass, field

from drivers.card.attributes import HEADER, file_length
from drivers.card.exchange import (
    Dialogue,
    ask_tries,
    demand,
    enter,
    overwrite,
    read_part,
    select_file,
    verify_once,
)
from drivers.card.tables import TEXT_AID, Sw
from drivers.errors import DeviceError, MisuseError, PeerError

CODE_LENGTH = 14
"""照合番号B: date of birth YYMMDD in the Japanese era, year of expiry YYYY, security code."""
_CODE_TRIES = 10
_CODE_FILE, _ATTRIBUTES, _RECORD, _CERTIFICATE = 0x0015, 0x0002, 0x0003, 0x0004
_FILE_LIMIT = 2048
"""The largest of the three has 568 bytes on cards, a long address some hundred more."""
_VERIFY_HEADER = 5


@dataclass(frozen=True, slots=True)
class TextFiles:
    """The three files as the card gave them. Personal."""

    attributes: bytes = field(repr=False)
    record: bytes = field(repr=False)
    certificate: bytes = field(repr=False)


def open_code() -> Dialogue[int]:
    """Select the application and 照合番号B; the tries left. Costs none; may be repeated.

    Raises:
        DeviceError: `card.kind.unsupported`, if the card has no such application;
            `card.code.blocked`.
        PeerError: `card.protocol`.
    """
    selected = yield from enter(TEXT_AID)
    if selected.sw == Sw.FILE_NOT_FOUND:
        raise DeviceError("card.kind.unsupported", "select text application: 6A82")
    demand(selected, "select text application")
    found = yield select_file(_CODE_FILE)
    demand(found, "select reference number")
    left = yield from ask_tries("ask tries left", _CODE_TRIES)
    if left == 0:
        raise DeviceError("card.code.blocked", "ask tries left: none")
    return left


def verify_code(code: bytes) -> Dialogue[None]:
    """VERIFY 照合番号B, one command, after `open_code`. NOT idempotent.

    Raises:
        MisuseError: if `code` is not 14 digits; nothing is sent.
        PinWrong: with the tries left.
        DeviceError: `card.code.blocked`.
        PeerError: `card.protocol`.
    """
    if len(code) != CODE_LENGTH or not code.isdigit():
        raise MisuseError("card.protocol", f"verify: the number must be {CODE_LENGTH} digits")
    yield from verify_once(code, "card.code.blocked")


def read_files() -> Dialogue[TextFiles]:
    """The three files that together prove the attributes, after `verify_code`.

    Raises:
        DeviceError: `card.attributes.invalid`, if a file is none of its kind.
        PeerError: `card.protocol`.
    """
    attributes = yield from _read_file(_ATTRIBUTES, "read attributes")
    record = yield from _read_file(_RECORD, "read integrity record")
    certificate = yield from _read_file(_CERTIFICATE, "read card's certificate")
    return TextFiles(attributes, record, certificate)


def overwrite_code() -> Dialogue[None]:
    """Take the VERIFY's place in pcscd's memory."""
    yield from overwrite(TEXT_AID, _VERIFY_HEADER + CODE_LENGTH)


def _read_file(identifier: int, step: str) -> Dialogue[bytes]:
    found = yield select_file(identifier)
    demand(found, step)
    header = yield from read_part(0, HEADER, step)
    total = file_length(header)
    if not HEADER <= total <= _FILE_LIMIT:
        raise PeerError("card.protocol", f"{step}: a file of {total} bytes")
    return (yield from read_part(0, total, step))
