"""Every failure has a sentence, a page and a way on; money comes first."""

import collections
import re
import tomllib
from pathlib import Path

import pytest

import kiosk
from drivers.reasons import REASONS
from kiosk.session.failures import FAILURES, SHARED, UNKNOWN, Recovery, failure_of, recovery, texts
from kiosk.session.model import Phase
from ui.catalog import flatten
from ui.model import LANGUAGES

CATALOGUES = Path(kiosk.__path__[0]).parent / "ui" / "catalogs"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_its_three_sentences(language: str) -> None:
    with (CATALOGUES / language / "failures.toml").open("rb") as file:
        entries = flatten(tomllib.load(file))
    wanted = {f"failure.{text}.{part}" for text in texts() for part in ("title", "line", "advice")}
    assert set(entries) == wanted


def test_every_device_reason_is_a_failure_with_its_own_page() -> None:
    for name, reason in REASONS.items():
        assert (FAILURES[name].what, FAILURES[name].remedy) == (reason.what, reason.remedy)


def test_every_failure_says_what_happened_and_what_to_do() -> None:
    for name, failure in FAILURES.items():
        assert failure.name == name
        assert re.fullmatch(r"[A-Z].*\.", failure.what), name
        assert re.fullmatch(r"[A-Z].*\.", failure.advice), name


def test_a_sentence_is_shared_by_decision_only() -> None:
    used = collections.Counter(failure.text for failure in FAILURES.values())
    assert {text for text, count in used.items() if count > 1} == set(SHARED)
    assert all(re.fullmatch(r"[A-Z].*\.", why) for why in SHARED.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_sentences_never_read_the_same(language: str) -> None:
    """What has a text of its own says something of its own."""
    with (CATALOGUES / language / "failures.toml").open("rb") as file:
        entries = flatten(tomllib.load(file))
    said = [
        tuple(entries[f"failure.{one}.{part}"] for part in ("title", "line")) for one in texts()
    ]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("family", ["issue", "document", "stamp", "text", "marks"])
def test_a_wrong_document_is_never_retried(family: str) -> None:
    names = [n for n in FAILURES if n.startswith(f"{family}.") and n != "issue.expired"]
    assert names
    assert {FAILURES[name].recovery for name in names} == {Recovery.END}


def test_money_comes_before_every_other_thought() -> None:
    for name in FAILURES:
        assert recovery(name, Phase.MONEY_HELD) is Recovery.RETURN
        assert recovery(name, Phase.IRREVOCABLE) is Recovery.SETTLE
        assert recovery(name, Phase.FREE) not in {Recovery.RETURN, Recovery.SETTLE}


def test_a_name_nobody_declared_is_shown_as_a_defect() -> None:
    assert failure_of("no.such.failure").name == UNKNOWN
