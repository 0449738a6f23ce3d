"""What the site says: in both languages, of everything that may be found, nothing let through."""

import re
from html.parser import HTMLParser
from importlib import resources

import pytest

from center.antiforgery.scramble.recovered import Strip, Verdict
from center.inquiry.pages import answer_page, refusal, site_page
from center.inquiry.pool import Answer, Result
from center.inquiry.sentences import LANGUAGES, preferred, words
from tests.center.inquiry.axe import FOUND


class Balance(HTMLParser):
    """Every element is closed, and every id stands once."""

    VOID = frozenset({"img", "br", "meta", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(html: str) -> str:
    balance = Balance()
    balance.feed(html)
    assert balance.open == []
    assert len(balance.ids) == len(set(balance.ids))
    return html


def test_both_languages_say_the_same_things() -> None:
    fields = {
        language: {
            key: sorted(re.findall(r"{(\w+)}", text)) for key, text in words(language).items()
        }
        for language in LANGUAGES
    }
    assert fields["ja"] == fields["en"]
    assert all(text.strip() for language in LANGUAGES for text in words(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_has_its_sentence(language: str) -> None:
    for verdict in Verdict:
        said = {"verdict": verdict.value, "strips": [], "scan_dpi": 0, "picture": 0}
        page = checked(answer_page(language, Answer("end", (Result(said),))))
        assert words(language)[f"verdict_{verdict.value}"] in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("end", ["no_picture", "too_large", "failed", "too_long", "end", "?"])
def test_an_upload_without_pages_gets_a_sentence(language: str, end: str) -> None:
    page = checked(answer_page(language, Answer(end)))
    assert 'role="alert"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_result_beside_what_to_compare(language: str) -> None:
    page = checked(answer_page(language, Answer("end", (Result(FOUND, b"\x89PNG"),))))
    said = words(language)
    assert "data:image/png;base64,iVBORw==" in page
    assert said["compare_5"] in page  # there are grey parts
    assert "15, 16" in page
    assert "9, 10, 11, 12, 13, 14" in page
    assert said["text_cut"] in page
    assert said["missing_sheets"].format(pages=2, missing="2") in page
    # What a block says is text, whatever it looks like.
    assert "<b>見本" not in page
    assert "&lt;b&gt;見本" in page


def test_all_strips_read() -> None:
    found = {**FOUND, "verdict": "read", "strips": ["fine"] * 16}
    page = answer_page("en", Answer("end", (Result(found, b"x"),)))
    assert "All 16 strips" in page
    assert words("en")["compare_5"] not in page


def test_the_map_knows_every_kind_of_strip() -> None:
    style = resources.files("center.inquiry").joinpath("static/site.css").read_text("utf-8")
    for strip in Strip:
        assert strip is Strip.FINE or f".{strip.value}" in style


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_loads_nothing_from_elsewhere(language: str) -> None:
    page = checked(site_page(language))
    assert f'<html lang="{language}">' in page
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert address.startswith(("/", "#"))
    assert "<style" not in page
    assert not re.search(r'\son\w+="', page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mark_is_said_to_do_another_s_job(language: str) -> None:
    said = words(language)
    assert {"ja": "原本かどうか", "en": "original"}[language] in said["proves_2"]
    assert {"ja": "わからないこと", "en": "does not show"}[language] in said["proves_2"]


def test_a_refusal_is_an_alert() -> None:
    assert words("ja")["refused_busy"] in checked(refusal("ja", "refused_busy"))


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "ja"), ("en-US,en;q=0.9", "en"), ("fr,en;q=0.5", "en"), ("ja", "ja"), ("ko;q=1", "ja")],
)
def test_the_browser_s_language(header: str, language: str) -> None:
    assert preferred(header) == language
