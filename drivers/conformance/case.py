"""A case: one sentence a device must make true, where it is written, and the try that shows it.

Kind-neutral. What a case may touch is its bench (`drivers.conformance.bench`).
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

BenchT = TypeVar("BenchT")


class Verdict(enum.StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    """The device, or the driver, broke the sentence."""
    NOT_APPLICABLE = "not applicable"
    """The device is built without what the sentence is about, and says so."""
    SKIPPED = "skipped"
    """Hands or a budget were missing, or the try proved nothing; run it again."""
    BROKEN = "broken"
    """The kit itself failed: a defect of the kit, never a word about the device."""

    @property
    def is_final(self) -> bool:
        """True if a resumed run need not try the case again."""
        return self in {Verdict.PASSED, Verdict.FAILED, Verdict.NOT_APPLICABLE}


class Violation(Exception):
    """The sentence does not hold; the text says what was seen instead."""


class NotApplicable(Exception):
    """The device is built without it; the text says how it said so."""


class Undecided(Exception):
    """The try proved nothing, through no fault of the device; the text says why."""


def demand(holds: object, otherwise: str) -> None:
    """Go on if `holds`. Raises Violation with `otherwise`: what was seen instead."""
    if not holds:
        raise Violation(otherwise)


def demand_equal(found: object, wanted: object, what: str) -> None:
    """Go on if both are the same. Raises Violation that names `what` and both values."""
    demand(found == wanted, f"{what}: {found!r} instead of {wanted!r}")


@dataclass(frozen=True, slots=True)
class Case(Generic[BenchT]):
    """One sentence and its try."""

    clause: "Clause"
    run: Callable[[BenchT], str]
    """Tries it; returns what was seen, one sentence. Raises Violation or NotApplicable; a
    DeviceError that gets out counts as a violation.
    """

    @property
    def id(self) -> str:
        """Stable name, e.g. `coin.credit.wrap`."""
        return self.clause.id

    def cost(self, bench: BenchT) -> int:
        """How many pieces it spends on this bench."""
        spends = self.clause.spends
        return spends if isinstance(spends, int) else spends(bench)


@dataclass(frozen=True, slots=True)
class Clause:
    """What is demanded. Called with the function that tries it, it becomes a `Case`."""

    id: str
    """`<kind>.<group>.<name>`, never changed once published."""
    requirement: str
    """One sentence that the device makes true."""
    source: str
    """Document and clause, or the method of our contract."""
    advice: str
    """What the maker, or the technician, looks at when it fails."""
    hands: bool = False
    """Somebody must do something to the device."""
    spends: int | Callable[[Any], int] = 0
    """Pieces that do not come back by themselves: coins paid, sheets printed, PIN tries.

    A function where it depends on what stands on the bench.
    """
    tedious: bool = False
    """Hundreds of acts by hand: tried only when asked for."""

    @property
    def group(self) -> str:
        """The middle word of the id."""
        return self.id.split(".")[1]

    def __call__(self, run: Callable[[BenchT], str]) -> Case[BenchT]:
        """The case that `run` tries."""
        return Case(self, run)
