"""Whole sheets through all frozen conditions, for the continuous tests: ten seeds a page.

The seeds are the first ones of the long proof (`make modem-figures`), and a sheet is read and
judged by the same lines. Sparse and dense pages are files of their own: two workers share them.
"""

from center.antiforgery.channel.conditions import NAMES
from center.antiforgery.scramble.recovered import Verdict
from tests.modem.figures import FIRST_SEED, Case, read_sheet

SEEDS = range(FIRST_SEED, FIRST_SEED + 10)


def every_condition(page: str, seed: int) -> dict[str, Case]:
    """What came of one printed sheet, by condition; printed once, each fate begins from there."""
    return {name: read_sheet({"condition": name, "page": page, "seed": seed}) for name in NAMES}


def exact(*, has_fine: bool) -> dict[str, tuple[str, bool, bool, bool, int]]:
    """What has to come of it: header, base image and all strips of the fine one, bit for bit."""
    came = (Verdict.READ.value, True, True, has_fine, 16 if has_fine else 0)
    return dict.fromkeys(NAMES, came)


def judged(cases: dict[str, Case]) -> dict[str, tuple[str, bool, bool, bool, int]]:
    """The same of what came: verdict, L0 and L1 exact, whether there is an L2, its exact strips."""
    words = ("verdict", "header", "base", "has_fine", "fine")
    return {name: tuple(case[word] for word in words) for name, case in cases.items()}
