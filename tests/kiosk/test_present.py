"""Screens of every sample, in every language: texts exist, names stay private, wording is kept."""

import string
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kiosk.present import present
from kiosk.session.samples import OFFERS, SAMPLES
from ui import model as ui
from ui.catalog import Catalogue, fields_of
from ui.catalog_files import load_catalogue
from ui.model import LANGUAGES
from ui.voice import script

NAMES = tuple(member.name for member in OFFERS.members)


def labels(value: object) -> Iterator[ui.Label]:
    """Every text of a screen, overlay and all."""
    if isinstance(value, ui.Text | ui.Raw):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from labels(part)
    else:
        for name in getattr(value, "__slots__", ()):
            yield from labels(getattr(value, name))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_text_can_be_said(name: str, language: str) -> None:
    session = SAMPLES[name]
    screen = present(replace(session, look=replace(session.look, language=language)))
    catalogue = load_catalogue(language)
    said = [catalogue.say(label) for label in labels(screen)]
    assert all(said), "a text is empty"
    assert not [text for text in said if "{" in text]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_field_that_is_given_is_used(name: str) -> None:
    catalogue = load_catalogue("ja")
    for label in labels(present(SAMPLES[name])):
        if isinstance(label, ui.Text):
            assert {field for field, _ in label.fields} >= fields_of(catalogue.entries[label.key])


def test_all_seven_catalogues_have_the_same_keys_and_fields() -> None:
    shapes = {tag: shape(load_catalogue(tag)) for tag in LANGUAGES}
    for tag in LANGUAGES:
        assert shapes[tag] == shapes["ja"], tag


def shape(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    return {key: fields_of(entry) for key, entry in catalogue.entries.items()}


def test_names_are_drawn_as_names_and_only_on_private_screens() -> None:
    for name, session in SAMPLES.items():
        screen = present(session)
        raws = [label for label in labels(screen) if isinstance(label, ui.Raw)]
        named = [raw for raw in raws if any(one in raw.text for one in NAMES)]
        assert all(raw.name for raw in named), name
        assert screen.private or not named, name


def test_a_screen_s_text_form_shows_no_name() -> None:
    for session in SAMPLES.values():
        for form in (repr(present(session)), repr(session)):
            assert not any(name in form for name in NAMES)


@pytest.mark.parametrize(
    ("sample", "wording"),
    [
        ("pin", "暗証番号を入力してください。"),
        ("take_card", "カードを取り外すと、次の画面に進みます。"),
        ("certificate", "必要な証明書を選択して「確定する」ボタンを押してください。"),
        ("check", "発行内容を確認して「確定する」ボタンを押してください。訂正を行う場合は"
                  "「前画面へ」ボタンを押してください。"),
        ("check", "手数料"),
        ("take_paper", "証明書をお取りください。"),
        ("receipt", "領収書が出ますので、お取りください。"),
        ("check", "証明書種別"), ("check", "必要部数"), ("check", "2部"),
        ("check", "証明の必要な方"), ("check", "世帯主・続柄"), ("check", "本籍地・筆頭者"),
        ("check", "個人番号の記載"), ("check", "終了する"), ("check", "前画面へ"),
        ("check", "確定する"), ("where", "お住まいの市区町村の証明書"), ("pin", "中止する"),
        ("start", "証明書交付サービス"), ("certificate", "住民票の写し"),
        ("certificate", "印鑑登録証明書"),
    ],
)  # fmt: skip
def test_the_service_s_own_wording_stands_as_it_is(sample: str, wording: str) -> None:
    catalogue = load_catalogue("ja")
    said = [catalogue.say(label) for label in labels(present(SAMPLES[sample]))]
    assert any(wording in text for text in said)


def test_main_actions_stay_where_they_are() -> None:
    for name, session in SAMPLES.items():
        roles = [action.role for action in present(session).actions]
        order = [ui.Role.END, ui.Role.SECONDARY, ui.Role.PRIMARY]
        assert roles == sorted(roles, key=order.index), name


def test_a_foreign_screen_shows_the_japanese_name_beside() -> None:
    session = SAMPLES["certificate"]
    assert not tiles(present(session))[0].japanese
    foreign = replace(session, look=replace(session.look, language="es"))
    assert tiles(present(foreign))[0].japanese == "住民票の写し"
    items = replace(SAMPLES["items"], look=replace(session.look, language="es"))
    body = present(items).body
    assert isinstance(body, ui.Switches)
    assert [row.japanese for row in body.rows] == ["世帯主・続柄", "本籍地・筆頭者", "個人番号"]


def test_a_certificate_in_japanese_only_says_so_before_it_is_chosen() -> None:
    only = tuple(replace(offer, languages=("ja",)) for offer in OFFERS.offers)
    session = replace(SAMPLES["certificate"], offers=replace(OFFERS, offers=only))
    foreign = replace(session, look=replace(session.look, language="en"))
    note = tiles(present(foreign))[0].note
    assert isinstance(note, ui.Text)
    assert note.key == "screen.certificate.fee_japanese_only"


def test_what_is_closed_now_cannot_be_chosen_and_says_when() -> None:
    seal = tiles(present(SAMPLES["certificate.closed"]))[1]
    assert not seal.enabled
    assert seal.note == ui.text("screen.certificate.hours", hours="08:00-18:00")


def tiles(screen: ui.Screen) -> tuple[ui.Option, ...]:
    assert isinstance(screen.body, ui.Choose)
    return screen.body.options


def test_the_alerts_fill_the_glass_and_sound_again() -> None:
    for name in ("take_card.forgotten", "leave_card", "take_paper", "print_trouble"):
        screen = present(SAMPLES[name])
        assert screen.tone is ui.Tone.ALERT, name
        assert screen.sound, name


def test_catalogue_texts_are_clean() -> None:
    for tag in LANGUAGES:
        for key, entry in load_catalogue(tag).entries.items():
            for text in [entry] if isinstance(entry, str) else entry.values():
                assert text.strip() == text, (tag, key)
                assert text, (tag, key)
                assert list(string.Formatter().parse(text)), (tag, key)


@pytest.mark.parametrize(("language", "either"), [
    ("ja", "印刷するか"), ("en", " or "), ("ko", "거나"), ("zh-Hans", "或"), ("zh-Hant", "或"),
    ("es", " o "), ("pt", " ou "),
])  # fmt: skip
def test_a_jam_promises_the_rest_or_its_fee_and_not_the_rest_alone(
    language: str, either: str
) -> None:
    said = load_catalogue(language).text("screen.print_trouble.line")
    assert said.count(either) == 1


def _pay(name: str) -> ui.Pay:
    body = present(SAMPLES[name]).body
    assert isinstance(body, ui.Pay)
    return body


def test_notes_are_shown_only_where_the_machine_takes_them() -> None:
    plain, notes = _pay("pay"), _pay("pay.notes")
    assert plain.coins == (500, 100, 50, 10)
    assert plain.never == ui.text("pay.no_notes")
    assert notes.coins == (1000, 500, 100, 50, 10)
    assert notes.never == ui.text("pay.no_other_notes")
    assert present(SAMPLES["pay"]).title == ui.text("screen.pay.title")
    assert present(SAMPLES["pay.notes"]).title == ui.text("screen.pay_money.title")


def test_what_the_machine_takes_but_not_now_is_crossed_out() -> None:
    body = _pay("pay.notes.short")
    assert (body.coins, body.coins_refused) == ((100, 50), (1000, 500, 10))
    assert body.heading == ui.text("pay.coins")


@pytest.mark.parametrize(("tender", "never"), [
    ((100, 500), "pay.no_notes"), ((100, 1000), "pay.no_other_notes"),
    ((100, 1000, 2000, 5000, 10000), "pay.no_small_coins"), ((1, 5, 10), None),
])  # fmt: skip
def test_what_is_never_taken_follows_from_what_the_machine_says(
    tender: tuple[int, ...], never: str | None
) -> None:
    session = SAMPLES["pay"]
    money = replace(session.money, tender=tender, coins=tender)
    body = present(replace(session, money=money)).body
    assert isinstance(body, ui.Pay)
    assert body.never == (ui.text(never) if never else None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_once_covered_nothing_is_said_to_be_taken(language: str) -> None:
    catalogue = load_catalogue(language)
    screen = present(SAMPLES["pay.covered"])
    assert isinstance(screen.body, ui.Pay)
    assert not screen.body.coins + screen.body.coins_refused
    spoken = {utterance.said for utterance in script(screen, catalogue)}
    assert not spoken & {catalogue.text(key) for key in ("pay.coins", "pay.money")}
    taken = {utterance.said for utterance in script(present(SAMPLES["pay.notes"]), catalogue)}
    assert catalogue.text("pay.money") in taken
    assert {catalogue.text("amount.yen", {"yen": yen}) for yen in (1000, 500, 100)} <= taken


def test_money_that_could_not_be_returned_is_not_said_to_lie_in_the_tray() -> None:
    nothing, some = present(SAMPLES["returned.nothing"]), present(SAMPLES["returned.owed"])
    for screen in (nothing, some):
        assert screen.title == ui.text("screen.returned_owed.title")
        assert isinstance(screen.body, ui.Notice)
        assert ui.text("screen.owed.case", case="3f2a90c1-7") in screen.body.lines
        assert screen.body.number is None
    assert ui.text("screen.apology.returned", yen=300) in list(labels(some))
    assert "screen.apology.returned" not in [getattr(one, "key", "") for one in labels(nothing)]


def test_the_languages_are_offered_where_the_card_is_taken_away() -> None:
    """Guide v2.4, section 4.1: 日本語 English 한국어 ... and 中止する, until it is an alarm."""
    screen = present(SAMPLES["take_card"])
    assert isinstance(screen.body, ui.Notice)
    assert [one.id for one in screen.body.choices] == [f"language:{tag}" for tag in LANGUAGES]
    alarm = present(SAMPLES["take_card.forgotten"])
    assert isinstance(alarm.body, ui.Notice)
    assert not alarm.body.choices


@pytest.mark.parametrize(("sample", "warning"), [
    ("pin", ui.text("screen.pin.tries", n=3)), ("pin.tries", ui.text("screen.pin.tries", n=2)),
    ("pin.last", ui.text("screen.pin.last")),
])  # fmt: skip
def test_the_tries_are_said_before_one_is_used(sample: str, warning: ui.Text) -> None:
    body = present(SAMPLES[sample]).body
    assert isinstance(body, ui.Digits)
    assert body.warning == warning
    assert body.hint == ui.text("screen.pin.hint")


def test_the_first_screen_says_which_money_to_have_ready() -> None:
    for name, key in (("start", "need_3_note"), ("start.notes", "need_3_notes")):
        assert ui.text(f"screen.start.{key}") in list(labels(present(SAMPLES[name])))
