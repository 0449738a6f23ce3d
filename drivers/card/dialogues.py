"""What is said to a My Number card, as generators. No wire, no clock.

A dialogue yields a `Command` and receives its `Response`; `run` is the only place where it meets
a wire. An error's detail names the step at which it arose and the status word, and nothing else.

Source: the order and bytes of OpenSC `card-jpki.c`, jpki/myna and soltia48/myna-card, which agree.
"""

from collections.abc import Callable, Generator
from typing import TypeVar

from drivers.card.apdu import SHORT_LE, Command, Response
from drivers.card.contract import CardIdentity, CardKind, PinWrong
from drivers.card.tables import (
    BLOCKED,
    DIGEST_LENGTH,
    JPKI_AID,
    KIND_OF_LABEL,
    LABEL_LENGTH,
    MEANINGS,
    MY_NUMBER,
    PROFILES,
    SHA256_DIGEST_INFO,
    Ins,
    Profile,
    Sw,
)
from drivers.errors import DeviceError, MisuseError, PeerError

T = TypeVar("T")
Dialogue = Generator[Command, Response, T]

_CERTIFICATE_HEADER = 4
_CERTIFICATE_LIMIT = 8192
"""A user certificate has about 1.5 kB; what claims to be longer than this is none."""

OVERWRITE = Command(0x00, Ins.SELECT, 0x04, 0x0C, JPKI_AID, SHORT_LE)
"""SELECT of the application with Le: 16 bytes, longer than a VERIFY of four digits.

pcscd keeps the bytes of the last APDU until a longer one comes; whatever the card answers to this
one, the PIN is gone from there."""


def run(dialogue: Dialogue[T], transmit: Callable[[Command], Response]) -> T:
    """Hold the dialogue over a wire; what `transmit` raises ends it."""
    try:
        command = next(dialogue)
        while True:
            response = transmit(command)
            command = dialogue.send(response)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        dialogue.close()


def recognise() -> Dialogue[CardKind]:
    """The kind of the card, by the full AID and the whole token label.

    A success with a shortened AID would prove nothing: these cards select by prefix. What does not
    know the AID, or has another label, is `OTHER`.

    Raises:
        PeerError: `card.protocol`, if the card's self-diagnosis fails.
    """
    selected = yield _select_application(JPKI_AID)
    if selected.sw == Sw.SELF_DIAGNOSIS:
        # Some cards answer their first command after power-up so; the second one counts.
        selected = yield _select_application(JPKI_AID)
    if selected.sw == Sw.SELF_DIAGNOSIS:
        raise _unexpected(selected, "select application")
    if selected.sw != Sw.OK:
        return CardKind.OTHER
    found = yield _select_file(MY_NUMBER.token_ef)
    if found.sw != Sw.OK:
        return CardKind.OTHER
    label = yield _read_binary(0, LABEL_LENGTH)
    return KIND_OF_LABEL.get(label.data, CardKind.OTHER)


def read_certificate(profile: Profile) -> Dialogue[bytes]:
    """The user authentication certificate, DER.

    The header gives the length, then 256 bytes at a time from the start; short APDUs only.

    Raises:
        DeviceError: `card.certificate.not_found`.
        PeerError: `card.protocol`, if the card stops before the end.
    """
    found = yield _select_file(profile.certificate_ef)
    if found.sw == Sw.FILE_NOT_FOUND:
        raise DeviceError(
            "card.certificate.not_found", "select certificate: 6A82, the card has none"
        )
    _demand(found, "select certificate")
    header = yield _read_binary(0, _CERTIFICATE_HEADER)
    total = _certificate_length(header)
    certificate = b""
    while len(certificate) < total:
        wanted = min(SHORT_LE, total - len(certificate))
        part = yield _read_binary(len(certificate), wanted)
        _demand(part, "read certificate")
        if not 0 < len(part.data) <= wanted:
            raise PeerError("card.protocol", f"read certificate: {len(part.data)} bytes came")
        certificate += part.data
    return certificate


def read_tries_left(profile: Profile) -> Dialogue[int]:
    """How many PIN entries the card still allows, 0..; costs none, and selects the PIN file.

    The query is VERIFY without data, a case 1 APDU of four bytes.

    Raises:
        PeerError: `card.protocol`.
    """
    found = yield _select_file(profile.pin_ef)
    _demand(found, "select PIN")
    answer = yield Command(0x00, Ins.VERIFY, 0x00, 0x80)
    if answer.sw == Sw.OK:
        # Some cards answer so while verified, and a right PIN has set the counter to its maximum.
        return profile.tries
    if answer.sw in BLOCKED:
        return 0
    if (answer.sw & 0xFFF0) == Sw.TRIES_LEFT:
        return answer.sw & 0x0F
    raise _unexpected(answer, "ask tries left")


def identify() -> Dialogue[CardIdentity]:
    """Recognise the card, read its certificate and the tries left.

    Raises:
        DeviceError: `card.kind.unsupported`, `card.certificate.not_found`.
        PeerError: `card.protocol`.
    """
    kind = yield from recognise()
    profile = PROFILES.get(kind)
    if profile is None:
        raise DeviceError("card.kind.unsupported", f"recognise: the card is of kind {kind}")
    certificate = yield from read_certificate(profile)
    tries_left = yield from read_tries_left(profile)
    return CardIdentity(kind, certificate, tries_left)


def identify_again(certificate: bytes) -> Dialogue[Profile]:
    """Prove that the card is still the one with `certificate`, and its PIN not blocked.

    Ends with the PIN file selected, as `verify` needs it.

    Raises:
        DeviceError: `card.swapped`, `card.pin.blocked`, or as `identify`.
    """
    try:
        identity = yield from identify()
    except DeviceError as error:
        if error.reason.name in {"card.kind.unsupported", "card.certificate.not_found"}:
            raise DeviceError("card.swapped", "identify again: a card of another kind") from error
        raise
    if identity.certificate != certificate:
        raise DeviceError("card.swapped", "identify again: another certificate")
    if identity.tries_left == 0:
        raise DeviceError("card.pin.blocked", "ask tries left: none")
    return PROFILES[identity.kind]


def verify(profile: Profile, pin: bytes) -> Dialogue[None]:
    """VERIFY, one command. Expects the PIN file to be selected. NOT idempotent.

    Raises:
        MisuseError: if `pin` has not the form the card expects; nothing is sent.
        PinWrong: with the tries left as the card said.
        DeviceError: `card.pin.blocked`.
        PeerError: `card.protocol`.
    """
    if len(pin) != profile.pin_length or not pin.isdigit():
        # It is not known whether an entry of another length costs a try, so none is sent.
        raise MisuseError("card.protocol", f"verify: the PIN must be {profile.pin_length} digits")
    answer = yield Command(0x00, Ins.VERIFY, 0x00, 0x80, pin)
    if answer.sw in BLOCKED:
        raise DeviceError("card.pin.blocked", f"verify: {answer.sw:04X}")
    if (answer.sw & 0xFFF0) == Sw.TRIES_LEFT:
        raise PinWrong(answer.sw & 0x0F)
    _demand(answer, "verify")


def sign(profile: Profile, digest: bytes) -> Dialogue[bytes]:
    """RSASSA-PKCS1-v1_5 over `digest` (SHA-256), with the authentication key.

    The DigestInfo is built here: with P1 = 00 the card would sign any bytes whatever.

    Raises:
        MisuseError: if `digest` has not 32 bytes.
        PeerError: `card.protocol`.
    """
    if len(digest) != DIGEST_LENGTH:
        raise MisuseError("card.protocol", f"sign: a digest has {DIGEST_LENGTH} bytes")
    found = yield _select_file(profile.key_ef)
    _demand(found, "select key")
    signed = yield Command(
        0x80, Ins.PERFORM_SECURITY_OPERATION, 0x00, 0x80, SHA256_DIGEST_INFO + digest, SHORT_LE
    )
    _demand(signed, "sign")
    if len(signed.data) != profile.signature_length:
        raise PeerError("card.protocol", f"sign: a signature of {len(signed.data)} bytes came")
    return signed.data


def overwrite() -> Dialogue[None]:
    """Send the harmless APDU that takes a VERIFY's place in pcscd's memory."""
    yield OVERWRITE


def _select_application(aid: bytes) -> Command:
    return Command(0x00, Ins.SELECT, 0x04, 0x0C, aid)


def _select_file(identifier: int) -> Command:
    return Command(0x00, Ins.SELECT, 0x02, 0x0C, identifier.to_bytes(2))


def _read_binary(offset: int, length: int) -> Command:
    return Command(0x00, Ins.READ_BINARY, offset >> 8, offset & 0xFF, le=length)


def _certificate_length(header: Response) -> int:
    """Whole length from a DER header `30 82 hh ll`; a file never written holds FF or 00."""
    _demand(header, "read certificate header")
    if len(header.data) != _CERTIFICATE_HEADER:
        raise PeerError("card.protocol", "read certificate header: too short")
    total = int.from_bytes(header.data[2:]) + _CERTIFICATE_HEADER
    if header.data[:2] != b"\x30\x82" or total > _CERTIFICATE_LIMIT:
        raise DeviceError(
            "card.certificate.not_found", "read certificate header: not a certificate's"
        )
    return total


def _demand(response: Response, step: str) -> None:
    if response.sw != Sw.OK:
        raise _unexpected(response, step)


def _unexpected(response: Response, step: str) -> PeerError:
    known = {member.value for member in Sw}
    meaning = MEANINGS[Sw(response.sw)] if response.sw in known else "no known meaning"
    return PeerError("card.protocol", f"{step}: {response.sw:04X}, {meaning}")
