"""Uploads bent out of shape, against the running site: a sentence or a picture each, never less.

`python -m tests.center.inquiry.mutated_uploads --runs 10000 --seed N --out FILE` is resumable: one
JSON line for each upload, by its number; the same number and seed give the same upload.
"""

import argparse
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same upload again

from PIL import Image, ImageDraw

from tests.center.inquiry.site_at_work import SiteAtWork, site_at_work

VERDICT = re.compile(r'class="verdict (?:good|warn|bad)"[^>]*>([^<]{8,})<')
"""What every answer has: a sentence."""


def sources() -> tuple[bytes, ...]:
    """A small picture in every format that is read."""
    picture = Image.new("RGB", (310, 440), "white")
    draw = ImageDraw.Draw(picture)
    for y in range(20, 420, 12):
        draw.line((20, y, 290, y + 3), fill=(0, y % 256, 90), width=3)
    made = []
    for kind, how in (
        ("JPEG", {}), ("PNG", {}), ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "jpeg"}), ("PDF", {}),
    ):  # fmt: skip
        out = io.BytesIO()
        picture.save(out, kind, **how)
        made.append(out.getvalue())
    return tuple(made)


def mutated(source: bytes, others: tuple[bytes, ...], rng: Random) -> bytes:
    """One to four wounds of different kinds."""
    data = bytearray(source)
    for _ in range(rng.randint(1, 4)):
        _WOUNDS[rng.randrange(len(_WOUNDS))](data, others, rng)
    return bytes(data) or b"\0"


def _flip(data: bytearray, _others: tuple[bytes, ...], rng: Random) -> None:
    for _ in range(rng.choice((1, 3, 20, 200))):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _cut(data: bytearray, _others: tuple[bytes, ...], rng: Random) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _lose(data: bytearray, _others: tuple[bytes, ...], rng: Random) -> None:
    start = rng.randrange(len(data) + 1)
    del data[start : start + rng.randrange(1, 4000)]


def _repeat(data: bytearray, _others: tuple[bytes, ...], rng: Random) -> None:
    start = rng.randrange(len(data) + 1)
    data[start:start] = bytes(data[start : start + 500]) * rng.randint(1, 40)


def _splice(data: bytearray, others: tuple[bytes, ...], rng: Random) -> None:
    other = others[rng.randrange(len(others))]
    start = rng.randrange(len(data) + 1)
    data[start : start + 800] = other[: rng.randrange(1, len(other))]


def _number(data: bytearray, _others: tuple[bytes, ...], rng: Random) -> None:
    """A length, a size or an offset of an unlikely value."""
    if len(data) >= 4:
        at = rng.randrange(min(len(data) - 3, 400))
        data[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))


_WOUNDS: tuple[Callable[[bytearray, tuple[bytes, ...], Random], None], ...] = (
    _flip, _cut, _lose, _repeat, _splice, _number,
)  # fmt: skip


def send(site: SiteAtWork, seed: int, number: int) -> dict[str, object]:
    """Upload `number`, and what came back."""
    rng, kinds = Random(seed * 1_000_003 + number), sources()  # noqa: S311  # repeatable, no secret
    upload = mutated(kinds[number % len(kinds)], kinds, rng)
    status, page = site.send(upload)
    found = VERDICT.findall(page)
    return {"number": number, "status": status, "said": found[0] if found else ""}


def main() -> None:
    """Send what is missing in the file, then say how many of each answer there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    lines = asked.out.read_text("utf-8").splitlines() if asked.out.exists() else []
    done = [json.loads(line) for line in lines]
    have = {int(line["number"]) for line in done}
    with site_at_work() as site, asked.out.open("a", encoding="utf-8") as file:
        for number in range(asked.runs):
            if number not in have:
                done.append(send(site, asked.seed, number))
                file.write(json.dumps(done[-1], ensure_ascii=False) + "\n")
                file.flush()
    silent = sum(not line["said"] for line in done)
    print(f"{len(done)} uploads, seed {asked.seed}, {silent} without a sentence")
    for said, count in Counter(str(line["said"]) for line in done).most_common():
        print(f"{count:6} {said}")


if __name__ == "__main__":
    main()
