"""Wrong municipalities: each holds its own keys, and lets one thing go wrong."""

import dataclasses
from typing import Any

from center.issuing.copies import Order, make_copy
from center.issuing.extract import (
    DOMICILE,
    HOUSEHOLD,
    HOUSEHOLD_HEAD,
    INDIVIDUAL_NUMBER,
    SEAL_REGISTRATION,
    Extract,
)
from center.relay.inspection import read_stamp
from center.wire.messages import IssuedCopy
from center.wire.signed import sign
from tests.mutants.cases import ALONE, IssueCase, Mutant, Raw, Wants
from tests.mutants.workshop import statement_of

Copies = tuple[IssuedCopy, ...]

IN_A_FAMILY = dataclasses.replace(
    ALONE, resident=lambda workshop, resident: len(workshop.household(resident)) > 1
)
_WITH_A_NUMBER = dataclasses.replace(
    ALONE, resident=lambda workshop, one: bool(workshop.residents[one].individual_number)
)
_HEAD_CHOSEN = dataclasses.replace(IN_A_FAMILY, items=(HOUSEHOLD_HEAD,))
_WITH_A_SEAL = dataclasses.replace(
    ALONE, resident=lambda workshop, one: bool(workshop.residents[one].seal)
)
_SIGNATURE = b"/Contents <"
_TWO = Wants(certificate="resident_record", kind="self", copies=2)


def _first(case: IssueCase, copy: IssuedCopy) -> Copies:
    """The answer with another first copy."""
    return (copy, *case.raw.copies[1:])


def _restated(**bent: Any) -> Any:
    def bend(case: IssueCase) -> Copies:
        return _first(case, case.workshop.restated(case.raw.copies[0], **bent))

    return bend


def _picture_after_drawing(case: IssueCase) -> Copies:
    """Somebody else's finished document under our right statement: Yokohama, March 2023."""
    other = case.other().copies[0]
    pages = statement_of(other).pages
    return _first(case, case.workshop.restated(case.raw.copies[0], other.pdf, pages=pages))


def _picture_before_stamping(case: IssueCase) -> Copies:
    """Somebody else's picture, our stamp and statement on it."""
    household = case.raw.order.session.applicant.household
    other = case.other(
        lambda raw: (
            raw.order.extract.certificate == "resident_record"
            and raw.order.session.applicant.household != household
        )
    )
    mine = case.raw.copies[0]
    pages = statement_of(other.copies[0]).pages
    stamp = dataclasses.replace(read_stamp(mine.pdf), pages=pages)
    pdf = case.workshop.stamped(case.workshop.draw(other.order.extract), stamp)
    return _first(case, case.workshop.restated(mine, pdf, pages=pages))


def _record_before_drawing(case: IssueCase) -> Copies:
    """The wrong record was fetched; everything after it is done rightly."""
    mine = case.raw.persons
    other = case.other(lambda raw: raw.order.session.applicant.id not in mine)
    drawn = dataclasses.replace(case.raw.order.extract, persons=(other.order.session.applicant,))
    return _drawn_instead(case, drawn)


def _relatives_picture(case: IssueCase) -> Copies:
    """One of the same family, drawn in the applicant's place, under our stamp."""
    mine = case.raw.order.extract.persons[0]
    family = [one for one in case.workshop.household(mine.id) if one is not mine]
    drawn = dataclasses.replace(case.raw.order.extract, persons=(case.rng.choice(family),))
    return under_our_stamp(case, drawn)


def _stamp_of_another(case: IssueCase) -> Copies:
    stamp = read_stamp(case.other(_one_page).copies[0].pdf)
    return _our_picture(case, stamp)


def _card_of_another(case: IssueCase) -> Copies:
    mine = read_stamp(case.raw.copies[0].pdf)
    other = read_stamp(case.other().copies[0].pdf)
    return _our_picture(case, dataclasses.replace(mine, card=other.card))


def _kind_of_another(case: IssueCase) -> Copies:
    stamp = read_stamp(case.raw.copies[0].pdf)
    return _our_picture(case, dataclasses.replace(stamp, kind=HOUSEHOLD))


def _one_page(raw: Raw) -> bool:
    return statement_of(raw.copies[0]).pages == 1


def _our_picture(case: IssueCase, stamp: Any) -> Copies:
    extract = case.raw.order.extract
    pdf = case.workshop.stamped(case.workshop.draw(extract), stamp)
    return _first(case, case.workshop.restated(case.raw.copies[0], pdf))


def _drawn_instead(case: IssueCase, drawn: Extract) -> Copies:
    """Another extract is drawn and stamped for what it is, under the statement of the request."""
    order: Order = dataclasses.replace(case.raw.order, extract=drawn)
    return _first(case, make_copy(case.workshop.press, order, 1))


def under_our_stamp(case: IssueCase, drawn: Extract) -> Copies:
    """Another extract is drawn, and our stamp put on it."""
    stamp = read_stamp(case.raw.copies[0].pdf)
    pdf = case.workshop.stamped(case.workshop.draw(drawn), stamp)
    return _first(case, case.workshop.restated(case.raw.copies[0], pdf))


def _also(option: str) -> Any:
    """One item more is drawn, under our stamp."""

    def bend(case: IssueCase) -> Copies:
        extract = case.raw.order.extract
        drawn = dataclasses.replace(extract, options=extract.options | {option})
        return under_our_stamp(case, drawn)

    return bend


def _another_form(case: IssueCase) -> Copies:
    """The same person's other certificate, under our stamp."""
    extract = case.raw.order.extract
    drawn = dataclasses.replace(
        extract, certificate=SEAL_REGISTRATION, kind="", options=frozenset()
    )
    return under_our_stamp(case, drawn)


def _more_items(case: IssueCase) -> Extract:
    extract = case.raw.order.extract
    return dataclasses.replace(extract, options=extract.options | {INDIVIDUAL_NUMBER})


def more_people(case: IssueCase) -> Extract:
    """One more of the family, on the same sheet."""
    mine = case.raw.order.extract.persons[0]
    family = case.workshop.household(mine.id)
    extra = case.rng.choice([one for one in family if one is not mine])
    persons = tuple(one for one in family if one in (mine, extra))
    return dataclasses.replace(case.raw.order.extract, persons=persons)


def _one_byte(case: IssueCase) -> bytes:
    """One bit of what the signature covers; its own digits in between are no content."""
    pdf = bytearray(case.raw.copies[0].pdf)
    begin = pdf.index(_SIGNATURE)
    end = pdf.index(b">", begin)
    place = case.rng.choice([*range(begin), *range(end, len(pdf))])
    pdf[place] ^= 1 << case.rng.randrange(8)
    return bytes(pdf)


def _one_byte_after(case: IssueCase) -> Copies:
    return _first(case, dataclasses.replace(case.raw.copies[0], pdf=_one_byte(case)))


def _one_byte_before(case: IssueCase) -> Copies:
    return _first(case, case.workshop.restated(case.raw.copies[0], _one_byte(case)))


def _crossed(case: IssueCase) -> Copies:
    """The whole answer to another application of the same moment."""
    wanted = len(case.raw.copies)
    return case.other(lambda raw: len(raw.copies) == wanted).copies


def _replayed(case: IssueCase) -> Copies:
    return _first(case, case.earlier[0])


def _of_others_visit(field: str) -> Any:
    def bend(case: IssueCase) -> Copies:
        other = getattr(statement_of(case.other().copies[0]), field)
        return _first(case, case.workshop.restated(case.raw.copies[0], **{field: other}))

    return bend


def _fee(case: IssueCase) -> Copies:
    fee = statement_of(case.raw.copies[0]).fee_yen + case.rng.choice((-100, 10, 100))
    return _first(case, case.workshop.restated(case.raw.copies[0], fee_yen=fee))


def _expired(case: IssueCase) -> Copies:
    at = case.workshop.at - 601
    return _first(case, case.workshop.restated(case.raw.copies[0], issued=at))


def _neighbours_statement(case: IssueCase) -> Copies:
    mine = case.raw.copies[0]
    signed = sign(statement_of(mine), case.workshop.neighbour.statements)
    return _first(case, dataclasses.replace(mine, statement=signed))


def _centres_statement(case: IssueCase) -> Copies:
    mine = case.raw.copies[0]
    return _first(case, dataclasses.replace(
        mine, statement=sign(statement_of(mine), case.workshop.centre)
    ))  # fmt: skip


def _neighbours_document(case: IssueCase) -> Copies:
    mine, workshop = case.raw.copies[0], case.workshop
    picture = workshop.draw(case.raw.order.extract)
    pdf = workshop.signed_by_neighbour(picture, read_stamp(mine.pdf))
    return _first(case, workshop.restated(mine, pdf))


def _same_twice(case: IssueCase) -> Copies:
    """One picture for two copies, each rightly stated."""
    first = case.raw.copies[0]
    said = statement_of(first)
    second = case.workshop.restated(
        case.raw.copies[1], first.pdf, document_id=said.document_id, pages=said.pages
    )
    return (first, second)


def _one_missing(case: IssueCase) -> Copies:
    return case.raw.copies[:1]


def _both(name: str, says: str, failure: str, bend: Any, wants: Wants = ALONE) -> Mutant:
    """Caught by the centre, and by the terminal where the centre does not look."""
    return Mutant(name, says, (failure,), (failure,), wants, issue=bend)


def _terminal(name: str, says: str, failure: str, bend: Any, wants: Wants = ALONE) -> Mutant:
    """The centre does not read a certificate's text, so only the terminal can see it."""
    return Mutant(name, says, (), (failure,), wants, issue=bend)


_BROKEN = ("document.forbidden_content", "document.too_complex", "document.bad_signature")

MUNICIPALITIES: tuple[Mutant, ...] = (
    _both("picture after drawing", "another's finished document under a right statement",
          "stamp.other_application", _picture_after_drawing),
    _terminal("picture before stamping", "another's picture under our stamp and statement",
              "text.other_person", _picture_before_stamping),
    _terminal("relative's picture", "one of the same family drawn, under our stamp",
              "text.other_person", _relatives_picture, IN_A_FAMILY),
    _both("record before drawing", "the wrong record was fetched, drawn and stamped",
          "stamp.other_person", _record_before_drawing),
    _both("stamp of another", "our picture, another's stamp",
          "stamp.other_application", _stamp_of_another),
    _both("card of another in the stamp", "our picture, a stamp with another's card",
          "stamp.other_person", _card_of_another),
    _both("kind of another in the stamp", "our picture, stamped as another kind",
          "stamp.other_kind", _kind_of_another),
    _both("crossed", "the whole answer to another application of the same moment",
          "issue.other_application", _crossed),
    Mutant("forced release", "one print buffer whose lock is broken when somebody waits too long",
           ("stamp.other_application",), ("stamp.other_application",), ALONE, race=True),
    _both("more items", "the individual number drawn and stamped, not chosen",
          "stamp.other_kind", lambda case: _drawn_instead(case, _more_items(case)),
          _WITH_A_NUMBER),
    _terminal("more items under our stamp", "the individual number drawn, not chosen",
              "text.discloses_more", lambda case: under_our_stamp(case, _more_items(case)),
              _WITH_A_NUMBER),
    _both("more people", "a member nobody chose, drawn and stamped",
          "stamp.other_person", lambda case: _drawn_instead(case, more_people(case)),
          IN_A_FAMILY),
    _terminal("more people under our stamp", "a member nobody chose, drawn",
              "text.discloses_more", lambda case: under_our_stamp(case, more_people(case)),
              IN_A_FAMILY),
    _terminal("domicile under our stamp", "本籍 and 筆頭者 drawn, not chosen",
              "text.discloses_more", _also(DOMICILE)),
    _terminal("head under our stamp", "世帯主 and 続柄 drawn, not chosen",
              "text.discloses_more", _also(HOUSEHOLD_HEAD)),
    _terminal("a member where the head is named", "a member nobody chose, where 世帯主 was chosen",
              "text.discloses_more", lambda case: under_our_stamp(case, more_people(case)),
              _HEAD_CHOSEN),
    _terminal("another form under our stamp", "the same person's seal certificate, not asked for",
              "text.discloses_more", _another_form, _WITH_A_SEAL),
    _both("fee changed", "another fee than was shown", "issue.fee_differs", _fee),
    _both("replay", "the answer this resident got in an earlier visit",
          "issue.other_application", _replayed),
    _both("one byte after signing", "one bit of the document turned on its way",
          "document.altered", _one_byte_after),
    Mutant("one byte before stating", "one bit turned between signing and stating",
           ("document.bad_signature",), _BROKEN, ALONE, issue=_one_byte_before),
    _both("other visit", "a statement for another authentication",
          "issue.other_visit", _of_others_visit("auth")),
    _both("other card", "a statement for another card", "issue.other_card",
          _of_others_visit("card")),
    _both("other persons", "a statement about other people", "issue.other_content",
          _of_others_visit("persons")),
    _both("other kind stated", "a statement about another kind", "issue.other_content",
          _restated(kind=HOUSEHOLD)),
    _both("old statement", "a statement older than its ten minutes", "issue.expired", _expired),
    _both("neighbour's statement", "signed by another municipality", "issue.other_municipality",
          _neighbours_statement),
    _both("centre's statement", "signed by no municipality at all", "issue.bad_signature",
          _centres_statement),
    _both("neighbour's document", "the document signed by another municipality",
          "document.bad_signature", _neighbours_document),
    _both("same document twice", "one document for two copies", "document.repeated",
          _same_twice, _TWO),
    _both("a copy missing", "one document where two were asked for", "issue.other_content",
          _one_missing, _TWO),
)  # fmt: skip
