"""Every command that a page tells people to type exists, with its options."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import center.__main__
import drivers.__main__
import kiosk.__main__

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROGRAMS: dict[str, Callable[[Sequence[str]], int]] = {
    "kiosk": kiosk.__main__.main,
    "kiosk-drivers": drivers.__main__.main,
    "kiosk-center": center.__main__.main,
}
_COMMAND = re.compile(
    r"(?:^|`|= |sudo -u kiosk |/bin/)(kiosk|kiosk-drivers|kiosk-center) ([^`#\n]+)", re.M
)
_MAKE = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    found = {
        (match[1], match[2].strip())
        for page in PAGES
        for match in _COMMAND.finditer(page.read_text(encoding="utf-8"))
    }
    return sorted(found)


def words(rest: str) -> tuple[list[str], list[str]]:
    """The subcommands (leading lower-case words) and the options of a command line."""
    plain: list[str] = []
    for word in rest.split():
        if not re.fullmatch(r"[a-z][a-z]+", word):
            break
        plain.append(word)
    return plain, re.findall(r"--[a-z][a-z-]*", rest)


@pytest.mark.parametrize(("program", "rest"), commands())
def test_it_exists(program: str, rest: str, capsys: pytest.CaptureFixture[str]) -> None:
    subcommands, options = words(rest)
    helped = ""
    # What stands behind the subcommands may be an argument: the longest chain with help counts.
    for length in range(1, len(subcommands) + 1):
        with pytest.raises(SystemExit) as ended:
            PROGRAMS[program]([*subcommands[:length], "--help"])
        said = capsys.readouterr()
        if ended.value.code:
            assert length > 1, said.err
            break
        helped = said.out
    assert [option for option in options if option not in helped] == []


def test_pages_do_name_commands() -> None:
    assert len(commands()) >= 8


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for page in PAGES for target in _MAKE.findall(page.read_text(encoding="utf-8"))}
    assert named >= {"demo", "test"}
    assert named <= targets
