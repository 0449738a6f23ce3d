"""Proof that the kit can fail: devices that are wrong on purpose, and right ones of other builds.

A wrong device differs from a right one in one thing. The suite must fail it by the case that is
about this thing, and must fail no right device at all.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from drivers.clock import Clock
from drivers.conformance.bench import Bench
from drivers.conformance.case import Verdict
from drivers.conformance.result import Result
from drivers.conformance.runlog import RunHead, RunLog
from drivers.conformance.runner import Means, Runner
from drivers.conformance.suite import Suite

BenchT = TypeVar("BenchT", bound=Bench)
_PLENTY = 1_000_000


@dataclass(frozen=True, slots=True)
class Specimen(Generic[BenchT]):
    """A device to show to the suite."""

    name: str
    what: str
    """What is wrong with it, one sentence; or which build it is."""
    open: Callable[[], tuple[BenchT, Clock]]
    """A fresh bench with it, and the clock the bench lives by."""
    killers: tuple[str, ...] = ()
    """The cases that must fail; none: it is right, and no case may fail."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the suite said about a specimen."""

    name: str
    what: str
    killers: tuple[str, ...]
    failed: tuple[str, ...]
    broken: tuple[str, ...]
    """Cases in which the kit itself failed: never right."""
    tried: int
    """How many cases were tried to a verdict; the others do not apply to such a device."""

    @property
    def holds(self) -> bool:
        """True if a wrong device was failed by the case that should, or a right one by none."""
        if self.broken:
            return False
        return set(self.killers) <= set(self.failed) if self.killers else not self.failed


def examine(
    suite: Suite[BenchT], specimen: Specimen[BenchT], only: Iterable[str] = ()
) -> tuple[Proof, Mapping[str, Result]]:
    """Try the suite (or the cases `only` names) on one specimen, with plenty of everything."""
    bench, clock = specimen.open()
    try:
        with tempfile.TemporaryDirectory(prefix="k") as folder:
            log = RunLog(Path(folder) / "t.jsonl", RunHead(suite.kind, {}))
            means = Means(hands=True, pieces=_PLENTY, patient=True)
            Runner(bench, log, means, clock).run(suite.chosen(only), lambda *_: None)
    finally:
        bench.close()

    def by(verdict: Verdict) -> tuple[str, ...]:
        return tuple(name for name, result in log.results.items() if result.verdict is verdict)

    failed, broken = by(Verdict.FAILED), by(Verdict.BROKEN)
    tried = len(failed) + len(broken) + len(by(Verdict.PASSED))
    proof = Proof(specimen.name, specimen.what, specimen.killers, failed, broken, tried)
    return proof, log.results


def table(proofs: Iterable[Proof]) -> str:
    """Device x case as Markdown: which cases failed it, the one that should in bold."""
    return "\n".join([HEAD, *map(line, proofs)])


HEAD = (
    "| device | what is wrong with it | failed by | held | cases tried |\n"
    "| --- | --- | --- | --- | --- |"
)
"""The first lines of the table."""


def line(proof: Proof) -> str:
    """Its further line for one device."""
    names = [f"**{name}**" if name in proof.killers else name for name in proof.failed]
    shown = ", ".join(names) or "nothing"
    shown += "".join(f", BROKEN {name}" for name in proof.broken)
    mark = "yes" if proof.holds else "NO"
    return f"| {proof.name} | {proof.what} | {shown} | {mark} | {proof.tried} |"
