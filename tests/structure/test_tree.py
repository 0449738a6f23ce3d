"""What holds for every file of the tree."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("kiosk", "drivers", "ui", "crypto", "center")


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository; where it is no checkout, of the directory."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT, capture_output=True, check=False, text=True,
    )  # fmt: skip
    names = done.stdout.split("\0") if done.returncode == 0 else []
    found = [ROOT / name for name in names if name and (ROOT / name).is_file()]
    return found or [p for each in PACKAGES for p in (ROOT / each).rglob("*.py")]


def texts(*patterns: str) -> dict[str, str]:
    made = {}
    for path in tracked(*patterns):
        try:
            made[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures and sounds
    return made


TEXTS = texts()
SOURCES = {name: text for name, text in TEXTS.items() if name.endswith(".py")}
PROGRAM = {name: text for name, text in SOURCES.items() if name.split("/")[0] in PACKAGES}
PAGES = {name: text for name, text in TEXTS.items() if name.endswith(".md")}

# Spelled in two parts, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a home directory": r"/(home|Users)" + r"/[a-z][a-z0-9_-]*/",
    "the path of a checkout": r"/wo" + r"rk/(main|shared)",
    "the address of a package index": r"(index|extra-index|find)-"
    + r"(url|links)|/sim"
    + r"ple/?\s*$",
    "a private key": r"-----BEGIN [A-Z ]*PRIV" + r"ATE KEY-----\n[A-Za-z0-9+/]{40}",
    "an unfinished thought": r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_that_does_not_belong_into_a_tree(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
        for name, text in TEXTS.items()
        if not name.startswith("LICENSE")
        for match in pattern.finditer(text)
    ]
    assert not found


def test_every_module_says_what_it_is() -> None:
    silent = [
        name
        for name, text in PROGRAM.items()
        if text.strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert not silent


def test_packages_hold_no_code_and_no_drawer_is_named_for_odds_and_ends() -> None:
    drawers = {"utils", "helpers", "common", "misc", "base", "manager"}
    assert not [name for name in SOURCES if drawers & set(Path(name).with_suffix("").parts)]
    for name, text in PROGRAM.items():
        if name.endswith("__init__.py"):
            kinds = {type(node) for node in ast.parse(text).body}
            assert kinds <= {ast.Expr, ast.ImportFrom, ast.Assign}, name


def test_no_module_outgrows_four_hundred_lines() -> None:
    """Tables may."""
    tables = {"kiosk/session/failures.py", "drivers/coin/tables.py"}
    long = {name: text.count("\n") for name, text in PROGRAM.items() if text.count("\n") > 400}
    assert not long.keys() - tables, long


def test_every_device_kind_has_a_contract_and_a_page() -> None:
    kinds = {Path(name).parts[1] for name in PROGRAM if name.endswith("/contract.py")}
    assert kinds >= {"card", "coin", "printer", "receipt"}
    for kind in kinds:
        assert (ROOT / "docs" / "devices" / f"{kind}.md").exists(), kind


_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_PATH = re.compile(r"`((?:kiosk|drivers|ui|crypto|center|docs|udev|tests|scripts)/[\w./-]+)`")


@pytest.mark.parametrize("page", sorted(PAGES))
def test_what_a_page_points_at_exists(page: str) -> None:
    here = (ROOT / page).parent
    missing = [link for link in _LINK.findall(PAGES[page]) if not (here / link).exists()]
    missing += [path for path in _PATH.findall(PAGES[page]) if not (ROOT / path).exists()]
    assert not missing


def test_every_license_that_ships_is_there() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").lstrip().startswith("Apache License")
    readme = PAGES["README.md"]
    assert "pycups is GPL-2.0-or-later" in readme
    for place in ("ui/sounds", "ui/fonts"):
        assert (ROOT / place / "LICENSES.md").exists(), place


def test_every_sound_is_named_in_its_license_page() -> None:
    page = (ROOT / "ui" / "sounds" / "LICENSES.md").read_text(encoding="utf-8")
    kinds = {path.parent.name for path in tracked("ui/sounds") if path.suffix in {".ogg", ".wav"}}
    assert [kind for kind in sorted(kinds) if f"{kind}/" not in page] == []
