"""Follows the terminal's journal as it grows, for the dock page. Reads only."""

import json
import threading
from pathlib import Path

from kiosk.demo.logbook import Logbook

_LOOK_S = 0.2


class JournalTail:
    """Tells the logbook's listeners of each new line, from its own thread until `close`."""

    def __init__(self, path: Path, logbook: Logbook) -> None:
        self.path = path
        self._logbook = logbook
        self._stop = threading.Event()
        self.count = 0
        self.last = ""
        """The kind of the newest entry."""
        threading.Thread(target=self._follow, name="journal-tail", daemon=True).start()

    def text(self) -> str:
        """The whole journal as it stands."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

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
            lines = whole.decode("utf-8", "replace").splitlines()
            if lines:
                self._tell(lines)

    def _tell(self, lines: list[str]) -> None:
        self.count += len(lines)
        self.last = _kind(lines[-1])
        self._logbook.tell("journal", lines)


def _kind(line: str) -> str:
    try:
        return str(json.loads(line)["body"]["kind"])
    except (ValueError, KeyError, TypeError):
        return "unreadable"
