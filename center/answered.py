"""The same request again gets the same answer: it was lost on its way, not asked anew.

An application is served once. Its answer may still be lost, and then whoever asks sends the very
same bytes again; they are known by their digest, so that no other request can fetch it. Answers
stay in memory for a few minutes and reach no disk.

Source: the idea is that of an idempotency key (draft-ietf-httpapi-idempotency-key-header), the
key being the digest of the signed request itself.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

KEPT_S = 180
"""Longer than a resident looks at 「もう一度」 before the screen goes on."""
KEPT_BYTES = 64 * 1024 * 1024
"""Of all answers together; beyond it the oldest go, and who asks again is refused."""


@dataclass(slots=True, eq=False)
class _Slot:
    """One request: being answered, answered, or (`done` without a body) failed."""

    done: threading.Event = field(default_factory=threading.Event)
    body: bytes | None = field(default=None, repr=False)
    ends: int = 0


class Answered:
    """Answers by the digest of their request. Thread-safe; one request runs once at a time."""

    def __init__(self, kept_s: int = KEPT_S, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_s = kept_s
        self._kept_bytes = kept_bytes
        self._lock = threading.Lock()
        self._slots: dict[bytes, _Slot] = {}

    def answer(self, name: bytes, at: int, make: Callable[[], bytes]) -> tuple[bytes, bool]:
        """The answer to request `name`, and whether it was made for an earlier asking.

        Who asks while it is being made waits for it. Where making it fails, each who asked
        makes it themselves, one after the other, and hears what `make` raises.
        """
        while True:
            slot, ours = self._slot(name, at)
            if ours:
                return self._made(name, slot, at, make), False
            slot.done.wait()
            if slot.body is not None:
                return slot.body, True

    def forget(self, name: bytes) -> None:
        """It arrived, or nobody wants it. Idempotent; one that is being made stays."""
        with self._lock:
            slot = self._slots.get(name)
            if slot is not None and slot.done.is_set():
                del self._slots[name]

    def _slot(self, name: bytes, at: int) -> tuple[_Slot, bool]:
        with self._lock:
            self._drop_old(at)
            slot = self._slots.get(name)
            if slot is not None:
                return slot, False
            self._slots[name] = made = _Slot()
            return made, True

    def _made(self, name: bytes, slot: _Slot, at: int, make: Callable[[], bytes]) -> bytes:
        try:
            body = make()
        except BaseException:
            with self._lock:
                del self._slots[name]
            slot.done.set()
            raise
        slot.body, slot.ends = body, at + self._kept_s
        slot.done.set()
        with self._lock:
            self._drop_most()
        return body

    def _drop_old(self, at: int) -> None:
        for name in [
            key for key, one in self._slots.items() if one.done.is_set() and one.ends < at
        ]:
            del self._slots[name]

    def _drop_most(self) -> None:
        """Bound what is kept; oldest first, since a dict keeps the order things came in."""
        total = sum(len(one.body or b"") for one in self._slots.values())
        for name, one in list(self._slots.items()):
            if total <= self._kept_bytes:
                return
            if one.body is not None:
                total -= len(one.body)
                del self._slots[name]
