"""The form: pages computed from what the municipality offers and what was chosen so far.

One rule each for *next*, *back* and *correct item n*; no page knows its neighbours. Everything
here is a function of `Form` and `Offers`, so the form causes no traffic at all. No wire, no clock.
"""

from collections.abc import Callable
from dataclasses import replace

from kiosk.certificates import CERTIFICATES, Kind, Page
from kiosk.session.model import Choice, Form, Item, Offer, Offers

Chosen = Callable[[Form, Offer, Offers], bool]


def offer_of(form: Form, offers: Offers) -> Offer | None:
    """The offer of the certificate chosen, if one is."""
    return offers.offer(form.certificate)


def pages(form: Form, offers: Offers) -> tuple[Page, ...]:
    """Every page this application has, in order. Only CERTIFICATE until one is chosen."""
    offer = offer_of(form, offers)
    if offer is None:
        return (Page.CERTIFICATE,)
    between = (p for p in CERTIFICATES[form.certificate].pages if _ASKED[p](form, offer, offers))
    copies = (Page.COPIES,) if offer.copies_max > 1 else ()
    return (Page.CERTIFICATE, *between, *copies, Page.CHECK)


def answered(page: Page, form: Form, offers: Offers) -> bool:
    """True when `page` has what it asks for, so that 確定する may go on."""
    offer = offer_of(form, offers)
    if offer is None:
        return False
    return _ANSWERED.get(page, _always)(form, offer, offers)


def next_page(form: Form, offers: Offers) -> Form:
    """One page on; while correcting, to the next page still open, else back to the check.

    Unchanged while the present page is not answered, and on the check itself.
    """
    order = pages(form, offers)
    if not answered(form.page, form, offers) or form.page is order[-1]:
        return form
    later = order[_position(form, order) + 1 :]
    if form.fixing:
        open_pages = (page for page in later if not answered(page, form, offers))
        return _at(form, next(open_pages, Page.CHECK))
    return _at(form, later[0])


def previous_page(form: Form, offers: Offers) -> Form:
    """One page back; while correcting, to the check once nothing is open. The first stays."""
    order = pages(form, offers)
    if form.fixing:
        complete = all(answered(page, form, offers) for page in order)
        return _at(form, Page.CHECK) if complete else form
    return _at(form, order[max(0, _position(form, order) - 1)])


def fix(form: Form, offers: Offers, page: str) -> Form:
    """From the check to one of its lines. Unchanged for a page this application lacks."""
    order = pages(form, offers)
    if form.page is not Page.CHECK or page not in order or page == Page.CHECK:
        return form
    return replace(form, page=Page(page), fixing=True)


def tap(form: Form, offers: Offers, option: str) -> Form:
    """A tile of the present page was tapped. Unchanged when the page has no such tile."""
    chosen = _TAPS.get(form.page)
    return chosen(form, offers, option) if chosen else form


def switch(form: Form, offers: Offers, item: str, on: bool) -> Form:  # noqa: FBT001 - the value itself
    """State the item, or not. An item that warns is warned of again when it comes back."""
    if item not in {one.id for one in offered_items(form, offers)}:
        return form
    items = form.items | {item} if on else form.items - {item}
    return replace(form, items=items, warned=form.warned & items)


def answer_warning(form: Form, offers: Offers, keep: bool) -> Form:  # noqa: FBT001 - the value itself
    """The warning was read: keep the items it is about, or drop them, and go on."""
    pending = frozenset(pending_warnings(form, offers))
    items = form.items if keep else form.items - pending
    decided = replace(form, items=items, warned=form.warned | (pending & items))
    order = pages(decided, offers)
    if decided.fixing:
        return _at(decided, Page.CHECK)
    return _at(decided, Page.COPIES if Page.COPIES in order else Page.CHECK)


def set_copies(form: Form, offers: Offers, copies: int) -> Form:
    """That many copies, held between 1 and what the municipality allows."""
    offer = offer_of(form, offers)
    most = offer.copies_max if offer else 1
    return replace(form, copies=max(1, min(copies, most)))


def offered_items(form: Form, offers: Offers) -> tuple[Item, ...]:
    """The items the chosen certificate may state."""
    offer = offer_of(form, offers)
    return offer.items if offer else ()


def pending_warnings(form: Form, offers: Offers) -> tuple[str, ...]:
    """Chosen items whose warning has not been confirmed yet."""
    return tuple(
        item.id
        for item in offered_items(form, offers)
        if item.warns and item.id in form.items and item.id not in form.warned
    )


def persons(form: Form, offers: Offers) -> tuple[str, ...]:
    """refs of those the certificate speaks of, sorted."""
    if form.kind is Kind.HOUSEHOLD:
        return tuple(sorted(member.ref for member in offers.members))
    if form.kind is Kind.PART:
        return tuple(sorted(form.members))
    return (offers.applicant,)


def fee_yen(form: Form, offers: Offers) -> int:
    """Of all copies together; 0 until a certificate is chosen."""
    offer = offer_of(form, offers)
    return offer.fee_yen * form.copies if offer else 0


def certificate_name(form: Form) -> str:
    """The Japanese name of the certificate chosen, "" before."""
    certificate = CERTIFICATES.get(form.certificate)
    return certificate.japanese if certificate else ""


def choice(form: Form, offers: Offers) -> Choice:
    """The application as it stands on the check."""
    return Choice(
        certificate=form.certificate,
        kind=form.kind.value if form.kind else "",
        items=tuple(sorted(form.items)),
        persons=persons(form, offers),
        copies=form.copies,
        fee_yen=fee_yen(form, offers),
    )


# --- the tables behind ------------------------------------------------------------------------


def _always(_form: Form, _offer: Offer, _offers: Offers) -> bool:
    return True


def _has_kinds(_form: Form, offer: Offer, _offers: Offers) -> bool:
    return bool(offer.kinds)


def _is_part(form: Form, _offer: Offer, _offers: Offers) -> bool:
    return form.kind is Kind.PART


def _has_items(_form: Form, offer: Offer, _offers: Offers) -> bool:
    return bool(offer.items)


def _has_warning(form: Form, _offer: Offer, offers: Offers) -> bool:
    return bool(pending_warnings(form, offers)) or form.page is Page.WARNING


def _kind_chosen(form: Form, offer: Offer, _offers: Offers) -> bool:
    return form.kind in offer.kinds


def _members_chosen(form: Form, _offer: Offer, _offers: Offers) -> bool:
    return bool(form.members)


def _nothing_pending(form: Form, _offer: Offer, offers: Offers) -> bool:
    return not pending_warnings(form, offers)


_ASKED: dict[Page, Chosen] = {
    Page.KIND: _has_kinds,
    Page.MEMBERS: _is_part,
    Page.ITEMS: _has_items,
    Page.WARNING: _has_warning,
}

_ANSWERED: dict[Page, Chosen] = {
    Page.KIND: _kind_chosen,
    Page.MEMBERS: _members_chosen,
    Page.WARNING: _nothing_pending,
}


def _choose_certificate(form: Form, offers: Offers, option: str) -> Form:
    offer = offers.offer(option)
    if offer is None or offer.unavailable or option == form.certificate:
        return form
    # An item that warns is never stated unless the resident says so.
    items = frozenset(item.id for item in offer.items if item.on and not item.warns)
    return replace(Form(), certificate=option, items=items, fixing=form.fixing)


def _choose_kind(form: Form, offers: Offers, option: str) -> Form:
    offer = offer_of(form, offers)
    if offer is None or option not in offer.kinds:
        return form
    kind = Kind(option)
    return replace(form, kind=kind, members=form.members if kind is Kind.PART else frozenset())


def _toggle_member(form: Form, offers: Offers, option: str) -> Form:
    if not offers.name(option):
        return form
    return replace(form, members=form.members ^ {option})


_TAPS: dict[Page, Callable[[Form, Offers, str], Form]] = {
    Page.CERTIFICATE: _choose_certificate,
    Page.KIND: _choose_kind,
    Page.MEMBERS: _toggle_member,
}


def _position(form: Form, order: tuple[Page, ...]) -> int:
    return order.index(form.page) if form.page in order else 0


def _at(form: Form, page: Page) -> Form:
    return replace(form, page=page, fixing=form.fixing and page is not Page.CHECK)
