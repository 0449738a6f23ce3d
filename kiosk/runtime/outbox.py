"""Reports to the centre: kept in files until it has them, sent in the background.

A report is idempotent by (visit, sequence), so that sending it twice does no harm, and holds
digests, counts and yen, nothing of a person.
"""

import os
from collections.abc import Callable
from pathlib import Path

from crypto.errors import CheckFailed
from drivers.clock import Clock
from kiosk.journal.reports import Due
from kiosk.runtime.worker import Post, Worker
from kiosk.settle import commands as c
from kiosk.settle import happened as h

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 600.0
LATER = frozenset({"centre.unreachable", "centre.timeout", "centre.tls", "centre.failed"})
"""Failures after which the same report may still be taken."""

Send = Callable[[bytes], None]
Compose = Callable[[Due], bytes]


class Outbox:
    """The files: one a report, named for its order and its digest. Belongs to one thread."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._next = 1 + max((self._number(path) for path in self._files("*")), default=0)

    def put(self, digest: str, body: bytes) -> None:
        """Keep a report; on disk when it returns. Putting it again changes nothing."""
        if any(self._files(f"*-{digest}.json")):
            return
        path = self._directory / f"{self._next:08d}-{digest}.json"
        self._next += 1
        draft = path.with_suffix(".draft")
        with draft.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)

    def first(self) -> tuple[str, bytes] | None:
        """Digest and body of the oldest report, or None."""
        path = next(iter(sorted(self._files("*.json"))), None)
        if path is None:
            return None
        return _digest(path), path.read_bytes()

    def digests(self) -> frozenset[str]:
        """Of every report that is kept, also of those that the centre has or will not take."""
        kept = [p for p in self._files("*") if p.suffix != ".draft"]
        return frozenset(_digest(path) for path in kept)

    def sent(self, digest: str) -> None:
        """The centre has it: keep it until that is written down. Idempotent."""
        for path in self._files(f"*-{digest}.json"):
            path.rename(path.with_suffix(".sent"))

    def all_sent(self) -> list[str]:
        """Digests of those that the centre has, and of which that may not be written down."""
        return [_digest(path) for path in sorted(self._files("*.sent"))]

    def drop(self, digest: str) -> None:
        """That is written down. Idempotent."""
        for path in self._files(f"*-{digest}.sent"):
            path.unlink()

    def set_aside(self, digest: str) -> None:
        """The centre will never take it: keep it for staff, out of the way. Idempotent."""
        for path in self._files(f"*-{digest}.json"):
            path.rename(path.with_suffix(".refused"))

    def _files(self, pattern: str) -> list[Path]:
        return list(self._directory.glob(pattern))

    @staticmethod
    def _number(path: Path) -> int:
        number = path.name.partition("-")[0]
        return int(number) if number.isdecimal() else 0


def _digest(path: Path) -> str:
    return path.stem.partition("-")[2]


class OutboxWorker(Worker):
    """Carries out `QueueReport`, `DropReport`, `ComposeOutcome`; sends the oldest first, with
    growing pauses."""

    def __init__(
        self, outbox: Outbox, send: Send, compose: Compose, clock: Clock, post: Post
    ) -> None:
        """`send` returns when the centre acknowledged; raises CheckFailed."""
        super().__init__("outbox", post)
        self._outbox = outbox
        self._compose = compose
        self._send = send
        self._clock = clock
        self._pause_s = FIRST_PAUSE_S
        self._next_s = clock.monotonic_s()

    def start(self) -> None:
        """Begin with what the last run sent and had no time to write down."""
        for digest in self._outbox.all_sent():
            self._post(h.ReportSent(digest))
        super().start()

    @property
    def _idle_s(self) -> float | None:
        if self._outbox.first() is None:
            return None
        return max(0.0, self._next_s - self._clock.monotonic_s())

    def _do(self, order: object) -> None:
        match order:
            case c.QueueReport(digest, body):
                self._outbox.put(digest, body)
                self._idle()
            case c.DropReport(digest):
                self._outbox.drop(digest)
            case c.ComposeOutcome():
                self._post(h.OutcomeComposed(order.due.visit, self._compose(order.due)))
            case _:
                raise TypeError(f"not an order for the outbox: {type(order).__name__}")

    def _idle(self) -> None:
        """Send what is due; stop at the first that does not get through."""
        while self._clock.monotonic_s() >= self._next_s:
            report = self._outbox.first()
            if report is None:
                return
            self._send_one(*report)

    def _send_one(self, digest: str, body: bytes) -> None:
        try:
            self._send(body)
        except CheckFailed as failed:
            if failed.failure in LATER:
                self._next_s = self._clock.monotonic_s() + self._pause_s
                self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)
                return
            self._outbox.set_aside(digest)
            self._post(h.ReportRefused(digest, failed.failure))
        else:
            self._outbox.sent(digest)
            self._post(h.ReportSent(digest))
        self._pause_s = FIRST_PAUSE_S
