"""Tries the cases of a suite on a bench, one after another, and keeps what became of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from drivers.clock import Clock
from drivers.conformance.bench import Bench
from drivers.conformance.case import Case, NotApplicable, Undecided, Verdict, Violation
from drivers.conformance.result import Result
from drivers.conformance.runlog import RunLog
from drivers.errors import DeviceError
from drivers.link.port import LinkLost

BenchT = TypeVar("BenchT", bound=Bench)


@dataclass(slots=True)
class Means:
    """What the cases may use up."""

    hands: bool
    pieces: int
    """The budget of the whole run, however often it is stopped, in the suite's pieces."""
    patient: bool = False
    """Tedious cases too."""
    again: bool = False
    """Once more what failed."""

    def lack(self, case: Case[BenchT], cost: int, spent: int) -> str:
        """Why the case cannot be tried, or empty; `spent` is what the run has used up so far."""
        if case.clause.hands and not self.hands:
            return "needs a hand at the device: --hands prompt"
        if case.clause.tedious and not self.patient:
            return "takes hundreds of acts by hand: --tedious"
        if cost > self.pieces - spent:
            left = max(0, self.pieces - spent)
            return f"spends {cost}, and {left} are left of the run's budget"
        return ""


Watch = Callable[[Case[BenchT], Result | None], None]
"""Told before each case (None) and after it."""


class Runner(Generic[BenchT]):
    """Tries cases. Stopping it between or in the middle of cases loses only the one that ran."""

    def __init__(self, bench: BenchT, log: RunLog, means: Means, clock: Clock) -> None:
        self._bench = bench
        self._log = log
        self._means = means
        self._clock = clock

    def run(self, cases: tuple[Case[BenchT], ...], watch: Watch[BenchT]) -> None:
        """Try what has no final verdict yet. KeyboardInterrupt passes through."""
        self._bench.learned.update(self._log.learned)
        for case in cases:
            known = self._log.results.get(case.id)
            if known is not None and self._stands(known):
                watch(case, known)
                continue
            watch(case, None)
            result = self._try(case)
            self._log.learn(self._bench.learned)
            self._log.add(result)
            watch(case, result)

    def _try(self, case: Case[BenchT]) -> Result:
        cost = case.cost(self._bench)
        lack = self._means.lack(case, cost, self._log.spent)
        if lack:
            return Result(case.id, Verdict.SKIPPED, lack)
        self._log.spend(cost)
        return tried(case, self._bench, self._clock)

    def _stands(self, known: Result) -> bool:
        """True for a verdict that is not to be asked for again."""
        once_more = self._means.again and known.verdict is Verdict.FAILED
        return known.verdict.is_final and not once_more


def tried(case: Case[BenchT], bench: BenchT, clock: Clock) -> Result:
    """Try one case now, with all that passed on the line."""
    bench.recorder.begin()
    bench.stopwatch.begin()
    start_s = clock.monotonic_s()
    verdict, detail = _verdict(case, bench)
    return Result(
        case.id,
        verdict,
        bench.recorder.hushed(detail),
        clock.monotonic_s() - start_s,
        bench.stopwatch.timings(),
        bench.recorder.passages(),
    )


def _verdict(case: Case[BenchT], bench: BenchT) -> tuple[Verdict, str]:
    try:
        bench.settle()
        return Verdict.PASSED, case.run(bench)
    except NotApplicable as why:
        return Verdict.NOT_APPLICABLE, str(why)
    except Undecided as why:
        return Verdict.SKIPPED, str(why)
    except Violation as violation:
        return Verdict.FAILED, str(violation)
    except (DeviceError, LinkLost) as error:
        return Verdict.FAILED, f"no further: {error}"
    except Exception as error:  # noqa: BLE001 - a defect of the kit must not end the run
        return Verdict.BROKEN, f"{type(error).__name__}: {error}"
