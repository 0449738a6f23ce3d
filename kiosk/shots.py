"""`kiosk shots`: every screen of the visit as PNG, in every language, size and theme."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ui.model import LANGUAGES, Look, Screen, Size, Theme


def add_parser(subparsers: Any) -> None:
    """Mount `shots`; it sets `run(arguments) -> status`."""
    parser = subparsers.add_parser("shots", help="draw every screen as PNG")
    parser.add_argument("--out", type=Path, required=True, help="directory for the pictures")
    parser.add_argument("--lang", choices=LANGUAGES, action="append", help="only these languages")
    parser.add_argument(
        "--plain", action="store_true", help="normal size and colours only, for a quick look"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw. Raises DoesNotFit where a text leaves its box."""
    from ui.shots import shots

    made = 0
    for language in arguments.lang or LANGUAGES:
        looks = [Look(language)] if arguments.plain else _looks(language)
        made += len(shots(screens(language), arguments.out, looks))
    sys.stdout.write(f"{made} pictures in {arguments.out}\n")
    return 0


def screens(language: str) -> list[Screen]:
    """Every screen a visit can show, by the names of the samples, for that language."""
    from kiosk.present import present
    from kiosk.session.samples import SAMPLES

    return [
        replace(present(replace(session, look=Look(language))), id=name)
        for name, session in SAMPLES.items()
    ]


def _looks(language: str) -> list[Look]:
    return [Look(language, size, theme) for size in Size for theme in Theme]
