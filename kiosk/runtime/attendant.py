"""The attendant's desk: a socket on which staff tells a running terminal what it cannot know.

One JSON object a line, one answer a line: `{"do": "status"}`, `{"do": "count", "yen": 100,
"pieces": 50}`, `{"do": "close_case", "case": "..."}`. Who may write to the socket is decided by
its file mode (0660). What staff says is journaled like everything else.
"""

import json
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kiosk.journal.memory import Memory
from kiosk.runtime.worker import Post
from kiosk.settle import happened as h
from kiosk.settle.cashier import cash_counts, deposit_of
from kiosk.settle.model import Settlement, State

_LINE_BYTES = 4096
_STAFF = re.compile(r"[A-Za-z0-9_.-]{1,32}")
FACES = frozenset({1, 5, 10, 50, 100, 500, 1000, 2000, 5000, 10000})
"""Coins and notes of the yen."""
_PATIENCE_S = 5.0
_LOOK_S = 0.01


class Refused(Exception):
    """The terminal does not do that; says why."""


class AttendantDesk:
    """Listens until `close`, on a thread of its own; one visitor at a time."""

    def __init__(self, path: Path, post: Post, look: Callable[[], Settlement]) -> None:
        """Raises OSError. A socket left by another run is replaced."""
        self._path = path
        self._post = post
        self._look = look
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o660)
        self._listener.listen(4)
        threading.Thread(target=self._serve, name="attendant", daemon=True).start()

    def close(self) -> None:
        """Stop listening and remove the socket. Idempotent."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            with visitor, suppress(OSError):
                visitor.settimeout(_PATIENCE_S)
                answer = self._answer(visitor.makefile("rb").readline(_LINE_BYTES))
                visitor.sendall(json.dumps(answer).encode() + b"\n")

    def _answer(self, line: bytes) -> dict[str, object]:
        try:
            asked = json.loads(line)
            return {"ok": True, **_ORDERS[asked.pop("do")](self, **asked)}
        except Refused as refused:
            return {"ok": False, "why": str(refused)}
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"ok": False, "why": "not an order this terminal knows"}

    def _status(self) -> dict[str, object]:
        model = self._look()
        memory = model.memory
        return {
            "state": model.state.value,
            "trouble": model.trouble,
            "warnings": list(model.warnings),
            "deposit": deposit_of(model).value,
            "coins": {str(value): pieces for value, pieces in memory.coins.pieces},
            "hoppers": [
                {"yen": one.yen, "accuracy": one.accuracy.value, "fill": one.fill.value}
                for one in cash_counts(model)
            ],
            "box": {str(value): pieces for value, pieces in memory.coins.box},
            "exchange": memory.exchange,
            "cases": [{"case": name, "yen": yen} for name, yen in memory.cases],
        }

    def _count(self, yen: int, pieces: int) -> dict[str, object]:
        coins = self._look().memory.coins
        if yen not in coins.stock():
            raise Refused(f"there is no hopper for {yen} yen")
        if type(pieces) is not int or pieces < 0:
            raise Refused("a number of pieces is a whole number from 0")
        # 0 is a store into which no coin of a resident falls: how much it holds is not said.
        if 0 < (holds := dict(coins.capacity).get(yen, 0)) < pieces:
            raise Refused(f"by [change] capacity that hopper holds {holds} coins, not {pieces}")
        self._post(h.StockCounted(yen, pieces))
        self._until(lambda memory: memory.coins.expected(yen) == pieces)
        return {"expected": coins.expected(yen)}

    def _begin_exchange(self, staff: str) -> dict[str, object]:
        if not _STAFF.fullmatch(staff):
            raise Refused("staff signs with letters, digits and - _ . only, 32 at most")
        model = self._look()
        if model.memory.exchange:
            raise Refused(f"{model.memory.exchange} has the machine open already")
        if model.state is not State.IDLE:
            raise Refused("somebody is being served; wait until the terminal is idle")
        self._post(h.ExchangeBegun(staff))
        self._until(lambda memory: memory.exchange == staff)
        return {}

    def _collect(self, yen: int, pieces: int) -> dict[str, object]:
        self._in_exchange()
        if type(yen) is not int or yen not in FACES:
            raise Refused("there is no such coin or bill")
        if type(pieces) is not int or pieces < 0:
            raise Refused("a number of pieces is a whole number from 0")
        expected = dict(self._look().memory.coins.box).get(yen, 0)
        self._post(h.BoxCollected(yen, pieces))
        self._until(lambda memory: yen not in dict(memory.coins.box))
        return {"expected": expected}

    def _end_exchange(self, staff: str) -> dict[str, object]:
        if self._in_exchange() != staff:
            raise Refused("who opened the machine must sign")
        self._post(h.ExchangeEnded(staff))
        self._until(lambda memory: not memory.exchange)
        return {}

    def _in_exchange(self) -> str:
        staff = self._look().memory.exchange
        if not staff:
            raise Refused("the machine is not open: begin an exchange first")
        return staff

    def _close_case(self, case: str) -> dict[str, object]:
        if case not in dict(self._look().memory.cases):
            raise Refused("there is no such case open")
        self._post(h.CaseClosed(case))
        self._until(lambda memory: case not in dict(memory.cases))
        return {}

    def _until(self, fits: Callable[[Memory], bool]) -> None:
        """Answer when it is so, that the next look shows it; the loop takes milliseconds."""
        pause = threading.Event()
        for _ in range(int(_PATIENCE_S / _LOOK_S)):
            if fits(self._look().memory):
                return
            pause.wait(_LOOK_S)
        raise Refused("the terminal does not answer")


_ORDERS: dict[str, Callable[..., dict[str, object]]] = {
    "status": AttendantDesk._status,  # noqa: SLF001 - the desk's own table of orders
    "count": AttendantDesk._count,  # noqa: SLF001
    "close_case": AttendantDesk._close_case,  # noqa: SLF001
    "begin_exchange": AttendantDesk._begin_exchange,  # noqa: SLF001
    "collect": AttendantDesk._collect,  # noqa: SLF001
    "end_exchange": AttendantDesk._end_exchange,  # noqa: SLF001
}


def ask(path: Path, order: dict[str, object]) -> dict[str, object]:
    """Give one order to the terminal behind the socket; its answer. Raises OSError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as desk:
        desk.settimeout(_PATIENCE_S)
        desk.connect(str(path))
        desk.sendall(json.dumps(order).encode() + b"\n")
        answer: dict[str, object] = json.loads(desk.makefile("rb").readline())
    return answer
