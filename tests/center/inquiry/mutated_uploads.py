"""Uploads bent out of shape, against the running site: a sentence or a picture each, never less.

`python -m tests.center.inquiry.mutated_uploads --runs 10000 --seed N --out FILE` is resumable: one
JSON line for each upload, by its number; the same number and seed give the same upload. Those are
small files, broken as files: few get past the parsers. With `--backs` they are scans of real backs,
wounded as pictures first, so that the decoder has its share; a site has keys of its own, so the
wounds are the same again and the cells below them are not.
"""

import argparse
import io
import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same upload again

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from center.antiforgery.invented import PAGES
from tests.center.inquiry.site_at_work import CONTEXT, SiteAtWork, side, site_at_work

VERDICT = re.compile(r'class="verdict (?:good|warn|bad)"[^>]*>([^<]{8,})<')
"""What every answer has: a sentence."""


_NARROWEST = 8


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
    """Upload `number` of the broken files, and what came back."""
    rng, kinds = Random(seed * 1_000_003 + number), sources()  # noqa: S311  # repeatable, no secret
    return _sent(site, number, mutated(kinds[number % len(kinds)], kinds, rng))


def send_back(site: SiteAtWork, seed: int, number: int) -> dict[str, object]:
    """Upload `number` of the wounded backs, and what came back."""
    rng = Random(seed * 1_000_003 + number)  # noqa: S311  # repeatable, no secret
    pdf = PAGES[("sparse", "dense")[number % 2]](seed).pdf
    picture = side(site.engraver.make(pdf, CONTEXT), 1, rng.choice((200, 300, 400))).convert("L")
    for _ in range(rng.randint(1, 3)):
        picture = _HURTS[rng.randrange(len(_HURTS))](picture, rng)
    out = io.BytesIO()
    kind, how = rng.choice((("JPEG", {"quality": 60}), ("PNG", {"compress_level": 1}), ("PDF", {})))
    picture.save(out, kind, **how)
    upload = out.getvalue()
    return _sent(site, number, mutated(upload, (upload,), rng) if number % 3 == 0 else upload)


def _sent(site: SiteAtWork, number: int, upload: bytes) -> dict[str, object]:
    status, page = site.send(upload, "en")
    found = VERDICT.findall(page)
    return {"number": number, "status": status, "said": found[0] if found else ""}


def _turned(picture: Image.Image, rng: Random) -> Image.Image:
    return picture.rotate(
        rng.choice((90, 180, 270, rng.uniform(-9, 9))), expand=True, fillcolor=255
    )


def _cropped(picture: Image.Image, rng: Random) -> Image.Image:
    """To any part of it, a few pixels wide at the least."""
    (left, right), (top, low) = (_part(long, rng) for long in picture.size)
    return picture.crop((left, top, right, low))


def _part(long: int, rng: Random) -> tuple[int, int]:
    begin = rng.randrange(max(1, long - _NARROWEST))
    return begin, rng.randrange(min(begin + _NARROWEST, long), long + 1)


def _scaled(picture: Image.Image, rng: Random) -> Image.Image:
    """Unevenly: no scanner does that."""
    width, height = (max(_NARROWEST, int(long * rng.uniform(0.5, 1.3))) for long in picture.size)
    return picture.resize((width, height))


def _covered(picture: Image.Image, rng: Random) -> Image.Image:
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.randint(1, 30)):
        x, y = (rng.randrange(side) for side in picture.size)
        draw.rectangle(
            (x, y, x + rng.randrange(900), y + rng.randrange(900)), fill=rng.randrange(256)
        )
    return picture


def _moved(picture: Image.Image, rng: Random) -> Image.Image:
    """A part of the block stands where another belongs."""
    x, y = (rng.randrange(side) for side in picture.size)
    picture.paste(picture.crop((0, 0, picture.width // 2, picture.height // 3)), (x, y))
    return picture


def _blurred(picture: Image.Image, rng: Random) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 4)))


def _noisy(picture: Image.Image, rng: Random) -> Image.Image:
    noise = Image.frombytes("L", picture.size, rng.randbytes(picture.width * picture.height))
    return Image.blend(picture, noise, rng.uniform(0.1, 0.8))


_HURTS: tuple[Callable[[Image.Image, Random], Image.Image], ...] = (
    _turned, _cropped, _scaled, _covered, _moved, _blurred, _noisy,
    lambda picture, _: ImageOps.mirror(picture),
    lambda picture, _: ImageChops.invert(picture),
    lambda picture, rng: picture.point(lambda value: value // rng.choice((4, 16, 64))),
)  # fmt: skip


def _commit() -> str:
    told = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(told, capture_output=True, text=True, check=False).stdout.strip()


def main() -> None:
    """Send what is missing in the file, then say how many of each answer there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--backs", action="store_true", help="wounded scans of real backs")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    lines = asked.out.read_text("utf-8").splitlines() if asked.out.exists() else []
    done = [json.loads(line) for line in lines]
    have = {int(line["number"]) for line in done}
    made, whence = (send_back if asked.backs else send), {"seed": asked.seed, "commit": _commit()}
    with site_at_work() as site, asked.out.open("a", encoding="utf-8") as file:
        for number in range(asked.runs):
            if number not in have:
                done.append(made(site, asked.seed, number) | whence)
                file.write(json.dumps(done[-1], ensure_ascii=False) + "\n")
                file.flush()
    silent = sum(not line["said"] for line in done)
    print(f"{len(done)} uploads, seed {asked.seed}, {silent} without a sentence")
    for said, count in Counter(str(line["said"]) for line in done).most_common():
        print(f"{count:6} {said}")


if __name__ == "__main__":
    main()
