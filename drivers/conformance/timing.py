"""How long things took: named spans, and their 50th and 99th percentile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Self

from drivers.clock import Clock


@dataclass(frozen=True, slots=True)
class Timing:
    """All spans of one name, milliseconds. With few of them p99 is the longest."""

    name: str
    count: int
    p50_ms: float
    p99_ms: float
    longest_ms: float

    @classmethod
    def of(cls, name: str, spans_s: list[float]) -> Self:
        """The figures of at least one span."""
        ranked = sorted(spans_s)
        last = len(ranked) - 1

        def at(share: float) -> float:
            return round(ranked[min(last, int(share * len(ranked)))] * 1000, 3)

        return cls(name, len(ranked), at(0.50), at(0.99), round(ranked[-1] * 1000, 3))

    def as_json(self) -> dict[str, Any]:
        """For a report."""
        return asdict(self)


class Stopwatch:
    """Spans by name, since `begin`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._spans: dict[str, list[float]] = {}

    def begin(self) -> None:
        """Forget what was."""
        self._spans = {}

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """Time what is done inside, also if it fails."""
        start_s = self._clock.monotonic_s()
        try:
            yield
        finally:
            self.add(name, self._clock.monotonic_s() - start_s)

    def add(self, name: str, seconds: float) -> None:
        """One span measured elsewhere."""
        self._spans.setdefault(name, []).append(seconds)

    def timings(self) -> tuple[Timing, ...]:
        """The figures of each name."""
        return tuple(Timing.of(name, spans) for name, spans in sorted(self._spans.items()))
