"""Card cases: signatures, and the four attributes of the input support application.

Source: ISO/IEC 7816-8 (2021), 11.3 (COMPUTE DIGITAL SIGNATURE); RFC 8017, 8.2; soltia48/myna-card
`SignatureScheme` and `ap/text.rs`.
"""

import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from drivers.card.attributes import check_attributes
from drivers.card.dialogues import read_certificate
from drivers.card.tables import MY_NUMBER, TEXT_AID, Sw
from drivers.card.text_dialogues import read_files
from drivers.conformance.card_bench import CardBench, demand_refused, verified
from drivers.conformance.card_wire import CardWire
from drivers.conformance.case import Clause, Violation, demand, demand_equal

_MESSAGES = (b"a statement of the bench", b"another statement")
_LONGEST_BLOCK = 245
_CODE_FILE, _NUMBER, _ATTRIBUTES, _RECORD = 0x0015, 0x0001, 0x0002, 0x0003


def check_signature(certificate: bytes, signature: bytes, message: bytes) -> None:
    """Raises Violation unless the certificate's key made the signature over SHA-256 of it."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError:
        raise Violation("the certificate that was read is none") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise Violation("the certificate's key is not RSA")
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Violation("the signature is not the certificate's key's over this digest") from None


def _open_key(bench: CardBench, wire: CardWire) -> None:
    wire.open_pin()
    verified(wire, bench.facts.pin)
    wire.open(MY_NUMBER.key_ef)


@Clause(
    "card.sign.verifies",
    "A signature over a DigestInfo is 256 bytes and verifies with the certificate's key.",
    "RFC 8017 8.2.2; CardReader.authenticate",
    "What the card is given is signed as it is: no hashing, no other key.",
)
def verifies(bench: CardBench) -> str:
    with bench.wire() as wire:
        certificate = wire.run(read_certificate(MY_NUMBER))
        wire.open_pin()
        verified(wire, bench.facts.pin)
        for message in _MESSAGES:
            with bench.stopwatch.span("sign"):
                signed = wire.sign(hashlib.sha256(message).digest())
            demand(signed.sw == Sw.OK, f"signing is answered {signed.sw:04X}")
            demand_equal(len(signed.data), MY_NUMBER.signature_length, "bytes in the signature")
            check_signature(certificate, signed.data, message)
    return f"{len(_MESSAGES)} signatures"


@Clause(
    "card.sign.needs_pin",
    "Without the PIN the card does not sign.",
    "ISO/IEC 7816-4 table 6 (6982)",
    "Possession alone proves nobody's presence.",
)
def needs_pin(bench: CardBench) -> str:
    with bench.wire() as wire:
        answer = wire.sign(hashlib.sha256(_MESSAGES[0]).digest())
        demand(not answer.data, "the card signs without the PIN")
        return demand_refused(answer.sw, "signing without the PIN")


@Clause(
    "card.sign.not_after_wrong_pin",
    "After a wrong PIN the card does not sign.",
    "ISO/IEC 7816-4 9.3.1",
    "Whatever the entry was answered, only the right one opens the key.",
    spends=1,
)
def not_after_wrong_pin(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open_pin()
        wire.verify(bench.facts.wrong_pin)
        answer = wire.sign(hashlib.sha256(_MESSAGES[0]).digest())
        wire.open(MY_NUMBER.pin_ef)
        verified(wire, bench.facts.pin)
        demand(not answer.data, "the card signs after a wrong PIN")
        return demand_refused(answer.sw, "signing after a wrong PIN")


@Clause(
    "card.sign.refuses_other_blocks",
    "An empty block, and one too long for the padding, are refused.",
    "RFC 8017 9.2 (at least 8 bytes of padding: 245 with a key of 256)",
    "A block that is cut to fit would be a signature over something else.",
)
def refuses_other_blocks(bench: CardBench) -> str:
    said = []
    with bench.wire() as wire:
        _open_key(bench, wire)
        for block in (b"", bytes(_LONGEST_BLOCK + 1), bytes(255)):
            answer = wire.sign_block(block)
            demand(not answer.data, f"a block of {len(block)} bytes is signed")
            said.append(demand_refused(answer.sw, f"a block of {len(block)} bytes"))
    return " ".join(said)


@Clause(
    "card.sign.needs_a_key",
    "Signing with a file selected that is no key is refused.",
    "ISO/IEC 7816-4 table 6 (6981)",
    "The key is the current file, and nothing else.",
)
def needs_a_key(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open_pin()
        verified(wire, bench.facts.pin)
        answer = wire.sign_block(bytes(51))
        demand(not answer.data, "the card signs with the PIN's file selected")
        return demand_refused(answer.sw, "signing with the PIN's file selected")


@Clause(
    "card.text.closed",
    "Without a secret neither the attributes nor their record nor the number can be read.",
    "soltia48/myna-card ap/text.rs",
    "The record holds a digest of the number, which is as good as the number.",
)
def closed(bench: CardBench) -> str:
    bench.demand_code()
    with bench.wire(TEXT_AID) as wire:
        for identifier in (_ATTRIBUTES, _RECORD, _NUMBER):
            wire.open(identifier)
            answer = wire.read(0, 1)
            demand(not answer.data, f"file {identifier:04X} can be read")
            demand_refused(answer.sw, f"reading {identifier:04X}")
    return "closed"


@Clause(
    "card.text.number_stays_closed",
    "照合番号B does not open the individual number.",
    "soltia48/myna-card ap/text.rs (A opens 0001, B opens 0002)",
    "The terminal has no business with the number. At most one byte is asked for here.",
)
def number_stays_closed(bench: CardBench) -> str:
    code = bench.demand_code()
    with bench.wire(TEXT_AID) as wire:
        wire.open(_CODE_FILE)
        verified(wire, code)
        wire.open(_NUMBER)
        answer = wire.read(0, 1)
        demand(not answer.data, "the number can be read")
        return demand_refused(answer.sw, "reading the number")


@Clause(
    "card.text.proven",
    "照合番号B opens the attributes, and their record and certificate prove them.",
    "soltia48/myna-card ap/text.rs IntegrityRecord; AttributesReader.read_attributes",
    "The digest leaves out the offset table; the record is signed by the key in EF 0004.",
)
def proven(bench: CardBench) -> str:
    code = bench.demand_code()
    with bench.wire(TEXT_AID) as wire:
        wire.open(_CODE_FILE)
        verified(wire, code)
        files = wire.run(read_files())
    known = bench.facts.authorities
    check_attributes(files.attributes, files.record, files.certificate, known)
    return "believed"


@Clause(
    "card.text.wrong_code_costs_one",
    "A wrong 照合番号B costs one try, and the right one restores them.",
    "ISO/IEC 7816-4 11.6.6 (63Cx)",
    "Its parts are printed on the card, but the number must not be guessed.",
    spends=1,
)
def wrong_code_costs_one(bench: CardBench) -> str:
    code = bench.demand_code()
    with bench.wire(TEXT_AID) as wire:
        wire.open(_CODE_FILE)
        full = wire.tries()
        demand_equal(
            f"{wire.verify(bench.facts.wrong_code):04X}", f"63C{full - 1:X}", "a wrong number"
        )
        demand_equal(wire.tries(), full - 1, "tries left afterwards")
        verified(wire, code)
    with bench.wire(TEXT_AID) as wire:
        wire.open(_CODE_FILE)
        demand_equal(wire.tries(), full, "tries left after the right number")
    return f"{full} tries"


CASES = (
    verifies,
    needs_pin,
    not_after_wrong_pin,
    refuses_other_blocks,
    needs_a_key,
    closed,
    number_stays_closed,
    proven,
    wrong_code_costs_one,
)
