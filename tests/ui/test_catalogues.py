"""The seven catalogues say the same things, and every letter of theirs can be drawn."""

import re
from collections.abc import Iterator

import pytest

from ui.advances import FontSet
from ui.catalog import Catalogue, CatalogueError, Entry, fields_of, flatten
from ui.catalog_files import load_catalogue
from ui.model import LANGUAGES, Raw, text

FOREIGN = tuple(language for language in LANGUAGES if language != "ja")
PLURAL = ("en", "es", "pt")


def forms(entry: Entry) -> tuple[str, ...]:
    return (entry,) if isinstance(entry, str) else tuple(entry.values())


def every_form(language: str) -> Iterator[tuple[str, str]]:
    for key, entry in load_catalogue(language).entries.items():
        for form in forms(entry):
            yield key, form


@pytest.mark.parametrize("language", FOREIGN)
def test_same_keys(language: str) -> None:
    assert set(load_catalogue(language).entries) == set(load_catalogue("ja").entries)


@pytest.mark.parametrize("language", FOREIGN)
def test_same_fields(language: str) -> None:
    japanese, other = load_catalogue("ja").entries, load_catalogue(language).entries
    assert {k: fields_of(v) for k, v in other.items()} == {
        k: fields_of(v) for k, v in japanese.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_only_where_the_language_has_them(language: str) -> None:
    for key, entry in load_catalogue(language).entries.items():
        if not isinstance(entry, str):
            assert language in PLURAL, key
            assert "n" in fields_of(entry), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_clean(language: str) -> None:
    """No empty text, no space at an end, no double space, no markup, no control characters."""
    for key, form in every_form(language):
        assert form.strip() == form != "", key
        assert not re.search(r"  |[<>\t\r]|[\x00-\x09\x0b-\x1f]", form), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_can_be_drawn(language: str, fonts: FontSet) -> None:
    catalogue = load_catalogue(language)
    for key, form in every_form(language):
        chain = catalogue.chain_of(text(key))
        said = form.replace("\u200b", "").replace("\n", "")
        assert fonts.missing(said, chain) == "", key
        assert fonts.missing(said, f"{chain}:bold") == "", key


@pytest.mark.parametrize(("language", "face"), [("ko", "kr"), ("zh-Hans", "sc"), ("zh-Hant", "tc")])
def test_each_language_is_set_in_its_own_face(language: str, face: str, fonts: FontSet) -> None:
    """A simplified text in the Japanese face would look wrong to its readers."""
    for key, form in every_form(language):
        if not key.startswith("language."):
            said = form.replace("\u200b", "").replace("\n", "")
            used = {run.face for run in fonts.runs(said, language, 20)}
            assert used <= {f"noto-{face}"}, (key, used)


CATALOGUE = Catalogue(
    "es", {"a": "uno {yen} de {who}", "b": {"one": "{n} hoja", "other": "{n} hojas"}, "c": "x"}
)


def test_fields_are_filled_and_amounts_written() -> None:
    assert CATALOGUE.say(text("a", yen=600, who="ti")) == "uno 600\u00a0yenes de ti"
    assert CATALOGUE.say(text("b", n=1)) == "1 hoja"
    assert CATALOGUE.say(text("b", n=2)) == "2 hojas"
    assert CATALOGUE.say(Raw("{yen}")) == "{yen}"


@pytest.mark.parametrize(
    ("label", "said"),
    [
        (text("d"), "the text d is missing in es"),
        (text("a", yen=1), "needs the field who"),
        (text("b"), "needs the number n"),
        (text("b", n="1"), "needs the number n"),
    ],
)
def test_what_cannot_be_said_raises(label: object, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        CATALOGUE.say(label)  # type: ignore[arg-type]


def test_a_language_s_own_name_is_set_in_its_own_face() -> None:
    assert CATALOGUE.chain_of(text("language.ko")) == "ko"
    assert CATALOGUE.chain_of(text("a")) == "es"
    assert CATALOGUE.chain_of(Raw("見本")) == "ja"
    assert CATALOGUE.chain_of(Raw("見本", name=True)) == "name"


def test_flatten_refuses_what_is_no_text() -> None:
    assert flatten({"a": {"b": "x", "c": {"one": "1", "other": "2"}}}) == {
        "a.b": "x",
        "a.c": {"one": "1", "other": "2"},
    }
    with pytest.raises(CatalogueError, match=r"a\.b is neither"):
        flatten({"a": {"b": 3}})


def test_catalogues_are_read_once() -> None:
    assert load_catalogue("ja") is load_catalogue("ja")
