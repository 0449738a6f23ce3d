"""What is said to a My Number card for user authentication, as generators. No wire, no clock.

Source: the order and bytes of OpenSC `card-jpki.c`, jpki/myna and soltia48/myna-card, which agree.
"""

from drivers.card.apdu import SHORT_LE, Command, Response
from drivers.card.contract import CardIdentity, CardKind
from drivers.card.exchange import (
    Dialogue,
    ask_tries,
    demand,
    enter,
    overwrite,
    read_binary,
    read_part,
    select_file,
    unexpected,
    verify_once,
)
from drivers.card.tables import (
    DIGEST_LENGTH,
    JPKI_AID,
    KIND_OF_LABEL,
    LABEL_LENGTH,
    MY_NUMBER,
    PROFILES,
    SHA256_DIGEST_INFO,
    UNSUPPORTED,
    Ins,
    Profile,
    Sw,
)
from drivers.errors import DeviceError, MisuseError, PeerError

_CERTIFICATE_HEADER = 4
_CERTIFICATE_LIMIT = 8192
"""A user certificate has about 1.5 kB; what claims to be longer than this is none."""
_VERIFY_HEADER = 5


def recognise() -> Dialogue[CardKind]:
    """The kind of the card, by the full AID and the whole token label.

    A success with a shortened AID would prove nothing: these cards select by prefix. What does not
    know the AID, or has another label, is `OTHER`.

    Raises:
        PeerError: `card.protocol`, if the card's self-diagnosis fails.
    """
    selected = yield from enter(JPKI_AID)
    if selected.sw == Sw.SELF_DIAGNOSIS:
        raise unexpected(selected, "select application")
    if selected.sw != Sw.OK:
        return CardKind.OTHER
    found = yield select_file(MY_NUMBER.token_ef)
    if found.sw != Sw.OK:
        return CardKind.OTHER
    try:
        label = yield from read_part(0, LABEL_LENGTH, "read label")
    except PeerError:  # a file that cannot be read, or is shorter: no card of this family
        return CardKind.OTHER
    return KIND_OF_LABEL.get(label, CardKind.OTHER)


def read_certificate(profile: Profile) -> Dialogue[bytes]:
    """The user authentication certificate, DER.

    The header gives the length, then 256 bytes at a time from the start; short APDUs only.

    Raises:
        DeviceError: `card.certificate.not_found`.
        PeerError: `card.protocol`, if the card stops before the end.
    """
    found = yield select_file(profile.certificate_ef)
    if found.sw == Sw.FILE_NOT_FOUND:
        raise DeviceError(
            "card.certificate.not_found", "select certificate: 6A82, the card has none"
        )
    demand(found, "select certificate")
    header = yield read_binary(0, _CERTIFICATE_HEADER)
    total = _certificate_length(header)
    return (yield from read_part(0, total, "read certificate"))


def read_tries_left(profile: Profile) -> Dialogue[int]:
    """How many PIN entries the card still allows, 0..; costs none, and selects the PIN file.

    Raises:
        PeerError: `card.protocol`.
    """
    found = yield select_file(profile.pin_ef)
    demand(found, "select PIN")
    return (yield from ask_tries("ask tries left", profile.tries))


def identify() -> Dialogue[CardIdentity]:
    """Recognise the card, read its certificate and the tries left.

    Raises:
        DeviceError: `card.kind.unsupported`, `card.kind.juki`, `card.kind.phone`,
            `card.certificate.not_found`.
        PeerError: `card.protocol`.
    """
    kind = yield from recognise()
    profile = PROFILES.get(kind)
    if profile is None:
        reason = UNSUPPORTED.get(kind, "card.kind.unsupported")
        raise DeviceError(reason, f"recognise: the card is of kind {kind}")
    certificate = yield from read_certificate(profile)
    tries_left = yield from read_tries_left(profile)
    return CardIdentity(kind, certificate, tries_left)


def identify_again(certificate: bytes, profile: Profile = MY_NUMBER) -> Dialogue[Profile]:
    """Prove that the card is still the one with `certificate`, and its PIN not blocked.

    The certificate is compared part by part and nothing else is asked, since the resident waits:
    it names its own length, and no two cards have the same one. Ends with the PIN file selected,
    as `verify` needs it.

    Raises:
        DeviceError: `card.swapped`, `card.pin.blocked`.
        PeerError: `card.protocol`.
    """
    if not certificate or _named_length(certificate) != len(certificate):
        raise DeviceError("card.swapped", "identify again: no whole certificate to compare with")
    selected = yield from enter(profile.aid)
    if selected.sw == Sw.SELF_DIAGNOSIS:
        raise unexpected(selected, "select application")
    if selected.sw != Sw.OK:
        raise DeviceError("card.swapped", f"select application: {selected.sw:04X}")
    found = yield select_file(profile.certificate_ef)
    if found.sw == Sw.FILE_NOT_FOUND:
        raise DeviceError("card.swapped", "select certificate: 6A82")
    demand(found, "select certificate")
    for at in range(0, len(certificate), SHORT_LE):
        wanted = certificate[at : at + SHORT_LE]
        part = yield from read_part(at, len(wanted), "compare certificate")
        if part != wanted:
            raise DeviceError("card.swapped", "compare certificate: another one")
    if (yield from read_tries_left(profile)) == 0:
        raise DeviceError("card.pin.blocked", "ask tries left: none")
    return profile


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
    yield from verify_once(pin, "card.pin.blocked")


def sign(profile: Profile, digest: bytes) -> Dialogue[bytes]:
    """RSASSA-PKCS1-v1_5 over `digest` (SHA-256), with the authentication key.

    The DigestInfo is built here: with P1 = 00 the card would sign any bytes whatever.

    Raises:
        MisuseError: if `digest` has not 32 bytes.
        PeerError: `card.protocol`.
    """
    if len(digest) != DIGEST_LENGTH:
        raise MisuseError("card.protocol", f"sign: a digest has {DIGEST_LENGTH} bytes")
    found = yield select_file(profile.key_ef)
    demand(found, "select key")
    signed = yield Command(
        0x80, Ins.PERFORM_SECURITY_OPERATION, 0x00, 0x80, SHA256_DIGEST_INFO + digest, SHORT_LE
    )
    if signed.data and len(signed.data) != profile.signature_length:
        # Nothing on the card asks for a signature in parts, so such a reader cannot be used.
        raise PeerError(
            "card.protocol", f"sign: {len(signed.data)} bytes came; the reader cuts answers"
        )
    demand(signed, "sign")
    if not signed.data:
        raise PeerError("card.protocol", "sign: no signature came")
    return signed.data


def overwrite_pin(profile: Profile) -> Dialogue[None]:
    """Take a VERIFY's place in pcscd's memory."""
    yield from overwrite(profile.aid, _VERIFY_HEADER + profile.pin_length)


def _certificate_length(header: Response) -> int:
    """Whole length from a DER header `30 82 hh ll`; a file never written holds FF or 00."""
    demand(header, "read certificate header")
    if len(header.data) != _CERTIFICATE_HEADER:
        raise PeerError("card.protocol", "read certificate header: too short")
    total = _named_length(header.data)
    if not 0 < total <= _CERTIFICATE_LIMIT:
        raise DeviceError(
            "card.certificate.not_found", "read certificate header: not a certificate's"
        )
    return total


def _named_length(certificate: bytes) -> int:
    """Whole length as its DER header names it; 0 where that is no certificate's."""
    if certificate[:2] != b"\x30\x82" or len(certificate) < _CERTIFICATE_HEADER:
        return 0
    return int.from_bytes(certificate[2:_CERTIFICATE_HEADER]) + _CERTIFICATE_HEADER
