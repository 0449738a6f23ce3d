"""Wrong centres: each holds the centre's key and all that passes through it."""

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

from center.antiforgery.reading import DeliveryContext
from center.relay.delivery import Ready, pack
from center.wire.canonical import decode, encode
from center.wire.messages import Delivered
from center.wire.signed import Signer, sign
from tests.mutants.cases import ALONE, DeliveryCase, Mutant, Wants

_HOUSEHOLD_OF_TWO_SHEETS = Wants(
    certificate="resident_record",
    kind="household",
    resident=lambda workshop, resident: len(workshop.household(resident)) > 4,
)


def _crossed(case: DeliveryCase) -> bytes:
    return case.other()[2]


def _says(**bent: Any) -> Callable[[DeliveryCase], bytes]:
    """The right copies under a statement with other fields."""

    def bend(case: DeliveryCase) -> bytes:
        return _under(case, case.workshop.centre, **bent)

    return bend


def _under(case: DeliveryCase, signer: Signer, **bent: Any) -> bytes:
    statement = sign(dataclasses.replace(case.delivery, **bent), signer)
    return encode(dataclasses.replace(decode(Delivered, case.body), delivery=statement))


def _others_field(field: str) -> Callable[[DeliveryCase], bytes]:
    def bend(case: DeliveryCase) -> bytes:
        other = getattr(case.workshop.delivery_of(case.other()[2]), field)
        return _under(case, case.workshop.centre, **{field: other})

    return bend


def _by_municipality(case: DeliveryCase) -> bytes:
    return _under(case, case.workshop.statements)


def _old_attempt(case: DeliveryCase) -> bytes:
    return _under(case, case.workshop.centre, attempt=case.delivery.attempt - 1)


def _sealed_to_another(case: DeliveryCase) -> bytes:
    """Our statement with the sealed part of another's delivery."""
    sealed = decode(Delivered, case.other()[2]).sealed
    return encode(dataclasses.replace(decode(Delivered, case.body), sealed=sealed))


def _one_sealed_byte(case: DeliveryCase) -> bytes:
    message = decode(Delivered, case.body)
    sealed = bytearray(message.sealed)
    sealed[case.rng.randrange(len(sealed))] ^= 1 << case.rng.randrange(8)
    return encode(dataclasses.replace(message, sealed=bytes(sealed)))


def _with(case: DeliveryCase, ready: tuple[Ready, ...]) -> bytes:
    return pack(case.expected, ready, case.workshop.centre)


def _others_copies(case: DeliveryCase) -> bytes:
    """Another application's copies, addressed and sealed to us."""
    wanted = len(case.ready)
    ready = case.rng.choice([one for _, one, _ in case.others if len(one) == wanted])
    return _with(case, ready)


def swapped(*, original: bool, marks: bool, signed_for: bool) -> Callable[[DeliveryCase], bytes]:
    """Another's original or marks in our first copy; `signed_for`: before digests were made."""

    def bend(case: DeliveryCase) -> bytes:
        copy, said = case.ready[0]
        other = case.other_of(said.sheets if marks and signed_for and not original else 0)
        if original:
            copy = dataclasses.replace(copy, pdf=other.pdf)
        if marks:
            copy = dataclasses.replace(copy, marks=other.marks)
        return _with(case, ((copy, _digests(said, copy, signed_for)), *case.ready[1:]))

    return bend


def _digests(said: Any, copy: Any, signed_for: bool) -> Any:
    if not signed_for:
        return said
    return dataclasses.replace(
        said,
        document=hashlib.sha256(copy.pdf).digest(),
        marks=hashlib.sha256(copy.marks).digest(),
    )


def _marks_of(sheets: int, *, signed_for: bool) -> Callable[[DeliveryCase], bytes]:
    """Marks of our own document for `sheets` sheets more than it has."""

    def bend(case: DeliveryCase) -> bytes:
        copy, said = case.ready[0]
        context = DeliveryContext(said.document_id, said.sheets + sheets)
        marks = case.workshop.engraver.make(copy.pdf, context)
        copy = dataclasses.replace(copy, marks=marks)
        return _with(case, ((copy, _digests(said, copy, signed_for)), *case.ready[1:]))

    return bend


def _sheets_said(case: DeliveryCase) -> bytes:
    copy, said = case.ready[0]
    said = dataclasses.replace(said, sheets=said.sheets + 1)
    return _with(case, ((copy, said), *case.ready[1:]))


def _marks_exchanged(case: DeliveryCase) -> bytes:
    """The marks of the second copy on the first, and the other way round."""
    (one, said), (two, told) = case.ready[:2]
    first = dataclasses.replace(one, marks=two.marks)
    second = dataclasses.replace(two, marks=one.marks)
    return _with(case, ((first, said), (second, told)))


def _centre(name: str, says: str, failure: str, bend: Any, wants: Wants = ALONE) -> Mutant:
    return Mutant(name, says, (), (failure,), wants, deliver=bend)


_TWO = Wants(certificate="resident_record", kind="self", copies=2)

CENTRES: tuple[Mutant, ...] = (
    _centre("deliveries crossed", "another visit's whole delivery", "delivery.not_for_us",
            _crossed),
    _centre("other visit named", "our copies, said to be another visit's",
            "delivery.not_for_us", _others_field("visit")),
    _centre("other terminal named", "our copies, said to be another terminal's",
            "delivery.not_for_us", _says(terminal="kiosk-0002")),
    _centre("other application named", "our copies, said to answer another application",
            "delivery.other_application", _others_field("application")),
    _centre("old attempt", "an answer to an earlier attempt", "delivery.stale_attempt",
            _old_attempt),
    _centre("signed by the municipality", "a delivery the centre did not sign",
            "delivery.bad_signature", _by_municipality),
    _centre("sealed part of another", "our statement, another's sealed copies",
            "delivery.not_for_us", _sealed_to_another),
    _centre("one sealed byte", "one bit of what is sealed turned", "delivery.not_for_us",
            _one_sealed_byte),
    _centre("another's copies", "another application's copies, addressed and sealed to us",
            "issue.other_application", _others_copies),
    _centre("original swapped", "another's original, signed for", "document.altered",
            swapped(original=True, marks=False, signed_for=True)),
    _centre("marks swapped", "another's marks, not those signed for", "marks.altered",
            swapped(original=False, marks=True, signed_for=False)),
    _centre("original and marks swapped", "another's original and marks, signed for",
            "document.altered", swapped(original=True, marks=True, signed_for=True)),
    _centre("marks of another sheet", "marks of a larger certificate, not those signed for",
            "marks.altered", _marks_of(1, signed_for=False), _HOUSEHOLD_OF_TWO_SHEETS),
    _centre("marks for more sheets", "marks of a larger certificate, signed for",
            "marks.sheet_count", _marks_of(1, signed_for=True)),
    _centre("marks of another, signed for", "another document's marks, signed for",
            "marks.read_back", swapped(original=False, marks=True, signed_for=True)),
    _centre("sheets miscounted", "another number of sheets than was issued",
            "marks.sheet_count", _sheets_said),
    _centre("marks exchanged", "two copies with each other's marks", "marks.altered",
            _marks_exchanged, _TWO),
    Mutant("marks machine: another document", "the machine draws another document's marks",
           ("marks.read_back",), (), ALONE, marks="another document"),
    Mutant("marks machine: another sheet", "the machine draws another sheet's marks",
           ("marks.read_back",), (), ALONE, marks="another sheet"),
    Mutant("offers crossed", "another visit's offers", (), ("offers.other_visit",),
           offers="crossed"),
    Mutant("sealed offers crossed", "our offers with another's sealed part", (),
           ("offers.not_for_us",), offers="sealed part crossed"),
    Mutant("offers of another municipality", "signed by the neighbour", (),
           ("offers.other_municipality",), offers="neighbour"),
    Mutant("wrong link, stated birthday", "the card is linked to somebody else's record", (),
           ("offers.birthday_differs",), offers="mislinked"),
    Mutant("wrong link, rule off", "the same, and the birthday rule is off: the resident sees it",
           (), ("resident.denies",), offers="mislinked, rule off"),
    Mutant("visit of another terminal", "a challenge opened for another terminal", (),
           ("visit.not_for_us",), visit="other terminal"),
    Mutant("old visit", "an earlier challenge of this terminal again", (),
           ("visit.not_for_us",), visit="replayed"),
)  # fmt: skip
