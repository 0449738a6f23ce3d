"""The screens of the form: one page each, drawn from the offers and what was chosen. Pure."""

from collections.abc import Callable
from dataclasses import replace

from kiosk.certificates import CERTIFICATES, Kind, Page
from kiosk.present import frame
from kiosk.session import forms, steps
from kiosk.session.model import Offer, Offers, Session
from ui.model import (
    Action,
    Choose,
    Label,
    Notice,
    Option,
    Raw,
    Review,
    ReviewRow,
    Role,
    Screen,
    Stepper,
    Switch,
    Switches,
    Text,
    text,
)


def form(session: Session) -> Screen:
    """The page of the form that is open."""
    offers = steps.offers_of(session)
    screen = _PAGES[session.form.page](session, offers)
    if screen.actions:
        return screen
    ready = forms.answered(session.form.page, session.form, offers)
    confirm = replace(frame.CONFIRM, enabled=ready)
    back = () if session.form.page is Page.CERTIFICATE else (frame.BACK,)
    return replace(screen, actions=(frame.END, *back, confirm))


def _certificate(session: Session, offers: Offers) -> Screen:
    options = tuple(_certificate_tile(session, offer) for offer in offers.offers)
    words = dict.fromkeys(frame.own_words(session, offer.message) for offer in offers.offers)
    message = "\n".join(word for word in words if word)
    body = Choose(options, columns=2, message=Raw(message) if message else None)
    return _page(
        "certificate", body,
        lead=text("screen.certificate.lead", municipality=offers.municipality),
    )  # fmt: skip


def _certificate_tile(session: Session, offer: Offer) -> Option:
    return Option(
        f"option:{offer.certificate}", text(f"certificate.{offer.certificate}"),
        _certificate_note(session, offer),
        japanese=frame.beside(session, CERTIFICATES[offer.certificate].japanese),
        chosen=session.form.certificate == offer.certificate, enabled=not offer.unavailable,
    )  # fmt: skip


def _certificate_note(session: Session, offer: Offer) -> Text:
    if offer.unavailable == "hours":
        return text("screen.certificate.hours", hours=offer.hours)
    if offer.unavailable:
        return text("screen.certificate.unavailable")
    if session.look.language not in offer.languages:
        return text("screen.certificate.fee_japanese_only", yen=offer.fee_yen)
    return text("screen.certificate.fee", yen=offer.fee_yen)


def _kind(session: Session, offers: Offers) -> Screen:
    offer = forms.offer_of(session.form, offers)
    kinds = offer.kinds if offer else ()
    options = tuple(
        Option(
            f"option:{kind.value}", text(f"kind.{kind.value}"), text(f"kind.{kind.value}_note"),
            japanese=frame.beside(session, _KIND_JAPANESE[kind]),
            chosen=session.form.kind is kind,
        )
        for kind in kinds
    )  # fmt: skip
    return _page("kind", Choose(options))


_KIND_JAPANESE = {Kind.SELF: "本人のみ", Kind.HOUSEHOLD: "世帯全員", Kind.PART: "世帯の一部"}


def _members(session: Session, offers: Offers) -> Screen:
    options = tuple(
        Option(
            f"option:{member.ref}", Raw(member.name, name=True),
            chosen=member.ref in session.form.members,
        )
        for member in offers.members
    )  # fmt: skip
    return _page("members", Choose(options, many=True), private=True)


def _items(session: Session, offers: Offers) -> Screen:
    rows = tuple(
        Switch(
            f"item:{item.id}", text(f"item.{item.id}"),
            text(f"item.{item.id}_note"), item.id in session.form.items,
            text("switch.on"), text("switch.off"),
            frame.beside(session, _ITEM_JAPANESE.get(item.id, "")),
        )
        for item in forms.offered_items(session.form, offers)
    )  # fmt: skip
    return _page("items", Switches(rows))


_ITEM_JAPANESE = {
    "household_head": "世帯主・続柄", "domicile": "本籍地・筆頭者",
    "individual_number": "個人番号",
}  # fmt: skip


def _warning(session: Session, offers: Offers) -> Screen:
    pending = forms.pending_warnings(session.form, offers)
    item = pending[0] if pending else "individual_number"
    body = Notice("warning", (text(f"warning.{item}.line"), text(f"warning.{item}.question")))
    actions = (
        frame.END,
        Action("warning:keep", text(f"warning.{item}.keep"), Role.SECONDARY),
        Action("warning:drop", text(f"warning.{item}.drop"), Role.PRIMARY),
    )
    return Screen(
        "warning", text(f"warning.{item}.title"), body, step=frame.CERTIFICATE, actions=actions
    )


def _copies(session: Session, offers: Offers) -> Screen:
    offer = forms.offer_of(session.form, offers)
    copies = session.form.copies
    body = Stepper(
        copies, 1, offer.copies_max if offer else 1, text("screen.copies.value", n=copies),
        text("amount.product", yen=offer.fee_yen if offer else 0, n=copies),
        text("amount.yen", yen=forms.fee_yen(session.form, offers)),
    )  # fmt: skip
    return _page("copies", body)


def _check(session: Session, offers: Offers) -> Screen:
    offer = forms.offer_of(session.form, offers)
    chosen = session.form
    body = Review(
        _rows(session, offers),
        text("screen.check.fee", yen=offer.fee_yen if offer else 0, n=chosen.copies),
        text("amount.yen", yen=forms.fee_yen(chosen, offers)),
        Action("deny", text("button.deny")),
    )
    confirm = Action("confirm", text("button.confirm"), Role.PRIMARY)
    return Screen(
        "check", text("screen.check.title"), body, lead=_check_lead(session), step=frame.CHECK,
        actions=(frame.END, frame.BACK, confirm), private=True,
    )  # fmt: skip


def _check_lead(session: Session) -> Text:
    money = session.money
    if money.change_known and not steps.payable(session):
        return text("screen.check.no_change")
    if money.exact_only:
        return text("screen.check.little_change")
    return text("screen.check.lead")


def _rows(session: Session, offers: Offers) -> tuple[ReviewRow, ...]:
    chosen = session.form
    asked = forms.pages(chosen, offers)
    people = forms.persons(chosen, offers)
    rows = [_row("certificate", (text(f"certificate.{chosen.certificate}"),), Page.CERTIFICATE)]
    if offers.applicant not in people:
        rows.append(_row("applicant", _names(offers, (offers.applicant,)), None))
    if chosen.kind is not None:
        rows.append(_row("kind", (text(f"kind.{chosen.kind.value}"),), Page.KIND))
    fix_people = Page.MEMBERS if Page.MEMBERS in asked else None
    rows.append(_row("persons", _names(offers, people), fix_people))
    for item in forms.offered_items(chosen, offers):
        value = text("yesno.with" if item.id in chosen.items else "yesno.without")
        rows.append(ReviewRow(text(f"item.{item.id}"), (value,), _fix(Page.ITEMS)))
    fix_copies = Page.COPIES if Page.COPIES in asked else None
    rows.append(_row("copies", (text("screen.copies.value", n=chosen.copies),), fix_copies))
    return tuple(rows)


def _names(offers: Offers, refs: tuple[str, ...]) -> tuple[Label, ...]:
    in_order = (member for member in offers.members if member.ref in refs)
    return tuple(Raw(member.name, name=True) for member in in_order)


def _row(name: str, values: tuple[Label, ...], page: Page | None) -> ReviewRow:
    return ReviewRow(text(f"screen.check.{name}"), values, _fix(page) if page else None)


def _fix(page: Page) -> Action:
    return Action(f"fix:{page.value}", text("button.fix"))


def _page(id_: str, body: Choose | Switches | Stepper, **more: object) -> Screen:
    lead = more.get("lead", text(f"screen.{id_}.lead"))
    assert isinstance(lead, Text)  # noqa: S101 - narrows what the callers above pass
    private = bool(more.get("private", False))
    return Screen(
        id_, text(f"screen.{id_}.title"), body, lead=lead, step=frame.CERTIFICATE, private=private
    )


_PAGES: dict[Page, Callable[[Session, Offers], Screen]] = {
    Page.CERTIFICATE: _certificate,
    Page.KIND: _kind,
    Page.MEMBERS: _members,
    Page.ITEMS: _items,
    Page.WARNING: _warning,
    Page.COPIES: _copies,
    Page.CHECK: _check,
}
