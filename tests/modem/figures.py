"""`python -m tests.modem.figures WORD`: read hundreds of sheets, and write down what came of it.

Every run depends on its word, its case and its seed alone, and is a line of the file: a run may
be broken off and continued, or shared (`--share 0/2`, `--share 1/2`). Seeds from 100,000 on are
those of the final figures; the decoder was made with others.

Words: `conditions` (whole sheets, bit for bit), `sweeps` (raw errors by cell size, resolution,
jitter, blur and quality), `rivals` (QR and Data Matrix in the same place), `speed`.
"""

import argparse
import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from center.antiforgery.channel.conditions import NAMES, condition
from center.antiforgery.channel.scanning import Scanner, scan
from center.antiforgery.scramble.block import encode
from center.antiforgery.scramble.decode import decode_cells, decode_picture
from center.antiforgery.scramble.demodulate import NoBlock, NotOurs, TooCoarse, demodulate
from center.antiforgery.scramble.header import BYTES, Header
from center.antiforgery.scramble.layout import HEIGHT, WIDTH, layout
from center.antiforgery.scramble.recovered import Strip
from center.antiforgery.scramble.upload import pictures
from center.clock import stopwatch
from tests.center.antiforgery.scramble.sheets import (
    KEYS,
    SHEET,
    SIGNERS,
    SIGNING,
    Printed,
    printed,
    scanned,
)  # fmt: skip
from tests.modem.rivals import RIVALS, rival

FIRST_SEED = 100_000
OURS = "scramble image"
Case = dict[str, Any]
_PAGES = ("sparse", "dense")
_RIVAL_SEEDS = 20
_SWEEP_SEEDS = 3
_SWEEPS: tuple[tuple[str, tuple[float, ...], tuple[str, ...]], ...] = (
    ("cell_dots", (3, 4, 5, 6), ("nominal", "blurry", "aged", "heavy")),
    ("dpi", (200, 240, 300, 400, 600), ("nominal", "aged", "heavy")),
    ("jitter_px", (0.5, 0.75, 1.0, 1.5, 2.0), ("nominal", "aged", "heavy")),
    ("blur_px", (0.6, 0.85, 1.0, 1.2, 1.5), ("nominal",)),
    ("jpeg_quality", (75, 50, 30), ("nominal",)),
)
"""What is varied, its values, and the conditions in which it is."""


def main(arguments: list[str] | None = None) -> int:
    """Make what is missing, until the minutes are over. Exit status 0."""
    parsed = _parser().parse_args(arguments)
    until = stopwatch() + 60 * parsed.minutes
    mine, shares = (int(part) for part in parsed.share.split("/"))
    done = {_key(line) for line in read(parsed.out)}
    parsed.out.parent.mkdir(parents=True, exist_ok=True)
    tree = _commit()
    for number, case in enumerate(_WORDS[parsed.word][0](parsed.seeds)):
        if number % shares != mine or _key(case) in done:
            continue
        if stopwatch() > until:
            break
        line = {**case, **_WORDS[parsed.word][1](case), "commit": tree}
        with parsed.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        sys.stdout.write(json.dumps(line) + "\n")
    return 0


def read(path: Path) -> list[Case]:
    """The lines that are there."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.modem.figures", description=__doc__)
    parser.add_argument("word", choices=sorted(_WORDS))
    parser.add_argument("--seeds", type=int, default=300, help="sheets a condition and page")
    parser.add_argument("--out", type=Path, required=True, help="file of results, one a line")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin nothing after this")
    parser.add_argument("--share", default="0/1", help="n/m: of every m runs the n-th")
    return parser


def _key(case: Case) -> tuple[Any, ...]:
    names = ("word", "condition", "page", "seed", "what", "value", "dpi")
    return tuple(case.get(name) for name in names)


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _conditions(seeds: int) -> Iterator[Case]:
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        for page in _PAGES:
            for name in NAMES:
                yield {"word": "conditions", "condition": name, "page": page, "seed": seed}


def read_sheet(case: Case) -> Case:
    """What comes of a page and seed after a condition: whether its layers are exact, bit by bit."""
    sheet = printed(case["page"], case["seed"])
    upload = scanned(sheet, case["condition"], case["seed"])
    started = time.process_time()
    found = decode_picture(next(pictures(upload)), KEYS, SIGNERS)
    spent = time.process_time() - started
    text = found.header is not None and found.header.text == sheet.front.text
    return {
        "verdict": found.verdict.value,
        "header": text,
        "base": is_exact(sheet, found.strips, found.picture, found.dpi),
        "fine": sum(strip is Strip.FINE for strip in found.strips),
        "has_fine": sheet.block.fine > 0,
        "base_dpi": sheet.block.dpi,
        "raw": found.reading.raw_error_rate,
        "cpu_s": round(spent, 2),
    }


def is_exact(sheet: Printed, strips: Iterable[Strip], picture: Any, dpi: int) -> bool:
    """Whether every pixel that is shown is that of the front, and all of them are shown."""
    if picture is None or any(strip in {Strip.LOST, Strip.REFUSED} for strip in strips):
        return False
    base = sheet.truth(sheet.block.dpi)
    if dpi == sheet.block.dpi:
        return bool(np.array_equal(picture, base))
    fine = sheet.truth(dpi)
    rough = np.repeat(np.repeat(base, 2, axis=0), 2, axis=1)
    edges = [2 * (len(base) * number // 16) for number in range(17)]
    return all(
        np.array_equal(picture[a:z], (fine if strip is Strip.FINE else rough)[a:z])
        for strip, a, z in zip(strips, edges, edges[1:], strict=False)
    )


def _sweeps(_: int) -> Iterator[Case]:
    for seed in range(FIRST_SEED, FIRST_SEED + _SWEEP_SEEDS):
        for what, values, names in _SWEEPS:
            for value in values:
                for name in names:
                    yield {
                        "word": "sweeps", "condition": name, "what": what, "value": value,
                        "seed": seed,
                    }  # fmt: skip


def _read_raw(case: Case) -> Case:
    """The share of data cells read wrongly, before any code; 0.5 where nothing was found."""
    what, value, seed = case["what"], case["value"], case["seed"]
    block = printed("dense", 1).block
    dots = int(value) if what == "cell_dots" else 4
    dpi = int(value) if what == "dpi" else 300
    kind = condition(case["condition"])
    if what in {"jitter_px", "blur_px", "jpeg_quality"}:
        kind = kind.but(**{what: value})
    cells = np.repeat(np.repeat(block.cells, dots, axis=0), dots, axis=1)
    page = np.pad(cells, 240)
    place = (240, 240, HEIGHT * dots, WIDTH * dots)
    upload = scan(page, place, kind, Scanner(dpi=dpi), seed)
    try:
        found = demodulate(next(pictures(upload)))
    except (NoBlock, TooCoarse, NotOurs):
        return {"raw": 0.5}
    data = layout().known == 0
    return {"raw": float(((found.read > 0) != (block.cells == 1))[data].mean())}


def _rival_cases(seeds: int) -> Iterator[Case]:
    for seed in range(FIRST_SEED, FIRST_SEED + min(seeds, _RIVAL_SEEDS)):
        for name in NAMES:
            for what in (OURS, *RIVALS):
                yield {"word": "rivals", "condition": name, "what": what, "seed": seed}


def _beside(case: Case) -> Case:
    """A rival, or in the same words what the scramble image of either page makes of it."""
    headers = {page: _header(page, case["seed"]) for page in _PAGES}
    if case["what"] != OURS:
        return rival(case, {page: BYTES + sum(one.base) for page, one in headers.items()})
    sent = {page: BYTES + sum(one.base) + sum(one.fine) for page, one in headers.items()}
    recovered = [page for page in _PAGES if _comes_back(page, case)]
    return {
        "symbols": len(sent), "read": len(recovered), "sent_bytes": sum(sent.values()),
        "read_bytes": sum(sent[page] for page in recovered), "pages": recovered,
    }  # fmt: skip


@functools.lru_cache(maxsize=len(_PAGES))
def _header(page: str, seed: int) -> Header:
    header = decode_cells(printed(page, seed).block.cells, KEYS, SIGNERS).header
    assert header is not None
    return header


def _comes_back(page: str, case: Case) -> bool:
    sheet = printed(page, case["seed"])
    upload = scanned(sheet, case["condition"], case["seed"])
    found = decode_picture(next(pictures(upload)), KEYS, SIGNERS)
    return is_exact(sheet, found.strips, found.picture, found.dpi)


def _speed_cases(_: int) -> Iterator[Case]:
    for page in _PAGES:
        for dpi in (200, 300, 400, 600):
            yield {"word": "speed", "page": page, "dpi": dpi, "seed": FIRST_SEED, "what": "decode"}
        yield {"word": "speed", "page": page, "seed": FIRST_SEED, "what": "encode"}


def _clock(case: Case) -> Case:
    """CPU seconds: the least of three, after one that does not count (compiling, caches)."""
    sheet = printed(case["page"], case["seed"])
    if case["what"] == "encode":
        return {"cpu_s": _least(lambda: encode(sheet.front, SHEET, KEYS, SIGNING))}
    upload = scanned(sheet, "nominal", case["seed"], Scanner(dpi=case["dpi"]))
    spent = _least(lambda: decode_picture(next(pictures(upload)), KEYS, SIGNERS))
    return {"cpu_s": spent, "memory_mb": _memory_mb(upload)}


def _least(work: Callable[[], object]) -> float:
    work()
    spent = []
    for _ in range(3):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return round(min(spent), 3)


def _memory_mb(upload: bytes) -> int:
    """The most memory a process of its own ever had that reads `upload` and nothing else."""
    asking, telling = os.pipe()
    done = subprocess.run(
        [sys.executable, "-m", "tests.modem.figures_child", str(telling)],
        input=upload, pass_fds=(telling,), check=True,
    )  # fmt: skip
    os.close(telling)
    with os.fdopen(asking) as answer:
        return int(answer.read()) if done.returncode == 0 else 0


_WORDS: dict[str, tuple[Callable[[int], Iterator[Case]], Callable[[Case], Case]]] = {
    "conditions": (_conditions, read_sheet),
    "sweeps": (_sweeps, _read_raw),
    "rivals": (_rival_cases, _beside),
    "speed": (_speed_cases, _clock),
}

if __name__ == "__main__":
    sys.exit(main())
