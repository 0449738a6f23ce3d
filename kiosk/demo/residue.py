"""Looks for what a visit must not leave on a disk: the resident's marks, in every spelling."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")
_CHUNK = 1 << 20


def marks_of(card_file: Path | None) -> tuple[str, ...]:
    """What a card file says of its holder that must not be found anywhere afterwards."""
    if card_file is None:
        return ()
    person = tomllib.loads(card_file.read_text(encoding="utf-8")).get("person", {})
    names = ("name", "address", "individual_number")
    marks = {str(person[name]) for name in names if person.get(name)}
    family = str(person.get("name", "")).split("\u3000")[0]
    # A family name of one character would be found everywhere.
    return tuple(sorted(marks | ({family} if len(family) > 1 else set())))


def needles_of(marks: tuple[str, ...]) -> tuple[bytes, ...]:
    """The marks as bytes, in every usual encoding."""
    return tuple({mark.encode(code) for mark in marks for code in _ENCODINGS})


def find_residue(places: Iterable[Path], marks: tuple[str, ...]) -> list[str]:
    """Names of the files below `places` in which any mark stands, in any usual encoding."""
    needles = needles_of(marks)
    return [path.name for path in _files(places) if _holds(path, needles)]


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        for path in sorted(place.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path


def _holds(path: Path, needles: tuple[bytes, ...]) -> bool:
    longest = max((len(needle) for needle in needles), default=1)
    kept = b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                window = kept + chunk
                if any(needle in window for needle in needles):
                    return True
                kept = window[-longest:]
    except FileNotFoundError:
        return False
    except OSError:
        # What cannot be looked into is not called clean.
        return True
    return False
