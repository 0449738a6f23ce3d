"""One session for every screen there is, for pictures, layout tests and translators. Invented.

Nothing here is anybody: names, refs, tickets and numbers are made up and say so. No wire, no clock.
"""

from dataclasses import replace

from kiosk.certificates import Kind, Page
from kiosk.session.model import (
    Aside,
    Copy,
    Form,
    Item,
    Member,
    Money,
    Offer,
    Offers,
    Printing,
    Session,
    State,
    Ticket,
)

_RECORD = Offer(
    certificate="resident_record", fee_yen=300, copies_max=10,
    kinds=(Kind.SELF, Kind.HOUSEHOLD, Kind.PART),
    items=(Item("household_head"), Item("domicile"), Item("individual_number", warns=True)),
    languages=("ja", "en", "ko", "zh-Hans", "zh-Hant", "es", "pt"),
    message=(("ja", "住民票の写しを交付しております。"),), hours="06:30-23:00",
)  # fmt: skip
_SEAL = Offer(
    certificate="seal_registration", fee_yen=300, copies_max=5,
    languages=("ja", "en", "ko", "zh-Hans", "zh-Hant", "es", "pt"),
    message=(("ja", "サービス提供時間は8時から18時までとなります。"),), hours="08:00-18:00",
)  # fmt: skip

OFFERS = Offers(
    municipality="見本市", offers=(_RECORD, _SEAL), applicant="ref-hanako", code="99201",
    members=(
        Member("ref-taro", "見本　太郎"), Member("ref-hanako", "見本　花子"),
        Member("ref-ichiro", "見本　一郎"), Member("ref-sakura", "見本　さくら"),
    ),
)  # fmt: skip
_CLOSED = replace(OFFERS, offers=(_RECORD, replace(_SEAL, unavailable="hours")))

TICKET = Ticket("00" * 32, 600, (Copy("t1", "kiosk-1", 1), Copy("t2", "kiosk-2", 1)))

_FORM = Form(
    certificate="resident_record", kind=Kind.PART, copies=2,
    members=frozenset({"ref-taro", "ref-hanako"}), items=frozenset({"household_head"}),
)  # fmt: skip

_BASE = Session("0123456789abcdef", granted=True, opened=True)
_IN_FORM = replace(_BASE, state=State.FORM, offers=OFFERS, form=_FORM, authenticated=True)
_HELD = replace(_IN_FORM, ticket=TICKET, money=Money(due=600))
_PAYING = replace(_HELD, state=State.PAY, money=Money(due=600, coins=(500, 100, 50, 10)))
_PRINTING = replace(_HELD, state=State.PRINT, printing=Printing(copy=1, sheets_total=2))
_WITH_NOTE = (10, 50, 100, 500, 1000)
_DONE = Printing(copy=2, copies_done=2, sheets_out=1, sheets_total=2)
_WARNED = frozenset({"individual_number"})


def _at(state: State, base: Session = _BASE, **more: object) -> Session:
    return replace(base, state=state, **more)  # type: ignore[arg-type]


def _page(page: Page, **more: object) -> Session:
    return replace(_IN_FORM, form=replace(_FORM, page=page, **more))  # type: ignore[arg-type]


SAMPLES: dict[str, Session] = {
    "closed": _at(State.CLOSED, trouble="printer.paper_out"),
    "hours": _at(State.CLOSED, open_now=False),
    "apology": _at(State.APOLOGY, failure="visit.died.printing",
                   money=Money(kept=200, returned=500, owed=100, settled=True)),
    "apology.settling": _at(State.APOLOGY, failure="visit.died.printing"),
    "start": _at(State.START),
    "start.notes": _at(State.START, takes_notes=True),
    "menu": _at(State.MENU),
    "card_there": _at(State.CLEAR_READER, card=True),
    "place_card": _at(State.PLACE_CARD),
    "place_card.again": _at(State.PLACE_CARD, failure="card.removed"),
    "check_card": _at(State.CHECK_CARD, card=True),
    "where": _at(State.WHERE, card=True),
    "not_served": _at(State.NOT_SERVED, card=True),
    "pin": _at(State.PIN, card=True, typed=2),
    "pin.tries": _at(State.PIN, card=True, tries_left=2),
    "pin.last": _at(State.PIN, card=True, tries_left=1, typed=4),
    "pin_wrong": _at(State.PIN_WRONG, card=True, tries_left=2),
    "pin_wrong.last": _at(State.PIN_WRONG, card=True, tries_left=1),
    "read_card": _at(State.READ_CARD, card=True),
    "take_card": _at(State.TAKE_CARD, card=True),
    "take_card.alert": _at(State.TAKE_CARD, card=True, beats=5),
    "take_card.forgotten": _at(State.TAKE_CARD, card=True, beats=13),
    "wait_offers": _at(State.WAIT_OFFERS),
    "certificate": _page(Page.CERTIFICATE),
    "certificate.closed": replace(_IN_FORM, offers=_CLOSED, form=Form()),
    "kind": _page(Page.KIND),
    "members": _page(Page.MEMBERS),
    "items": _page(Page.ITEMS),
    "warning": _page(Page.WARNING, items=frozenset({"individual_number"})),
    "copies": _page(Page.COPIES),
    "check": _page(Page.CHECK),
    "check.full": _page(Page.CHECK, kind=Kind.HOUSEHOLD, warned=_WARNED,
                        items=frozenset({"household_head", "domicile", "individual_number"})),
    "check.seal": _page(Page.CHECK, certificate="seal_registration", kind=None,
                        members=frozenset(), items=frozenset(), copies=1),
    "check.little_change": replace(
        _page(Page.CHECK), money=Money(change_known=True, change_coins=(100, 50, 10),
                                       exact_only=True)),
    "check.no_change": replace(_page(Page.CHECK), money=Money(change_known=True)),
    "fetch": _at(State.FETCH, _IN_FORM),
    "change": _at(State.CHANGE, _HELD, money=Money(change_known=True,
                                                   change_coins=(100, 50, 10), exact_only=True)),
    "pay": _PAYING,
    "pay.partly": replace(_PAYING, money=Money(due=600, inserted=500, coins=(100, 50, 10))),
    "pay.notes": replace(_PAYING, money=Money(due=600, coins=_WITH_NOTE, tender=_WITH_NOTE)),
    "pay.notes.short": replace(_PAYING, money=Money(due=600, inserted=100, coins=(50, 100),
                                                    tender=_WITH_NOTE)),
    "pay.covered": replace(_PAYING, money=Money(due=600, inserted=1000, tender=_WITH_NOTE)),
    "return": _at(State.RETURN, _PAYING, money=Money(due=600, inserted=500)),
    "returned": _at(State.RETURNED, _HELD, money=Money(due=600, inserted=500, returned=500)),
    "returned.owed": _at(State.RETURNED, _HELD, failure="coin.hopper_empty",
                         money=Money(due=600, inserted=500, returned=300, owed=200,
                                      case="3f2a90c1-7")),
    "returned.nothing": _at(State.RETURNED, _HELD, failure="coin.hopper_empty",
                            money=Money(due=600, inserted=500, owed=500, case="3f2a90c1-7")),
    "print": replace(_PRINTING, printing=replace(_PRINTING.printing, copy=2, sheets_out=0)),
    "print_trouble": replace(_PRINTING, printing=replace(_PRINTING.printing, waits="printer.jam")),
    "give": _at(State.GIVE, _HELD, printing=_DONE),
    "take_paper": _at(State.TAKE_PAPER, _HELD, printing=_DONE, money=Money(due=600, kept=600)),
    "take_paper.change": _at(State.TAKE_PAPER, _HELD, printing=_DONE,
                             money=Money(due=600, inserted=1000, kept=600, returned=400)),
    "take_paper.partly": _at(
        State.TAKE_PAPER, _HELD, failure="printer.jam", outcome="issued_partly",
        printing=replace(_DONE, copies_done=1, sheets_out=0),
        money=Money(due=600, inserted=600, kept=300, returned=300)),
    "take_paper.unknown": _at(
        State.TAKE_PAPER, _HELD, failure="printer.unknown_outcome", outcome="failed",
        printing=replace(_DONE, copies_done=0, known=False),
        money=Money(due=600, inserted=600, owed=600, case="3f2a90c1-8")),
    "take_paper.forgotten": _at(State.TAKE_PAPER, _HELD, printing=_DONE, beats=13),
    "take_paper.still_there": _at(State.TAKE_PAPER, _HELD, printing=_DONE, heard_stop=True),
    "receipt": _at(State.RECEIPT, _HELD, printing=_DONE),
    "finish": _at(State.FINISH, _HELD, printing=_DONE),
    "finish.no_receipt": _at(State.FINISH, _HELD, printing=_DONE, failure="receipt.paper_out"),
    "refused.revoked": _at(State.REFUSED, failure="certificate.revoked", outcome="refused"),
    "refused.centre": _at(State.REFUSED, failure="centre.unreachable", retry=State.PLACE_CARD),
    "refused.document": _at(State.REFUSED, failure="document.altered", outcome="refused"),
    "refused.message": _at(State.REFUSED, failure="municipality.hours",
                           message=(("ja", "サービス提供時間は8時から18時までとなります。"),)),
    "leave_card": _at(State.LEAVE_CARD, card=True),
    "leave_card.forgotten": _at(State.LEAVE_CARD, card=True, beats=13),
    "end": _at(State.END, outcome="cancelled"),
    "end.timed_out": _at(State.END, outcome="timed_out"),
    "closing": _at(State.CLOSING),
    "language": _at(State.MENU, aside=Aside.LANGUAGE),
    "look": _at(State.MENU, aside=Aside.LOOK),
    "ask_end": replace(_page(Page.KIND), aside=Aside.END),
    "ask_end.money": replace(_PAYING, aside=Aside.END),
    "warning_time": replace(_page(Page.CHECK), aside=Aside.WARNING, warn_left_s=24),
    "warning_time.money": replace(_PAYING, aside=Aside.WARNING, warn_left_s=10),
}  # fmt: skip
"""Name of the picture -> the session it shows."""
