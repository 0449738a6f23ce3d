"""Each of the fifty faults of money has a test that bears its number."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"^def test_fault_(\d\d)_\w+", re.MULTILINE)
_RUNTIME = {8, 13, 14, 15, 16, 17, 18, 19, 20, 23, 24, 27, 28, 34, 35, 36, 37, 38, 42, 43, 44, 48,
            49, 50}  # fmt: skip
"""Faults in which the runtime has a part of its own, beside the driver's or alone."""
_ROW = re.compile(r"^\| (\d{1,2}) \|", re.MULTILINE)


def numbers(folder: str) -> set[int]:
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("test_*.py"))
    return {int(number) for text in texts for number in _TEST.findall(text)}


def test_all_fifty_faults_are_tested() -> None:
    assert numbers("tests/drivers/coin") | numbers("tests/kiosk") == set(range(1, 51))


def test_the_runtime_s_part_is_tested_at_the_runtime() -> None:
    assert numbers("tests/kiosk") >= _RUNTIME


def test_the_page_lists_all_fifty() -> None:
    page = (ROOT / "docs" / "devices" / "coin.md").read_text(encoding="utf-8")
    section = page.partition("## The fifty faults")[2].partition("\n## ")[0]
    assert [int(number) for number in _ROW.findall(section)] == list(range(1, 51))
