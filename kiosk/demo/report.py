"""What an autopilot's visit leaves behind: pictures, what each device did, money, verdict."""

import html
import json
from dataclasses import dataclass, field
from pathlib import Path

_STYLE = """
body{font:16px/1.55 system-ui,"Noto Sans CJK JP",sans-serif;color:#141414;margin:0;
background:#eef1f5}
main{max-width:72rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.6rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2rem 0 .6rem}
.verdict{padding:.8rem 1.1rem;border-radius:10px;background:#fff;border-left:8px solid #1b6e3c}
.verdict.bad{border-color:#8c1d18}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:1rem}
figure{margin:0;background:#fff;border:1px solid #d5dae1;border-radius:10px;padding:.6rem}
figure img{width:100%;display:block;border-radius:6px}figcaption{font-size:.85rem;color:#4a4f57}
.sheets img{border:1px solid #9aa3ad}
table{border-collapse:collapse;background:#fff;width:100%;font-size:.92rem}
td,th{border-bottom:1px solid #e1e5ea;text-align:left;padding:.3rem .6rem;vertical-align:top}
th{color:#4a4f57;font-weight:600}td.n{text-align:right;font-variant-numeric:tabular-nums}
.ok{color:#1b6e3c;font-weight:700}.no{color:#8c1d18;font-weight:700}
pre{background:#fff;border:1px solid #d5dae1;border-radius:10px;padding:.8rem;overflow:auto;
font-size:.78rem;white-space:pre-wrap;overflow-wrap:anywhere}
"""


@dataclass(frozen=True, slots=True)
class SeenScreen:
    """A screen as it stood on the glass, `at_s` seconds into the visit."""

    at_s: float
    name: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DidThing:
    """One thing a device or the resident did."""

    at_s: float
    who: str
    what: str
    number: int = 0
    """Its place in the logbook."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that had to be true, and whether it was."""

    what: str
    true: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """One side of a delivered sheet."""

    name: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """Everything that is known of one visit."""

    title: str
    screens: tuple[SeenScreen, ...]
    things: tuple[DidThing, ...]
    proofs: tuple[Proof, ...]
    money: tuple[tuple[str, int], ...]
    """(where, yen): before, inserted, kept, returned ..."""
    documents: tuple[tuple[str, bytes], ...]
    """(name, PDF) as the printer received them."""
    sheets: tuple[SheetPicture, ...]
    receipt: bytes | None
    journal: str

    @property
    def passed(self) -> bool:
        """True only if every proof holds."""
        return bool(self.proofs) and all(proof.true for proof in self.proofs)


def write_report(record: VisitRecord, out: Path) -> Path:
    """Write the record into `out` (made if missing; older files of ours are replaced)."""
    for folder in ("screens", "sheets"):
        (out / folder).mkdir(parents=True, exist_ok=True)
        for old in (out / folder).iterdir():
            old.unlink()
    for number, screen in enumerate(record.screens, 1):
        (out / "screens" / _screen_file(number, screen)).write_bytes(screen.png)
    for name, pdf in record.documents:
        (out / "sheets" / f"{name}.pdf").write_bytes(pdf)
    for side in record.sheets:
        (out / "sheets" / f"{side.name}.png").write_bytes(side.png)
    if record.receipt is not None:
        (out / "receipt.png").write_bytes(record.receipt)
    (out / "journal.jsonl").write_text(record.journal, encoding="utf-8")
    report = out / "report.html"
    report.write_text(_page(record), encoding="utf-8")
    return report


def _screen_file(number: int, screen: SeenScreen) -> str:
    return f"{number:02d}-{screen.name}.png"


def _page(record: VisitRecord) -> str:
    parts = (
        _verdict(record),
        _section("Screens, as they were", _screens(record)),
        _section("What the printer delivered", _sheets(record)),
        _section("Money", _money(record)),
        _section("What each device did", _things(record)),
        _section("Journal", f"<pre>{html.escape(_pretty(record.journal))}</pre>"),
    )
    head = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{html.escape(record.title)}</title><style>{_STYLE}</style><main>"
        f"<h1>{html.escape(record.title)}</h1>"
    )
    return head + "".join(parts) + "</main></html>\n"


def _section(title: str, body: str) -> str:
    return f"<h2>{title}</h2>{body}"


def _verdict(record: VisitRecord) -> str:
    rows = "".join(
        f'<tr><td class="{"ok" if p.true else "no"}">{"✓" if p.true else "✗"}</td>'
        f"<td>{html.escape(p.what)}</td><td>{html.escape(p.detail)}</td></tr>"
        for p in record.proofs
    )
    word = "Everything holds." if record.passed else "NOT everything holds."
    seconds = record.screens[-1].at_s if record.screens else 0.0
    kind = "verdict" if record.passed else "verdict bad"
    return (
        f'<div class="{kind}"><b>{word}</b> {len(record.screens)} screens, '
        f"{seconds:.1f} s from first touch to the end.</div><h2>What had to be true</h2>"
        f"<table>{rows}</table>"
    )


def _screens(record: VisitRecord) -> str:
    figures = "".join(
        f'<figure><img loading="lazy" src="screens/{_screen_file(number, screen)}" alt="">'
        f"<figcaption>{screen.at_s:6.2f} s · {html.escape(screen.name)}</figcaption></figure>"
        for number, screen in enumerate(record.screens, 1)
    )
    return f'<div class="grid">{figures}</div>'


def _sheets(record: VisitRecord) -> str:
    sides = "".join(
        f'<figure><img loading="lazy" src="sheets/{html.escape(side.name)}.png" alt="">'
        f"<figcaption>{html.escape(side.name)}</figcaption></figure>"
        for side in record.sheets
    )
    receipt = (
        '<figure><img src="receipt.png" alt=""><figcaption>receipt</figcaption></figure>'
        if record.receipt is not None
        else ""
    )
    return f'<div class="grid sheets">{sides}{receipt}</div>'


def _money(record: VisitRecord) -> str:
    rows = "".join(
        f'<tr><td>{html.escape(where)}</td><td class="n">¥{yen:,}</td></tr>'
        for where, yen in record.money
    )
    return f"<table>{rows}</table>"


def _things(record: VisitRecord) -> str:
    rows = "".join(
        f'<tr><td class="n">{thing.at_s:.3f} s</td><td>{html.escape(thing.who)}</td>'
        f"<td>{html.escape(thing.what)}</td></tr>"
        for thing in record.things
    )
    return f"<table><tr><th>when</th><th>who</th><th>what</th></tr>{rows}</table>"


def _pretty(journal: str) -> str:
    lines = []
    for line in journal.splitlines():
        try:
            lines.append(json.dumps(json.loads(line), ensure_ascii=False))
        except ValueError:
            lines.append(line)
    return "\n".join(lines)
