"""Drive a coin machine for hours and write down every anomaly.

The terminal's own driver does the asking; a port in between counts what the driver forgives:
answers that came late, damaged, or not at all. Memory use does not grow with time.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.clock import Clock
from drivers.coin.contract import CoinEvent, CoinRefused, CoinVendor, CountsMoved
from drivers.errors import DeviceError
from drivers.link.port import BytePort, LinkLost
from drivers.workbench.coin_words import event_words
from drivers.workbench.soak_lines import SoakLine

_STATUS_EVERY_S = 60.0
_IDENTITY_EVERY_S = 600.0
_SLOW_S = 0.1
_LATE_S = 0.05
"""A computer that wakes up so late is too busy to time anybody else."""
_KEPT = 1000
"""Anomalies kept word for word; all are counted."""
_BUCKETS = 1000
"""One a millisecond; the last holds everything slower."""


@dataclass(slots=True)
class Latencies:
    """A histogram of whole milliseconds: bounded, whatever the hours."""

    buckets: list[int] = field(default_factory=lambda: [0] * _BUCKETS)
    count: int = 0

    def add(self, seconds: float) -> None:
        """One more answer."""
        self.buckets[min(_BUCKETS - 1, int(seconds * 1000))] += 1
        self.count += 1

    def percentile_ms(self, share: float) -> int:
        """The millisecond below which `share` of the answers came."""
        seen = 0
        for ms, number in enumerate(self.buckets):
            seen += number
            if seen and seen >= share * self.count:
                return ms
        return 0


@dataclass(slots=True)
class Findings:
    """What was noticed, and when, since the start."""

    counts: Counter[str] = field(default_factory=Counter)
    first: list[tuple[float, str, str]] = field(default_factory=list)
    """Seconds since the start, kind, detail."""
    exchanges: int = 0
    latencies: Latencies = field(default_factory=Latencies)
    own_lateness: Latencies = field(default_factory=Latencies)
    """How much later than asked for this computer itself woke up, look by look."""
    late: int = 0
    """How often by more than 50 ms."""

    def woke(self, late_s: float) -> None:
        """This computer slept so much longer than it was told to."""
        self.own_lateness.add(max(0.0, late_s))
        self.late += late_s > _LATE_S

    def note(self, at_s: float, kind: str, detail: str) -> None:
        """One anomaly."""
        self.counts[kind] += 1
        if len(self.first) < _KEPT:
            self.first.append((round(at_s, 3), kind, detail))

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {
            "exchanges": self.exchanges,
            "p50_ms": self.latencies.percentile_ms(0.50),
            "p99_ms": self.latencies.percentile_ms(0.99),
            "own_lateness_p99_ms": self.own_lateness.percentile_ms(0.99),
            "own_lateness_over_50_ms": self.late,
            "anomalies": dict(self.counts),
            "first": self.first,
        }


class NoticingPort:
    """A `BytePort` that notices what the driver above it will forgive."""

    def __init__(self, port: BytePort, clock: Clock, line: SoakLine, findings: Findings) -> None:
        self._port = port
        self._clock = clock
        self._line = line
        self._findings = findings
        self._start_s = clock.monotonic_s()
        self._asked: bytes | None = None
        self._asked_s = 0.0
        self._came = bytearray()

    def write(self, data: bytes) -> None:
        self._close_exchange()
        self._asked, self._asked_s = data, self._clock.monotonic_s()
        self._came.clear()
        self._findings.exchanges += 1
        self._port.write(data)

    def read(self, within_s: float) -> bytes:
        data = self._port.read(within_s)
        if data and self._asked is not None:
            self._came += data
            verdict = self._line.verdict(self._asked, bytes(self._came))
            if verdict is not None:
                self._answered(self._asked, verdict)
        return data

    def close(self) -> None:
        self._port.close()

    def _answered(self, asked: bytes, verdict: str) -> None:
        took_s = self._clock.monotonic_s() - self._asked_s
        self._findings.latencies.add(took_s)
        if took_s > _SLOW_S:
            self._note("slow answer", f"{took_s * 1000:.0f} ms, {self._line.question(asked)}")
        if verdict:
            self._note(verdict, self._line.question(asked))
        self._asked = None

    def _close_exchange(self) -> None:
        """The question before was never answered: say how."""
        if self._asked is None:
            return
        damaged = bool(bytes(self._came).removeprefix(self._asked))
        if damaged or not self._line.may_be_unknown(self._asked):
            kind = "damaged answer" if damaged else "no answer"
            self._note(kind, self._line.question(self._asked))
        self._asked = None

    def _note(self, kind: str, detail: str) -> None:
        self._findings.note(self._clock.monotonic_s() - self._start_s, kind, detail)


class Soak:
    """One run. `run` returns when the time is up, or `stop` says so."""

    def __init__(self, vendor: CoinVendor, clock: Clock, findings: Findings, poll_s: float) -> None:
        self._vendor = vendor
        self._clock = clock
        self._findings = findings
        self._poll_s = poll_s
        self._start_s = clock.monotonic_s()
        self._known: tuple[str, ...] = ()
        self._status_s = self._identity_s = self._start_s

    @property
    def elapsed_s(self) -> float:
        """Since the start."""
        return self._clock.monotonic_s() - self._start_s

    def run(self, seconds: float, progress: Callable[["Soak"], None]) -> None:
        """Poll until the time is up; KeyboardInterrupt passes through. Raises DeviceError only
        where the machine cannot be set up at the start.
        """
        self._known = self._vendor.capabilities().devices
        self._vendor.resume(None)
        for event in self._vendor.poll():
            if not isinstance(event, CountsMoved):  # where the counts start from
                self._heard(event)
        while self.elapsed_s < seconds:
            for event in self._vendor.poll():
                self._heard(event)
            self._look()
            progress(self)
            before_s = self._clock.monotonic_s()
            self._clock.sleep(self._poll_s)
            self._findings.woke(self._clock.monotonic_s() - before_s - self._poll_s)

    def line(self, seconds: float) -> str:
        """Progress, on one line."""
        found, done = self._findings, self.elapsed_s
        times = found.latencies
        return (
            f"{_hours(done)} of {_hours(seconds)}  {found.exchanges} exchanges  "
            f"p50 {times.percentile_ms(0.5)} ms  p99 {times.percentile_ms(0.99)} ms  "
            f"{sum(found.counts.values())} anomalies"
        )

    def _heard(self, event: CoinEvent) -> None:
        if not isinstance(event, CoinRefused):
            self._findings.note(self.elapsed_s, "event", event_words(event))

    def _look(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._status_s >= _STATUS_EVERY_S:
            self._status_s = now_s
            for trouble in self._vendor.status().troubles:
                self._findings.note(self.elapsed_s, "trouble", trouble)
        if now_s - self._identity_s >= _IDENTITY_EVERY_S:
            self._identity_s = now_s
            self._compare()

    def _compare(self) -> None:
        try:
            found = self._vendor.capabilities().devices
        except (DeviceError, LinkLost) as error:
            self._findings.note(self.elapsed_s, "trouble", str(error))
            return
        if found != self._known:
            self._findings.note(self.elapsed_s, "other devices", "; ".join(found))
            self._known = found


def summary(findings: Findings) -> list[str]:
    """What a person reads at the end: the figures, then each kind of anomaly."""
    times = findings.latencies
    lines = [
        f"{findings.exchanges} exchanges, p50 {times.percentile_ms(0.5)} ms, "
        f"p99 {times.percentile_ms(0.99)} ms"
    ]
    if findings.late:
        lines.append(
            f"This computer itself was late {findings.late} times by more than 50 ms "
            f"(p99 {findings.own_lateness.percentile_ms(0.99)} ms): slow answers may be its own."
        )
    if not findings.counts:
        return [*lines, "No anomaly."]
    for kind, count in findings.counts.most_common():
        lines.append(f"{count} x {kind}")
        shown = [(at_s, detail) for at_s, name, detail in findings.first if name == kind][:5]
        lines += [f"    {_hours(at_s)} {detail}" for at_s, detail in shown]
    return lines


def _hours(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
