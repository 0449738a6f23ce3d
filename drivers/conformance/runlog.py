"""The file of a run: a head, then one line a case. What makes a run resumable and replayable.

Each line is on the disk before the next case begins. A line torn by a power cut is dropped; a
later line of a case replaces an earlier one.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.conformance.result import Result

_FORMAT = 1


class LogMismatch(Exception):
    """The file is of another run, or no such file at all; the text says what to do."""


@dataclass(frozen=True, slots=True)
class RunHead:
    """What was tested, and how: a run is resumed only with the same head."""

    kind: str
    setup: Mapping[str, Any]
    """All that is needed to build the same bench again, as JSON values."""

    def as_json(self) -> dict[str, Any]:
        """The first line of the file."""
        return {"format": _FORMAT, "kind": self.kind, "setup": dict(self.setup)}


class RunLog:
    """Results by case id, on disk as they come."""

    def __init__(self, path: Path, head: RunHead, *, afresh: bool = False) -> None:
        """Go on with the file if it is there, unless `afresh`. Raises LogMismatch."""
        self._path = path
        self.results: dict[str, Result] = {}
        if path.exists() and not afresh:
            found, results = read_log(path)
            if found != head:
                raise LogMismatch(
                    f"{path} belongs to another run ({found.kind}, {dict(found.setup)}). "
                    "Choose another --out, or start over with --afresh."
                )
            self.results = results
        self._rewrite(head)

    def add(self, result: Result) -> None:
        """Keep one more; returns when it is on the disk."""
        self.results[result.case_id] = result
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(result.as_json()))
            file.flush()
            os.fsync(file.fileno())

    def _rewrite(self, head: RunHead) -> None:
        """Without what was replaced or torn."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = [head.as_json(), *(result.as_json() for result in self.results.values())]
        fresh = self._path.with_suffix(".next")
        fresh.write_text("".join(map(_line, lines)), encoding="utf-8")
        fresh.replace(self._path)


def read_log(path: Path) -> tuple[RunHead, dict[str, Result]]:
    """Head and results of a file. Raises LogMismatch if it is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        first = json.loads(lines[0])
        if first["format"] != _FORMAT:
            raise LogMismatch(f"{path} has format {first['format']}, this kit reads {_FORMAT}.")
        head = RunHead(first["kind"], first["setup"])
    except (OSError, UnicodeDecodeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise LogMismatch(f"{path} is no transcript of a conformance run ({error}).") from error
    results: dict[str, Result] = {}
    for line in lines[1:]:
        try:
            result = Result.from_json(json.loads(line))
        except (KeyError, TypeError, ValueError, IndexError):
            continue  # torn
        results[result.case_id] = result
    return head, results


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
