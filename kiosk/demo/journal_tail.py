"""Follows the terminal's journal as it grows, and puts it into words. Reads only."""

import datetime
import json
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kiosk.demo.logbook import Logbook
from kiosk.journal.entries import KINDS

JST = datetime.timezone(datetime.timedelta(hours=9))
_LOOK_S = 0.2
_KEPT = 400
_SHOWN_HEX = 8
"""An identifier of the journal is told apart by its first digits."""
_STATE_KINDS = {"visit.begin": "begun", "visit.end": "", "visit.died": ""}


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One record for a reader: Japan's time of day, kind, what the kind means, fields."""

    n: int
    at: str
    kind: str
    meaning: str
    fields: tuple[tuple[str, str], ...]

    def as_json(self) -> Mapping[str, Any]:
        """Values for a listener."""
        return asdict(self)


class JournalTail:
    """Tells the logbook's listeners of each new record, from its own thread until `close`."""

    def __init__(self, path: Path, logbook: Logbook) -> None:
        self.path = path
        self._logbook = logbook
        self._stop = threading.Event()
        self._newest: deque[JournalLine] = deque(maxlen=_KEPT)
        self.count = 0
        self.state = ""
        """The state of the visit that was journaled last; empty while there is no visit."""
        self._thread = threading.Thread(target=self._follow, name="journal-tail", daemon=True)
        self._thread.start()

    def text(self) -> str:
        """The whole journal as it stands."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def newest(self, count: int) -> list[Mapping[str, Any]]:
        """The last records as the listeners heard them, oldest first."""
        return [line.as_json() for line in tuple(self._newest)[-count:]]

    def close(self) -> None:
        """Stop. Idempotent."""
        self._stop.set()

    def _follow(self) -> None:
        read = 0
        while not self._stop.wait(_LOOK_S):
            try:
                with self.path.open("rb") as file:
                    file.seek(read)
                    news = file.read()
            except FileNotFoundError:
                continue
            whole = news[: news.rfind(b"\n") + 1]
            read += len(whole)
            self._tell(read_lines(whole.decode("utf-8", "replace")))

    def _tell(self, lines: list[JournalLine]) -> None:
        if not lines:
            return
        self.count += len(lines)
        self._newest.extend(lines)
        for line in lines:
            self._follow_state(line)
        self._logbook.tell("journal", [line.as_json() for line in lines])

    def _follow_state(self, line: JournalLine) -> None:
        if line.kind == "visit.step":
            self.state = dict(line.fields).get("state", "")
        else:
            self.state = _STATE_KINDS.get(line.kind, self.state)


def read_lines(text: str) -> list[JournalLine]:
    """The records of a journal's text; a line that cannot be read says so."""
    return [_line(line) for line in text.splitlines()]


def _line(line: str) -> JournalLine:
    try:
        body = json.loads(line)["body"]
        kind, fields = str(body["kind"]), body["f"]
        return JournalLine(
            int(body["n"]), _time(body["at"]), kind,
            KINDS[kind].meaning if kind in KINDS else "",
            tuple(_fields(fields.items())),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        return JournalLine(-1, "", "unreadable", "This line is no record of the journal.", ())


def _time(at: str) -> str:
    moment = datetime.datetime.fromisoformat(at).astimezone(JST)
    return moment.strftime("%H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def _fields(fields: Iterable[tuple[str, object]]) -> Iterable[tuple[str, str]]:
    for name, value in fields:
        said = str(value)
        yield name, said[:_SHOWN_HEX] + "…" if _is_long_hex(said) else said


def _is_long_hex(said: str) -> bool:
    return len(said) > 2 * _SHOWN_HEX - 1 and all(c in "0123456789abcdef" for c in said)
