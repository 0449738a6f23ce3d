"""The scramble image's part of the security report: tables, plots and pictures, as HTML.

`section(directory)` reads what `tests.modem.figures` wrote into `directory`; what was not
measured is said to be missing, never made up. `python -m tests.modem.section` writes it alone.
"""

import base64
import html
import io
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from center.antiforgery.channel.conditions import NAMES, condition
from center.antiforgery.channel.scanning import Scanner, scan
from center.antiforgery.scramble.decode import decode_picture
from center.antiforgery.scramble.upload import pictures
from tests.center.antiforgery.scramble.sheets import KEYS, PLACE, SIGNERS, back, printed
from tests.modem.figures import Case, read
from tests.modem.plot import plot
from tests.modem.tampering import characters, pointed_at, transplants

_SHOWN = ("nominal", "heavy2", "torn45")


def section(directory: Path) -> str:
    """An HTML fragment that starts with a heading of the second level."""
    parts = [
        "<h2>Scramble image</h2>",
        "<p>All figures come from a model of printer, years and scanner; no sheet was printed. The "
        "conditions were frozen before the decoder was written; the seeds were not used before. "
        "The scramble image shows that the content is what was issued. It does not show that a "
        "sheet is an original: a copy decodes as well.</p>",
        _conditions(read(directory / "modem-conditions.jsonl")),
        _sweeps(read(directory / "modem-sweeps.jsonl")),
        _rivals(read(directory / "modem-rivals.jsonl")),
        _speed(read(directory / "modem-speed.jsonl")),
        _tampering(),
        _pictures(),
    ]
    return "\n".join(parts)


def least_share(right: int, runs: int) -> float:
    """The one-sided 95 % lower bound of a share, after Clopper and Pearson (1934)."""
    if right == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_least(right, runs, middle) < 0.05 else (low, middle)
    return low


def _at_least(right: int, runs: int, share: float) -> float:
    """The chance of `right` or more successes of `runs`."""
    if share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    logs = [0.0]
    for number in range(runs):
        logs.append(logs[-1] + float(np.log(runs - number) - np.log(number + 1)))
    return sum(
        float(np.exp(logs[k] + k * np.log(share) + (runs - k) * np.log(1 - share)))
        for k in range(right, runs + 1)
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = "".join(f"<th>{html.escape(one)}</th>" for one in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(one))}</td>" for one in row) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{cells}</tr>{body}</table>"


def _missing(word: str) -> str:
    return f"<p><strong>Not measured yet:</strong> {word} (<code>make modem-figures</code>).</p>"


def _conditions(lines: list[Case]) -> str:
    if not lines:
        return _missing("conditions")
    groups = defaultdict(list)
    for line in lines:
        groups[line["page"], line["condition"]].append(line)
    rows = []
    for page in ("sparse", "dense"):
        for name in NAMES:
            group = groups[page, name]
            if group:
                rows.append((page, name, *_of_condition(group)))
    head = (
        "page", "condition", "sheets", "raw errors", "L0 exact", "L1 exact", "at least (95 %)",
        "L2 exact", "base dpi", "CPU s, median",
    )  # fmt: skip
    seeds = sorted({line["seed"] for line in lines})
    return (
        "<h3>Whole sheets, bit for bit</h3>"
        "<p>Exact is a whole sheet without one wrong pixel. The bound is the one-sided 95 % one of "
        "Clopper and Pearson for both layers together: 99 % needs 299 sheets without a failure."
        f"</p>{_table(head, rows)}<p>Both pages together:</p>"
        f"{_table(head[1:7], _together(groups))}"
        f"<p>Seeds {seeds[0]} to {seeds[-1]}, commit {_commits(lines)}.</p>"
    )


def _together(groups: dict[tuple[str, str], list[Case]]) -> list[tuple[object, ...]]:
    """Base image and header do not know which page they hold: both pages as one condition."""
    rows = []
    for name in NAMES:
        group = [*groups["sparse", name], *groups["dense", name]]
        if group:
            rows.append((name, *_of_condition(group)[:5]))
    return rows


def _of_condition(group: list[Case]) -> tuple[object, ...]:
    runs = len(group)
    header = sum(line["header"] for line in group)
    base = sum(line["base"] for line in group)
    fine = [line["fine"] == 16 for line in group if line["has_fine"]]
    raws = [line["raw"] for line in group if line["raw"] is not None]
    return (
        runs, f"{100 * float(np.mean(raws)):.3f} %" if raws else "not found",
        f"{header}/{runs}", f"{base}/{runs}",
        f"{100 * least_share(min(header, base), runs):.1f} %",
        f"{sum(fine)}/{len(fine)}" if fine else "no room",
        "/".join(map(str, sorted({line["base_dpi"] for line in group}))),
        f"{float(np.median([line['cpu_s'] for line in group])):.2f}",
    )  # fmt: skip


_SWEPT = {
    "cell_dots": "cell size, dots of 1/600 inch",
    "dpi": "scan resolution, dpi",
    "jitter_px": "unevenness of the feed, pixels at 300 dpi",
    "blur_px": "blur of the scanner, pixels (sigma)",
    "jpeg_quality": "JPEG quality",
}


def _sweeps(lines: list[Case]) -> str:
    if not lines:
        return _missing("sweeps")
    seeds = sorted({line["seed"] for line in lines})
    parts = [
        "<h3>Raw errors, before any code</h3>"
        f"<p>Share of data cells read wrongly, mean of {_seeds(seeds)}; one value is varied, "
        "the others stay as the condition has them. 50 % stands where no block was found. The "
        f"plots end at 0.001 %. Commit {_commits(lines)}.</p>"
    ]
    for what, title in _SWEPT.items():
        curves: dict[str, dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
        for line in lines:
            if line["what"] == what:
                curves[line["condition"]][line["value"]].append(line["raw"])
        if curves:
            parts += _swept(title, curves)
    return "\n".join(parts)


def _swept(title: str, curves: dict[str, dict[float, list[float]]]) -> list[str]:
    points = {
        name: [(value, float(np.mean(raws))) for value, raws in sorted(curve.items())]
        for name, curve in curves.items()
    }
    values = sorted({value for curve in points.values() for value, _ in curve})
    rows = [
        (name, *(_share(dict(curve).get(value)) for value in values))
        for name, curve in points.items()
    ]
    head = ("condition", *map(str, values))
    return [f"<h4>{html.escape(title)}</h4>", _table(head, rows), plot(title, points)]


def _share(raw: float | None) -> str:
    return "not measured" if raw is None else f"{100 * raw:.3f} %"


def _seeds(seeds: Sequence[int]) -> str:
    if len(seeds) == 1:
        return f"one seed ({seeds[0]})"
    return f"{len(seeds)} seeds ({seeds[0]} to {seeds[-1]})"


def _commits(lines: list[Case]) -> str:
    return ", ".join(sorted({line["commit"] for line in lines}))


def _rivals(lines: list[Case]) -> str:
    if not lines:
        return _missing("rivals")
    groups = defaultdict(list)
    for line in lines:
        groups[line["condition"], line["what"]].append(line)
    rows = [
        (name, what, *_of_symbol(group))
        for name in NAMES
        for (condition_name, what), group in groups.items()
        if condition_name == name
    ]
    head = (
        "condition", "symbol", "read", "bytes in the area", "bytes read, mean",
        "sparse pages recovered", "dense pages recovered",
    )  # fmt: skip
    seeds = sorted({line["seed"] for line in lines})
    return (
        "<h3>QR and Data Matrix in the same place, cells of the same size</h3>"
        f"<p>{_seeds(seeds)}, the same ones for all. QR and Data Matrix are looked for where they "
        "lie, a perfect code over their symbols is granted, and of a page they need to hold no "
        "more than its header and base image. The scramble image is read as it comes, one block "
        "for each of two pages; its bytes are those of both blocks, so of two areas.</p>"
        + _table(head, rows)
        + f"<p>Commit {_commits(lines)}.</p>"
    )


def _of_symbol(group: list[Case]) -> tuple[object, ...]:
    pages = [
        f"{sum(page in line['pages'] for line in group)}/{len(group)}"
        for page in ("sparse", "dense")
    ]
    return (
        f"{sum(line['read'] for line in group)}/{sum(line['symbols'] for line in group)}",
        f"{np.mean([line['sent_bytes'] for line in group]):,.0f}",
        f"{np.mean([line['read_bytes'] for line in group]):,.0f}",
        *pages,
    )


def _speed(lines: list[Case]) -> str:
    if not lines:
        return _missing("speed")
    rows = [
        (line["what"], line["page"], line.get("dpi", ""), line["cpu_s"], line.get("memory_mb", ""))
        for line in lines
    ]
    head = ("what", "page", "scan dpi", "CPU s, least of 3", "memory of the process, MB")
    return (
        "<h3>Time and memory, one core</h3>"
        f"<p>On a machine shared with others. Commit {_commits(lines)}.</p>{_table(head, rows)}"
    )


_TAMPERED_SEED = 1


def _tampering() -> str:
    """Made while one waits."""
    head = ("other sheet's share", "said", "shown", "said to whoever types the front's number")
    return (
        "<h3>Tampering</h3><p>A character of the front changed into the one that needs least ink: "
        "the front that is recovered differs there, and the square is pointed at.</p>"
        + _table(("dpi of the recovered front", "changed", "pointed at"), characters())
        + _row([_figure(pointed_at(), "changed from 日 to 曰; in red what differs")])
        + "<p>A part of another sheet's block in the place of one's own, printed and scanned.</p>"
        + _table(head, transplants(_TAMPERED_SEED))
    )


def _pictures() -> str:
    """What was uploaded and what came of it, for a few conditions; made while one waits."""
    sheet = printed("dense", 1)
    parts = ["<h3>Uploads and what came of them</h3>"]
    for name in _SHOWN:
        upload = scan(back(sheet.block.cells), PLACE, condition(name), Scanner(), 1)
        found = decode_picture(next(pictures(upload)), KEYS, SIGNERS)
        seen = Image.open(io.BytesIO(upload)).convert("RGB").reduce(8)
        shown = [_figure(seen, "the upload")]
        if found.reading.damage is not None:
            shown.append(_figure(_map(found.reading.damage), "how well its parts read: red not"))
        if found.picture is not None:
            front = Image.fromarray(found.picture)
            shown.append(_figure(front.reduce(3), "the front that was recovered"))
            shown.append(_figure(front.crop((60, 60, 460, 330)), "a part of it, as large as it is"))
        parts.append(f"<h4>{name}: {found.verdict.value}</h4>{_row(shown)}")
    return "\n".join(parts)


def _row(figures: Sequence[str]) -> str:
    inside = "".join(figures)
    return f'<div style="display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start">{inside}</div>'


def _figure(image: Image.Image, what: str) -> str:
    return f'<figure style="margin:0">{_image(image, what)}<figcaption>{what}</figcaption></figure>'


def _map(damage: Any) -> Image.Image:
    good = np.clip(1 - damage, 0, 1)[..., None]
    colours = good * np.array([236, 246, 236]) + (1 - good) * np.array([200, 30, 30])
    return Image.fromarray(colours.astype(np.uint8)).resize((276, 306), Image.Resampling.NEAREST)


def _image(image: Image.Image, what: str) -> str:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="{what}" title="{what}" src="data:image/png;base64,{data}">'


if __name__ == "__main__":
    source, target = (Path(one) for one in sys.argv[1:3])
    target.parent.mkdir(parents=True, exist_ok=True)
    style = "body{font:15px sans-serif;margin:2em}td,th{padding:.2em .7em;text-align:right}"
    page = f"<!doctype html><meta charset='utf-8'><style>{style}</style>{section(source)}"
    target.write_text(page, encoding="utf-8")
