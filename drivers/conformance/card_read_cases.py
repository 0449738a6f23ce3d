"""Card cases: what can be read, from where, and what cannot.

Source of the numbers: ISO/IEC 7816-4 (2020), 11.3 (READ BINARY), 11.9 (GET RESPONSE).
"""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from drivers.card.apdu import SHORT_LE
from drivers.card.dialogues import read_certificate
from drivers.card.tables import LABEL_LENGTH, MY_NUMBER, Sw, padded_label
from drivers.conformance.card_bench import CardBench, demand_refused, verified
from drivers.conformance.card_wire import CardWire
from drivers.conformance.case import Clause, Violation, demand, demand_equal

_CA, _SIGNING, _SIGNING_CA = 0x000B, 0x0001, 0x0002
_SIGNING_PASSWORD, _SIGNING_KEY = 0x001B, 0x001A
_KEY_BITS = 2048
_MORE, _WRONG_LE = Sw.MORE_DATA >> 8, Sw.WRONG_LE >> 8


def _certificate(wire: CardWire) -> bytes:
    return wire.run(read_certificate(MY_NUMBER))


@Clause(
    "card.read.label",
    "The token file begins with the label of a My Number card, 32 bytes padded with spaces.",
    "jpki/myna; soltia48/myna-card ap/jpki.rs TokenInfo",
    "The label of the 住基カード is a prefix of this one, so all 32 bytes count.",
)
def label(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open(MY_NUMBER.token_ef)
        found = wire.read(0, LABEL_LENGTH).data
    demand_equal(found, padded_label("JPKIAPICCTOKEN2"), "the label")
    return found.decode("ascii").strip()


@Clause(
    "card.read.certificate",
    "The user certificate is read whole without a PIN: X.509, an RSA key of 2048 bits.",
    "OpenSC card-jpki.c; soltia48/myna-card",
    "A card file that names a certificate is compared with the card's, byte for byte.",
)
def certificate(bench: CardBench) -> str:
    with bench.wire() as wire:
        der = _certificate(wire)
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except ValueError:
        raise Violation(f"the {len(der)} bytes are no certificate") from None
    demand(
        isinstance(key, rsa.RSAPublicKey) and key.key_size == _KEY_BITS, "the key is not RSA-2048"
    )
    if bench.facts.certificate:
        demand(der == bench.facts.certificate, "it is another certificate than the card file's")
    return f"{len(der)} bytes"


@Clause(
    "card.read.from_anywhere",
    "The certificate can be read from any place in it.",
    "ISO/IEC 7816-4 11.3.3 (offset of 15 bits)",
    "Both bytes of the offset count; a reader goes on where a short answer stopped.",
)
def from_anywhere(bench: CardBench) -> str:
    with bench.wire() as wire:
        der = _certificate(wire)
        places = sorted({1, 4, 17, 255, 256, 257, 300, len(der) // 2, 511, 513, len(der) - 20})
        for offset in places:
            part = wire.read(offset, 16).data
            demand(len(part) > 0, f"nothing comes from offset {offset}")
            demand(part == der[offset : offset + len(part)], f"other bytes come from {offset}")
    return f"{len(places)} places"


@Clause(
    "card.read.as_much_as_asked",
    "READ BINARY gives no more bytes than asked for, and at least one.",
    "ISO/IEC 7816-4 5.2, 11.3.3 (Le)",
    "Le = 00 means 256; a card that gives more than asked fills buffers that are not there.",
)
def as_much_as_asked(bench: CardBench) -> str:
    seen = []
    with bench.wire() as wire:
        der = _certificate(wire)
        for wanted in (1, 2, 16, 127, 128, 255, SHORT_LE):
            part = wire.read(0, wanted).data
            demand(0 < len(part) <= wanted, f"Le {wanted}: {len(part)} bytes come")
            demand(part == der[: len(part)], f"Le {wanted}: other bytes come")
            seen.append(len(part))
    bench.learned["longest_read"] = str(max(seen))
    return f"at most {max(seen)} bytes at a time"


@Clause(
    "card.read.past_the_end",
    "A read that begins past the end of the file is refused; one that begins before it ends there.",
    "ISO/IEC 7816-4 table 6 (6B00), 11.3.3",
    "Filler behind the file would be taken for its content by whoever reads until an error.",
)
def past_the_end(bench: CardBench) -> str:
    with bench.wire() as wire:
        der = _certificate(wire)
        tail = wire.read(len(der) - 10, SHORT_LE).data
        demand(tail[:10] == der[-10:][: len(tail)], "other bytes stand at the end")
        answer = wire.read(0x7F00, SHORT_LE)
        demand(not answer.data, f"{len(answer.data)} bytes come from offset 32512")
        return demand_refused(answer.sw, "a read from offset 32512")


@Clause(
    "card.read.the_same_again",
    "What can be read is the same after a loss of power.",
    "CardReader.authenticate: the certificate is compared before the PIN is sent",
    "The terminal would take the card for another person's.",
)
def the_same_again(bench: CardBench) -> str:
    found = set()
    for _ in range(3):
        with bench.wire() as wire:
            found.add(_certificate(wire))
    demand_equal(len(found), 1, "different certificates in three readings")
    return "three readings"


@Clause(
    "card.read.in_pieces",
    "An answer announced by 61xx is fetched whole by GET RESPONSE; 6Cxx names an Le that works.",
    "ISO/IEC 7816-4 5.6 and 11.9; ISO/IEC 7816-3 10.4",
    "T=0 cards and some readers bring long answers so; the pieces must join without gap or repeat.",
)
def in_pieces(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open(MY_NUMBER.certificate_ef)
        first = wire.raw("00 B0 00 00 00")
        found, pieces = _gather(wire, first.data, first.sw)
        if first.sw >> 8 not in {_MORE, _WRONG_LE}:
            return "answers come whole"
        demand(found[:2] == b"\x30\x82", "the first piece is not the file's beginning")
        for at in range(0, len(found), 8):
            part = wire.read(at, 8).data
            demand(part == found[at : at + len(part)], f"the pieces differ from the file at {at}")
    return f"{pieces} pieces"


def _gather(wire: CardWire, found: bytes, sw: int) -> tuple[bytes, int]:
    """Follow 61xx and 6Cxx by hand; each piece must be as long as was announced."""
    pieces = 0
    if sw >> 8 == _WRONG_LE:
        again = wire.raw(f"00 B0 00 00 {sw & 0xFF:02X}")
        demand(again.sw >> 8 != _WRONG_LE, "the Le that 6Cxx names is refused, too")
        found, sw = again.data, again.sw
    while sw >> 8 == _MORE and len(found) <= SHORT_LE:
        announced = sw & 0xFF or SHORT_LE
        piece = wire.raw(f"00 C0 00 00 {sw & 0xFF:02X}")
        left = announced - len(piece.data)
        demand(piece.data and left >= 0, f"{len(piece.data)} bytes of {announced} announced come")
        more = (piece.sw & 0xFF or SHORT_LE) if piece.sw >> 8 == _MORE else 0
        demand_equal(more, left, f"bytes said to be left after {len(piece.data)} of {announced}")
        found, sw, pieces = found + piece.data, piece.sw, pieces + 1
    demand(sw == Sw.OK, f"the last piece ends with {sw:04X}")
    return found, pieces


@Clause(
    "card.read.ca_is_free",
    "The CA certificates are read without a PIN.",
    "OpenSC card-jpki.c",
    "Middleware reads them at every start.",
)
def ca_is_free(bench: CardBench) -> str:
    with bench.wire() as wire:
        for identifier in (_CA, _SIGNING_CA):
            if wire.select(identifier) == Sw.OK:
                demand(wire.read(0, 4).data[:1] == b"\x30", f"file {identifier:04X} is closed")
    return "free"


@Clause(
    "card.read.signing_certificate_is_closed",
    "The signing certificate, which holds name and address, is closed, also after the user's PIN.",
    "OpenSC issue 3169 (6982); soltia48/myna-card",
    "Only the signing password opens it: whoever finds a card must not learn an address.",
)
def signing_certificate_is_closed(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open_pin()
        verified(wire, bench.facts.pin)
        if wire.select(_SIGNING) != Sw.OK:
            return "the card has none"
        answer = wire.read(0, 4)
        demand(not answer.data, "it can be read")
        return demand_refused(answer.sw, "reading it")


@Clause(
    "card.read.secrets_are_closed",
    "Files of secrets and keys cannot be read, also after the PIN.",
    "ISO/IEC 7816-4 7.2 (internal files; 6981 or 6982)",
    "Nothing of an internal file ever leaves the card.",
)
def secrets_are_closed(bench: CardBench) -> str:
    said = set()
    with bench.wire() as wire:
        wire.open_pin()
        verified(wire, bench.facts.pin)
        internal = (MY_NUMBER.pin_ef, MY_NUMBER.key_ef, _SIGNING_PASSWORD, _SIGNING_KEY)
        for identifier in internal:
            if wire.select(identifier) != Sw.OK:
                continue
            answer = wire.read(0, SHORT_LE)
            demand(not answer.data, f"file {identifier:04X} can be read")
            said.add(demand_refused(answer.sw, f"reading {identifier:04X}"))
    return " ".join(sorted(said))


CASES = (
    label,
    certificate,
    from_anywhere,
    as_much_as_asked,
    past_the_end,
    the_same_again,
    in_pieces,
    ca_is_free,
    signing_certificate_is_closed,
    secrets_are_closed,
)
