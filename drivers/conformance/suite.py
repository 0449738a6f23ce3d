"""A suite: all cases of one device kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from drivers.conformance.bench import Bench
from drivers.conformance.case import Case

BenchT = TypeVar("BenchT", bound=Bench)


@dataclass(frozen=True, slots=True)
class Suite(Generic[BenchT]):
    """The cases of a kind, in the order in which they are tried."""

    kind: str
    title: str
    groups: dict[str, str]
    """Group word of the ids -> heading, in the order of the report."""
    piece: str
    """What `Clause.spends` counts, e.g. `coin`."""
    cases: tuple[Case[BenchT], ...]

    def __post_init__(self) -> None:
        ids = [case.id for case in self.cases]
        twice = {name for name in ids if ids.count(name) > 1}
        strange = [n for n in ids if not n.startswith(f"{self.kind}.") or n.count(".") != 2]  # noqa: PLR2004 - kind.group.name
        homeless = [case.id for case in self.cases if case.clause.group not in self.groups]
        if twice or strange or homeless:
            raise ValueError(f"case ids of {self.kind}: {twice=} {strange=} {homeless=}")

    def chosen(self, patterns: Iterable[str]) -> tuple[Case[BenchT], ...]:
        """The cases whose id begins with one of the patterns; all where there is none."""
        starts = tuple(patterns)
        return tuple(case for case in self.cases if not starts or case.id.startswith(starts))
