"""Looks into a living process for what it must not hold: marks of a resident in its memory."""

import re
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from kiosk.demo.residue import needles_of

_CHUNK = 1 << 22
_REGION = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw.. ")
"""Private and shared memory that was written; what is only read came from files."""


def holds_mark(pid: int, marks: tuple[str, ...]) -> bool:
    """Whether any mark stands in the process's writable memory, in any usual encoding.

    Raises OSError if its memory cannot be read: no right to, or the process is gone. Regions that
    vanish while it is read are passed over. Source: proc(5), /proc/pid/maps and /proc/pid/mem.
    """
    needles = needles_of(marks)
    place = Path(f"/proc/{pid}")
    regions = list(_regions((place / "maps").read_text(encoding="utf-8", errors="replace")))
    with (place / "mem").open("rb", buffering=0) as memory:
        memory.seek(regions[0][0] if regions else 0)
        memory.read(1)  # Tells at once whether we may.
        overlap = max((len(needle) for needle in needles), default=1)
        return any(
            needle in chunk
            for start, end in regions
            for chunk in _chunks(memory, (start, end), overlap)
            for needle in needles
        )


def _regions(maps: str) -> Iterator[tuple[int, int]]:
    for line in maps.splitlines():
        found = _REGION.match(line)
        if found:
            yield int(found[1], 16), int(found[2], 16)


def _chunks(memory: FileIO, region: tuple[int, int], overlap: int) -> Iterator[bytes]:
    at, end = region
    kept = b""
    while at < end:
        try:
            memory.seek(at)
            read = memory.read(min(_CHUNK, end - at)) or b""
        except OSError:
            return
        if not read:
            return
        yield kept + read
        kept = read[-overlap:]
        at += len(read)
