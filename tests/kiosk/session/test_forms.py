"""The form as data: its pages, and the one rule each of next, back and fix."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.certificates import CERTIFICATES, Kind, Page
from kiosk.session import forms
from kiosk.session.model import Form, Item, Offer, Offers
from kiosk.session.samples import OFFERS

FILLED = Form(page=Page.CHECK, certificate="resident_record", kind=Kind.SELF)


def test_without_a_certificate_there_is_one_page() -> None:
    assert forms.pages(Form(), OFFERS) == (Page.CERTIFICATE,)
    assert forms.next_page(Form(), OFFERS) == Form()


def test_pages_follow_from_what_was_chosen() -> None:
    part = Form(certificate="resident_record", kind=Kind.PART)
    assert forms.pages(part, OFFERS) == (
        Page.CERTIFICATE, Page.KIND, Page.MEMBERS, Page.ITEMS, Page.COPIES, Page.CHECK,
    )  # fmt: skip
    seal = Form(certificate="seal_registration")
    assert forms.pages(seal, OFFERS) == (Page.CERTIFICATE, Page.COPIES, Page.CHECK)


def test_a_municipality_that_allows_one_copy_is_not_asked_how_many() -> None:
    one = Offers("見本市", (Offer("seal_registration", 300, 1),), "ref")
    assert Page.COPIES not in forms.pages(Form(certificate="seal_registration"), one)


def test_an_unavailable_certificate_cannot_be_chosen() -> None:
    closed = Offers("見本市", (Offer("seal_registration", 300, 1, unavailable="hours"),), "ref")
    assert forms.tap(Form(), closed, "seal_registration") == Form()


def test_defaults_are_taken_but_never_for_what_warns() -> None:
    items = (Item("household_head", on=True), Item("individual_number", on=True, warns=True))
    offer = Offer("resident_record", 300, 1, (Kind.SELF,), items)
    form = forms.tap(Form(), Offers("見本市", (offer,), "ref"), "resident_record")
    assert form.items == {"household_head"}


def test_another_certificate_starts_anew() -> None:
    form = forms.tap(FILLED, OFFERS, "seal_registration")
    assert form == FILLED  # not on that page
    there = forms.fix(FILLED, OFFERS, "certificate")
    changed = forms.tap(there, OFFERS, "seal_registration")
    assert (changed.kind, changed.items, changed.fixing) == (None, frozenset(), True)
    assert forms.next_page(changed, OFFERS).page is Page.CHECK


def test_a_fix_returns_to_the_check() -> None:
    there = forms.fix(FILLED, OFFERS, "copies")
    assert (there.page, there.fixing) == (Page.COPIES, True)
    back = forms.next_page(forms.set_copies(there, OFFERS, 3), OFFERS)
    assert (back.page, back.copies, back.fixing) == (Page.CHECK, 3, False)
    assert forms.previous_page(there, OFFERS) == FILLED


def test_a_fix_that_opens_a_question_asks_it_first() -> None:
    there = forms.fix(FILLED, OFFERS, "kind")
    part = forms.next_page(forms.tap(there, OFFERS, "part"), OFFERS)
    assert part.page is Page.MEMBERS
    assert forms.previous_page(part, OFFERS).page is Page.MEMBERS
    chosen = forms.tap(part, OFFERS, "ref-taro")
    assert forms.next_page(chosen, OFFERS).page is Page.CHECK


def test_a_warning_answered_goes_straight_to_the_check_where_copies_are_not_asked() -> None:
    number = Item("individual_number", warns=True)
    offer = Offer("resident_record", 300, 1, (Kind.SELF,), (number,))
    one = Offers("見本市", (offer,), "ref")
    form = Form(page=Page.WARNING, certificate="resident_record", kind=Kind.SELF,
                items=frozenset({"individual_number"}))  # fmt: skip
    assert forms.answer_warning(form, one, keep=True).page is Page.CHECK


def test_a_kind_or_a_page_that_is_not_there_changes_nothing() -> None:
    form = Form(page=Page.KIND, certificate="seal_registration")
    assert forms.tap(form, OFFERS, "self") == form
    assert forms.tap(FILLED, OFFERS, "anything") == FILLED


def test_only_from_the_check_and_only_to_its_lines() -> None:
    assert forms.fix(FILLED, OFFERS, "members") == FILLED
    assert forms.fix(FILLED, OFFERS, "check") == FILLED
    assert forms.fix(FILLED, OFFERS, "nonsense") == FILLED
    elsewhere = Form(page=Page.KIND, certificate="resident_record")
    assert forms.fix(elsewhere, OFFERS, "copies") == elsewhere


def test_persons_are_those_the_kind_means() -> None:
    assert forms.persons(FILLED, OFFERS) == ("ref-hanako",)
    whole = Form(certificate="resident_record", kind=Kind.HOUSEHOLD)
    assert forms.persons(whole, OFFERS) == tuple(sorted(m.ref for m in OFFERS.members))
    part = Form(certificate="resident_record", kind=Kind.PART, members=frozenset({"ref-taro"}))
    assert forms.persons(part, OFFERS) == ("ref-taro",)


def test_a_stranger_cannot_be_chosen() -> None:
    form = Form(page=Page.MEMBERS, certificate="resident_record", kind=Kind.PART)
    assert forms.tap(form, OFFERS, "ref-nobody") == form
    assert forms.switch(form, OFFERS, "resident_code", on=True) == form


@given(st.integers())
def test_copies_stay_within_what_is_allowed(copies: int) -> None:
    assert 1 <= forms.set_copies(FILLED, OFFERS, copies).copies <= 10


@given(st.lists(st.sampled_from([
    "next", "back", "tap:resident_record", "tap:seal_registration", "tap:self", "tap:part",
    "tap:household", "tap:ref-taro", "on:individual_number", "off:individual_number", "on:domicile",
    "keep", "drop", "fix:kind", "fix:items", "fix:members", "fix:copies", "fix:certificate",
]), max_size=40))  # fmt: skip
def test_the_check_is_never_reached_with_a_question_open(moves: list[str]) -> None:
    form = Form()
    for move in moves:
        form = _moved(form, move)
        assert form.page in forms.pages(form, OFFERS)
        assert form.fixing <= (form.page is not Page.CHECK)
        if form.page is Page.CHECK:
            asked = forms.pages(form, OFFERS)
            assert all(forms.answered(page, form, OFFERS) for page in asked)
            assert forms.choice(form, OFFERS).fee_yen == 300 * form.copies


def _moved(form: Form, move: str) -> Form:
    what, _, rest = move.partition(":")
    match what:
        case "next":
            return forms.next_page(form, OFFERS)
        case "back":
            return forms.previous_page(form, OFFERS)
        case "tap":
            return forms.tap(form, OFFERS, rest)
        case "fix":
            return forms.fix(form, OFFERS, rest)
        case "keep" | "drop":
            if form.page is not Page.WARNING:
                return form
            return forms.answer_warning(form, OFFERS, what == "keep")
        case _:
            return (
                forms.switch(form, OFFERS, rest, what == "on")
                if (form.page is Page.ITEMS)
                else form
            )


def test_every_certificate_has_a_japanese_name() -> None:
    assert all(one.japanese and one.id == name for name, one in CERTIFICATES.items())
