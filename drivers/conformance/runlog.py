"""The file of a run: a head, then one line a case. What makes a run resumable and replayable.

Between them stand who was tried since when, and what each case might use up, written down before
it may. Each line is on the disk before the next case begins. A line torn by a power cut is dropped;
a later line of a case replaces an earlier one, but not that it failed.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from drivers.conformance.case import Verdict
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


@dataclass(slots=True)
class _Contents:
    """What the file says."""

    head: RunHead
    began: str = ""
    subject: tuple[str, ...] = ()
    spent: int = 0
    learned: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)

    def take(self, stored: Mapping[str, Any]) -> None:
        """One more line. Raises KeyError, ValueError or TypeError for what is none."""
        if "began" in stored:
            self.began, self.subject = str(stored["began"]), tuple(stored["subject"])
        elif "spent" in stored:
            self.spent += int(stored["spent"])
        elif "learned" in stored:
            self.learned = dict(stored["learned"])
        else:
            result = Result.from_json(stored)
            self.results[result.case_id] = result

    def lines(self) -> Iterator[Mapping[str, Any]]:
        """The same, without what was replaced."""
        yield self.head.as_json()
        if self.began:
            yield {"began": self.began, "subject": list(self.subject)}
        if self.spent:
            yield {"spent": self.spent}
        if self.learned:
            yield {"learned": self.learned}
        yield from (result.as_json() for result in self.results.values())


class RunLog:
    """Results by case id, on disk as they come."""

    def __init__(self, path: Path, head: RunHead, *, afresh: bool = False) -> None:
        """Go on with the file if it is there, unless `afresh`. Raises LogMismatch."""
        self._path = path
        self._contents = _Contents(head)
        if path.exists() and not afresh:
            found = _read(path)
            if found.head != head:
                raise LogMismatch(
                    f"{path} belongs to another run ({found.head.kind}, {dict(found.head.setup)}). "
                    "Choose another --out, or start over with --afresh."
                )
            self._contents = found
        self._rewrite()

    @property
    def results(self) -> Mapping[str, Result]:
        """By case id."""
        return self._contents.results

    @property
    def began(self) -> str:
        """When the run was begun first."""
        return self._contents.began

    @property
    def spent(self) -> int:
        """Pieces that all cases tried so far might use up, also those that were broken off."""
        return self._contents.spent

    @property
    def learned(self) -> Mapping[str, Any]:
        """What the cases saw of the devices' departures."""
        return self._contents.learned

    def go_on(self, now: str, subject: tuple[str, ...]) -> None:
        """Begin, or go on with what was begun. Raises LogMismatch for another device.

        One report is about one device: results of two are never put together. An empty `subject`
        is one that cannot be identified now.
        """
        if not self._contents.subject:
            self._keep({"began": self.began or now, "subject": list(subject)})
        elif subject and subject != self._contents.subject:
            before = "; ".join(self._contents.subject)
            raise LogMismatch(
                f"{self._path} is about another device ({before}); now there is "
                f"{'; '.join(subject)}. Choose another --out, or start over with --afresh."
            )

    def spend(self, pieces: int) -> None:
        """Write down, before a case, what it may use up."""
        if pieces:
            self._keep({"spent": pieces})

    def learn(self, learned: Mapping[str, Any]) -> None:
        """Keep what the cases saw so far."""
        stored = json.loads(json.dumps(learned))
        if stored != self._contents.learned:
            self._keep({"learned": stored})

    def add(self, result: Result) -> None:
        """Keep one more; returns when it is on the disk."""
        before = self.results.get(result.case_id)
        if before is not None:
            failed = (before.detail,) if before.verdict is Verdict.FAILED else ()
            result = replace(result, failed_before=(*before.failed_before, *failed))
        self._keep(result.as_json())

    def _keep(self, line: Mapping[str, Any]) -> None:
        self._contents.take(line)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(line))
            file.flush()
            os.fsync(file.fileno())

    def _rewrite(self) -> None:
        """Without what was replaced or torn."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".next")
        fresh.write_text("".join(map(_line, self._contents.lines())), encoding="utf-8")
        fresh.replace(self._path)


def read_log(path: Path) -> tuple[RunHead, dict[str, Result]]:
    """Head and results of a file. Raises LogMismatch if it is none."""
    contents = _read(path)
    return contents.head, contents.results


def _read(path: Path) -> _Contents:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        first = json.loads(lines[0])
        if first["format"] != _FORMAT:
            raise LogMismatch(f"{path} has format {first['format']}, this kit reads {_FORMAT}.")
        head = RunHead(first["kind"], first["setup"])
    except (OSError, UnicodeDecodeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise LogMismatch(f"{path} is no transcript of a conformance run ({error}).") from error
    contents = _Contents(head)
    for line in lines[1:]:
        with suppress(KeyError, TypeError, ValueError, IndexError):  # torn
            contents.take(json.loads(line))
    return contents


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
