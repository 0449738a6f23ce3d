"""`printer-state-reasons`: every registered word means something, and what stops is said."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.state_reasons import (
    PRINTER_REASONS,
    SEVERITIES,
    Weight,
    split_severity,
    weigh,
)
from drivers.reasons import REASONS

CUPS_WORDS = Path("/usr/share/cups/locale/en/cups_en.po")
"""Debian's cups-common: CUPS has a sentence for each word of the IANA registry."""


def registered() -> set[str]:
    found = re.findall(r'"printer-state-reasons\.([a-z0-9-]+)"', CUPS_WORDS.read_text("utf-8"))
    assert len(set(found)) > 700
    return set(found)


def test_every_word_that_cups_knows_has_a_meaning() -> None:
    assert registered() - PRINTER_REASONS.keys() == set()


def test_no_printing_word_is_invented() -> None:
    """Words of a printer are registered ones; families expand to more than one unit has."""
    own = {word for word in PRINTER_REASONS if word.startswith(("media-", "marker-", "output-"))}
    assert own - registered() == set()


@pytest.mark.parametrize(
    ("word", "trouble"),
    [
        ("media-path-input-empty", "printer.paper_out"),
        ("media-path-output-jam-report", "printer.jam"),
        ("input-media-tray-jam-warning", "printer.jam"),
        ("stapler-jam-warning", "printer.jam"),
        ("marker-toner-cartridge-missing-warning", "printer.toner_empty"),
        ("folder-cover-open", "printer.cover_open"),
        ("stacker-full-warning", "printer.output_full"),
        ("input-cannot-feed-size-selected-error", "printer.wrong_media"),
        ("marker-waste-toner-receptacle-full-error", "printer.stopped"),
        ("hold-new-jobs-report", "printer.stopped"),
        ("power-down", "printer.offline"),
    ],
)
def test_what_keeps_it_from_printing(word: str, trouble: str) -> None:
    assert weigh(word, stopped=False) == (trouble, "")


@pytest.mark.parametrize(
    ("word", "warning"),
    [
        ("marker-supply-almost-empty", "printer.toner_low"),
        ("output-area-almost-full-report", "printer.output_nearly_full"),
        ("opc-near-eol-warning", "printer.service_due"),
        ("fuser-over-temp-warning", "printer.service_due"),
        ("subunit-life-almost-over", "printer.service_due"),
    ],
)
def test_what_will_soon(word: str, warning: str) -> None:
    assert weigh(word, stopped=False) == ("", warning)


@pytest.mark.parametrize(
    "word", ["power-up-error", "interlock-closed", "stapler-warming-up", "none"]
)
def test_what_tells_that_all_is_well(word: str) -> None:
    assert weigh(word, stopped=True) == ("", "")


def test_a_printer_that_stopped_did_not_stop_for_a_forewarning() -> None:
    assert weigh("toner-low-warning", stopped=True) == ("", "printer.toner_low")
    assert weigh("media-empty-report", stopped=True) == ("printer.paper_out", "")


@given(
    st.one_of(st.sampled_from(sorted(PRINTER_REASONS)), st.text(max_size=40)),
    st.sampled_from(("", *SEVERITIES)),
    st.booleans(),
)
def test_any_word_gives_reasons_that_have_a_page(word: str, suffix: str, stopped: bool) -> None:
    trouble, warning = weigh(word + suffix, stopped=stopped)
    assert {trouble, warning} <= {"", *REASONS}
    assert not (trouble and warning)
    keyword, severity = split_severity(word + suffix)
    meaning = PRINTER_REASONS.get(keyword)
    if severity == "-error" and (meaning is None or meaning.weight is not Weight.HARMLESS):
        assert trouble
