"""Card cases: the promises of `drivers.card.contract.CardReader`, method by method."""

import hashlib

from drivers.card.contract import (
    CardKind,
    CardReader,
    CardSignature,
    PinWrong,
    Presence,
    Secret,
)
from drivers.card.tables import MY_NUMBER, TEXT_AID
from drivers.conformance.card_bench import CardBench, verified
from drivers.conformance.card_sign_cases import check_signature
from drivers.conformance.case import Clause, NotApplicable, Violation, demand, demand_equal
from drivers.errors import DeviceError

_MESSAGE = b"a visit's statement"
_WITH_NUMBER = TEXT_AID[:8].hex().upper()
"""How the names of the card's face, its text, and its resident register begin."""
_DIGEST = hashlib.sha256(_MESSAGE).digest()


def _reason(error: DeviceError) -> str:
    return error.reason.name


def _signed(bench: CardBench, reader: CardReader, certificate: bytes) -> CardSignature:
    """One authentication with the right PIN. Raises Violation if it is called wrong."""
    try:
        return reader.authenticate(Secret(bench.facts.pin), certificate, _DIGEST)
    except PinWrong as wrong:
        raise Violation(f"the right PIN is called wrong, {wrong.tries_left} left") from None


@Clause(
    "card.driver.status",
    "The driver names its reader and says that a card lies there.",
    "CardReader.capabilities, CardReader.status",
    "Both answer within a second, and status never raises.",
)
def status(bench: CardBench) -> str:
    with bench.reader() as reader:
        able, now = reader.capabilities(), reader.status()
    demand(able.reader, "the reader has no name")
    demand(CardKind.MY_NUMBER in able.kinds, "it does not authenticate My Number cards")
    demand_equal(now.presence, Presence.CARD, "presence")
    return able.reader


@Clause(
    "card.driver.identify",
    "identify gives kind, certificate and tries left, costs no try, and may be repeated.",
    "CardReader.identify",
    "No VERIFY with data goes out.",
)
def identify(bench: CardBench) -> str:
    with bench.reader() as reader:
        with bench.stopwatch.span("identify"):
            first = reader.identify()
        again = reader.identify()
    demand_equal(first.kind, CardKind.MY_NUMBER, "kind")
    demand_equal(first.tries_left, bench.facts.tries, "tries left")
    demand(first == again, "identify differs the second time")
    bench.demand_entries(0)
    return f"{len(first.certificate)} bytes, {first.tries_left} tries"


@Clause(
    "card.driver.authenticate",
    "authenticate enters the PIN once, and its signature over the digest verifies.",
    "CardReader.authenticate",
    "Exactly one VERIFY with data; the PIN is wiped afterwards.",
)
def authenticate(bench: CardBench) -> str:
    pin = Secret(bench.facts.pin)
    with bench.reader() as reader:
        certificate = reader.identify().certificate
        try:
            with bench.stopwatch.span("authenticate"):
                signed = reader.authenticate(pin, certificate, _DIGEST)
        except PinWrong:
            raise Violation("the right PIN is called wrong") from None
    check_signature(certificate, signed.signature, _MESSAGE)
    bench.demand_entries(1)
    demand(not pin.open(), "the PIN is not wiped")
    return "one entry, one good signature"


@Clause(
    "card.driver.wrong_pin",
    "A wrong PIN is told with the tries left, was entered once, and is wiped.",
    "CardReader.authenticate (PinWrong)",
    "The number is the card's own, never counted along.",
    spends=1,
)
def wrong_pin(bench: CardBench) -> str:
    pin = Secret(bench.facts.wrong_pin)
    with bench.reader() as reader:
        certificate = reader.identify().certificate
        try:
            reader.authenticate(pin, certificate, _DIGEST)
        except PinWrong as wrong:
            left = wrong.tries_left
        else:
            raise Violation("a wrong PIN is taken")
        demand_equal(left, bench.facts.tries - 1, "tries left")
        bench.demand_entries(1)
        demand(not pin.open(), "the PIN is not wiped")
        _signed(bench, reader, certificate)
    return f"{left} left"


@Clause(
    "card.driver.malformed_pin",
    "An entry that is not four digits is never sent.",
    "CardReader.authenticate",
    "It is not known whether such an entry costs a try.",
)
def malformed_pin(bench: CardBench) -> str:
    with bench.reader() as reader:
        certificate = reader.identify().certificate
        for digits in (b"", b"123", b"12345", b"12a4"):
            try:
                reader.authenticate(Secret(digits), certificate, _DIGEST)
            except DeviceError:
                continue
            except PinWrong:
                raise Violation(f"an entry of {len(digits)} bytes is sent") from None
            raise Violation(f"an entry of {len(digits)} bytes is taken")
    bench.demand_entries(0)
    return "none sent"


@Clause(
    "card.driver.swapped",
    "A card with another certificate than was identified gets no PIN.",
    "CardReader.authenticate (card.swapped)",
    "The certificate is read again before the entry.",
)
def swapped(bench: CardBench) -> str:
    with bench.reader() as reader:
        certificate = reader.identify().certificate
        last = bytes([certificate[-1] ^ 0x01])
        for other in (certificate[:-1] + last, certificate[:-1], certificate + b"\0", b""):
            try:
                reader.authenticate(Secret(bench.facts.pin), other, _DIGEST)
            except DeviceError as error:
                demand_equal(_reason(error), "card.swapped", "the reason")
            except PinWrong:
                raise Violation("the PIN is sent to another card") from None
            else:
                raise Violation("it signs for another certificate")
    bench.demand_entries(0)
    return "card.swapped, nothing entered"


@Clause(
    "card.driver.release",
    "After release the card has lost its power: it does not sign for the next program.",
    "CardReader.release",
    "A warm reset would keep what was verified (SCARD_UNPOWER_CARD, not SCARD_RESET_CARD).",
)
def release(bench: CardBench) -> str:
    with bench.reader() as reader:
        certificate = reader.identify().certificate
        _signed(bench, reader, certificate)
        reader.release()
        reader.release()
    with bench.wire() as wire:
        demand(not wire.sign(_DIGEST).data, "the card still signs after release")
    return "released twice, and it does not sign"


@Clause(
    "card.driver.taken_away",
    "A card taken away is seen, and told; the next one is found without anything being restarted.",
    "CardReader.status, CardReader.identify (card.removed)",
    "The state comes from the service, never from memory.",
    hands=True,
)
def taken_away(bench: CardBench) -> str:
    with bench.reader() as reader:
        reader.identify()
        bench.hands.take()
        bench.await_presence(Presence.EMPTY)
        demand_equal(reader.status().presence, Presence.EMPTY, "presence")
        try:
            reader.identify()
        except DeviceError as error:
            demand_equal(_reason(error), "card.removed", "the reason")
        else:
            raise Violation("a card is identified where none lies")
        bench.hands.put()
        bench.await_presence(Presence.CARD)
        demand_equal(reader.identify().kind, CardKind.MY_NUMBER, "kind of the card put back")
    return "seen, told, found again"


@Clause(
    "card.driver.already_verified",
    "What another program left verified changes nothing: the PIN is entered, and must be right.",
    "CardReader.authenticate",
    "A card in that state may answer the query for the tries left with 9000.",
    spends=1,
)
def already_verified(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open_pin()
        verified(wire, bench.facts.pin)
        wire.open(MY_NUMBER.pin_ef)
        wire.tries()
    bench.service.entries = 0
    with bench.reader() as reader:
        certificate = reader.identify().certificate
        try:
            reader.authenticate(Secret(bench.facts.wrong_pin), certificate, _DIGEST)
        except PinWrong:
            _signed(bench, reader, certificate)
        else:
            raise Violation("a wrong PIN is taken")
    bench.demand_entries(2)
    return "refused, then right"


@Clause(
    "card.driver.keeps_secrets",
    "No error of the driver shows what was entered.",
    "CardReader.authenticate; docs/devices/writing-a-driver.md, rule 7",
    "Errors reach logs and screens: name the reason, never the command that was sent.",
    spends=1,
)
def keeps_secrets(bench: CardBench) -> str:
    pin = bench.facts.pin
    said = []
    with bench.reader() as reader:
        certificate = reader.identify().certificate
        tries = ((pin + pin[:1], certificate), (pin, b""), (bench.facts.wrong_pin, certificate))
        for entry, of in tries:
            try:
                reader.authenticate(Secret(entry), of, _DIGEST)
            except (DeviceError, PinWrong) as error:
                said.append(repr(error) + str(error))
        _signed(bench, reader, certificate)
    shown = [text for text in said if bench.recorder.hushed(text) != text]
    demand(not shown, f"{len(shown)} of {len(said)} errors show it: {' '.join(shown)}")
    return f"{len(said)} errors, none of them shows it"


@Clause(
    "card.driver.number_untouched",
    "identify and authenticate select no application in which the individual number is.",
    "docs/devices/card.md; My Number Act (番号法) Article 20",
    "All that is needed is in the application of user authentication.",
)
def number_untouched(bench: CardBench) -> str:
    with bench.reader() as reader:
        certificate = reader.identify().certificate
        _signed(bench, reader, certificate)
    if not bench.service.selected:
        raise NotApplicable("the driver finds its own service; make it take `service`")
    named = sorted(name.hex().upper() for name in bench.service.selected)
    holding = [name for name in named if name.startswith(_WITH_NUMBER)]
    demand(not holding, f"it selects {', '.join(holding)}")
    return f"it selects {', '.join(named)}"


CASES = (
    status,
    identify,
    authenticate,
    wrong_pin,
    malformed_pin,
    swapped,
    release,
    taken_away,
    already_verified,
    keeps_secrets,
    number_untouched,
)
