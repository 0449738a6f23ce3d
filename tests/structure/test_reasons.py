"""Whatever name the supervisor gives a trouble, a page and a sentence answer to it."""

import ast
import re
from pathlib import Path

from kiosk.journal.entries import KINDS
from kiosk.session.failures import FAILURES

ROOT = Path(__file__).parents[2]
_NAME = re.compile(r"(card|coin|printer|receipt|journal|terminal|visit|payment)\.[a-z_]+")
_FILES = {"journal.jsonl", "journal.next", "card.toml"}


def names(folder: str) -> dict[str, str]:
    """Every text constant in the folder that looks like the name of a reason, and where."""
    return {
        node.value: f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _NAME.fullmatch(node.value)
    }


def test_every_reason_of_the_terminal_has_its_page_and_its_sentence() -> None:
    given = {**names("kiosk/settle"), **names("kiosk/journal")}
    assert len(given) > 40
    unknown = {
        name: where
        for name, where in given.items()
        if name not in FAILURES and name not in KINDS and name not in _FILES
    }
    assert not unknown


def test_every_reason_a_driver_raises_has_its_page() -> None:
    given = names("drivers")
    assert len(given) > 30
    unknown = {name: where for name, where in given.items() if name not in FAILURES}
    assert unknown.keys() <= _FILES, unknown
