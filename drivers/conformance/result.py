"""What became of a case, as a value and as a line of a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from drivers.conformance.case import Clause, Verdict
from drivers.conformance.timing import Timing
from drivers.conformance.transcript import OUTWARD, Passage


@dataclass(frozen=True, slots=True)
class Result:
    """One case, tried or not."""

    case_id: str
    verdict: Verdict
    detail: str
    """What was seen: the case's own word, or what went against the sentence."""
    took_s: float = 0.0
    timings: tuple[Timing, ...] = ()
    passages: tuple[Passage, ...] = ()
    failed_before: tuple[str, ...] = ()
    """What was seen each time it failed before it was tried again."""

    @property
    def exchanges(self) -> int:
        """How often something was sent."""
        return sum(passage.way == OUTWARD for passage in self.passages)

    def as_json(self) -> dict[str, Any]:
        """One line of the transcript file."""
        return {
            "case": self.case_id,
            "verdict": self.verdict.value,
            "detail": self.detail,
            "took_s": round(self.took_s, 6),
            "timings": [timing.as_json() for timing in self.timings],
            "passages": [passage.as_json() for passage in self.passages],
            "failed_before": list(self.failed_before),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse. Raises KeyError, ValueError or TypeError for anything else."""
        return cls(
            str(stored["case"]),
            Verdict(stored["verdict"]),
            str(stored["detail"]),
            float(stored["took_s"]),
            tuple(Timing(**timing) for timing in stored["timings"]),
            tuple(Passage.from_json(passage) for passage in stored["passages"]),
            tuple(map(str, stored.get("failed_before", ()))),
        )


@dataclass(frozen=True, slots=True)
class Tried:
    """A clause and what became of it: one row of a report."""

    clause: Clause
    result: Result
