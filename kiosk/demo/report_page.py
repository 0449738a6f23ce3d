"""`report.html`: the record of one visit as a page that stands alone beside its pictures. Pure."""

import html
from collections.abc import Iterable

from kiosk.demo.journal_tail import read_lines
from kiosk.demo.report import Proof, VisitRecord, screen_file

_STYLE = """
:root{--ink:#16191d;--mute:#4d545e;--line:#d9dee5;--green:#1b6e3c;--red:#8c1d18}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,"Noto Sans","Noto Sans CJK JP",sans-serif;color:var(--ink);margin:0;
background:#f1f4f7}
main{max-width:76rem;margin:0 auto;padding:1.6rem 1.25rem 3rem}
h1{font-size:1.5rem;margin:0 0 .8rem}h2{font-size:1.1rem;margin:2.2rem 0 .7rem}
p.verdict{margin:0;padding:.9rem 1.1rem;border-radius:12px;background:#fff;
border:1px solid var(--line);border-left:8px solid var(--green)}
p.verdict.bad{border-left-color:var(--red)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:0 1.25rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem}
.sheets{grid-template-columns:repeat(auto-fill,minmax(21rem,1fr));align-items:start}
figure{margin:0;background:#fff;border:1px solid var(--line);border-radius:12px;padding:.55rem}
figure img{width:100%;display:block;border-radius:7px;border:1px solid #e4e8ed}
figcaption{font-size:.86rem;color:var(--mute);padding:.4rem .2rem 0;display:flex;
justify-content:space-between}
.box{background:#fff;border:1px solid var(--line);border-radius:12px;padding:.3rem .9rem;
overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
td{border-bottom:1px solid #e8ecf0;padding:.32rem .9rem .32rem 0;vertical-align:top}
tr:last-child td{border-bottom:0}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.fit{white-space:nowrap;width:1%}td.fit.n{padding-right:1.2rem}
td.wide{width:99%}td i{font-style:normal;color:var(--mute)}td.mute{color:var(--mute)}
.ok{color:var(--green);font-weight:700}.no{color:var(--red);font-weight:700}
a{color:#00508f}
"""


def page(record: VisitRecord) -> str:
    """The whole page. Every text in it is escaped."""
    parts = (
        _verdict(record),
        _section("What had to be true", _box(_proof(proof) for proof in record.proofs)),
        _section("Screens, as the resident left them", _screens(record)),
        _section("What came out", _sheets(record)),
        _section("Years later, at the inquiry site", _inquiry(record)) if record.inquiry else "",
        '<div class="pair"><div>',
        _section("Money", _box(_amount(*row) for row in record.money)),
        "</div><div>",
        _section("Timings", _box(_timing(*row) for row in record.timings)),
        "</div></div>",
        _section("What each device did", _box(_things(record))),
        _section("Journal", _box(_journal(record)) + _WHOLE_JOURNAL),
    )
    head = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(record.title)}</title><style>{_STYLE}</style><main>"
        f"<h1>{_text(record.title)}</h1>"
    )
    return head + "".join(parts) + "</main></html>\n"


_WHOLE_JOURNAL = '<p><a href="journal.jsonl">The journal with its hashes</a></p>'


def _text(value: object) -> str:
    return html.escape(str(value))


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>"


def _box(rows: Iterable[str]) -> str:
    return f'<div class="box"><table>{"".join(rows)}</table></div>'


def _row(*cells: tuple[str, object]) -> str:
    inside = "".join(f'<td class="{kind}">{_text(cell)}</td>' for kind, cell in cells)
    return f"<tr>{inside}</tr>"


def _verdict(record: VisitRecord) -> str:
    wrong = [proof.what for proof in record.proofs if proof.true is False]
    word = "Everything holds." if record.passed else f"Does not hold: {'; '.join(wrong)}."
    seconds = record.screens[-1].at_s if record.screens else 0.0
    kind = "verdict" if record.passed else "verdict bad"
    return (
        f'<p class="{kind}"><b>{_text(word)}</b> {len(record.screens)} screens, '
        f"{seconds:.1f} s from the first picture back to it.</p>"
    )


_MARKS = {True: ("ok", "✓"), False: ("no", "✗"), None: ("mute", "not looked")}


def _proof(proof: Proof) -> str:
    kind, mark = _MARKS[proof.true]
    return _row((f"fit {kind}", mark), ("", proof.what), ("mute", proof.detail))


def _screens(record: VisitRecord) -> str:
    figures = (
        _figure(f"screens/{screen_file(number, screen)}", screen.name, f"{screen.at_s:.2f} s")
        for number, screen in enumerate(record.screens, 1)
    )
    return f'<div class="grid">{"".join(figures)}</div>'


def _sheets(record: VisitRecord) -> str:
    figures = [
        _figure(f"sheets/{side.name}.png", side.name, "PDF", f"sheets/{side.document}.pdf")
        for side in record.sheets
    ]
    if record.receipt is not None:
        figures.append(_figure("receipt.png", "receipt", ""))
    return f'<div class="grid sheets">{"".join(figures)}</div>'


def _inquiry(record: VisitRecord) -> str:
    asked = record.inquiry
    if asked is None:
        return ""
    figures = [_figure("sheets/inquiry-upload.jpg", "what was uploaded: its back, aged", "model")]
    if asked.front is not None:
        note = f"{100 * asked.agreement:.2f} % of its ink is on the sheet's"
        figures.append(_figure("sheets/inquiry-front.png", "what the site shows", note))
    said = f"<p>The site said: {_text(asked.sentence)}</p>"
    return f'{said}<div class="grid sheets">{"".join(figures)}</div>'


def _figure(picture: str, name: str, note: str, link: str = "") -> str:
    said = f'<a href="{_text(link)}">{_text(note)}</a>' if link else f"<span>{_text(note)}</span>"
    return (
        f'<figure><a href="{_text(picture)}"><img src="{_text(picture)}" alt="{_text(name)}"></a>'
        f"<figcaption><b>{_text(name)}</b>{said}</figcaption></figure>"
    )


def _amount(where: str, yen: int) -> str:
    return _row(("", where), ("n", f"¥{yen:,}"))


def _timing(what: str, seconds: float) -> str:
    return _row(("", what), ("n", f"{seconds:.3f} s"))


def _things(record: VisitRecord) -> Iterable[str]:
    for thing in record.things:
        yield _row(("fit n", f"{thing.at_s:.2f} s"), ("fit", thing.who), ("wide", thing.what))


def _journal(record: VisitRecord) -> Iterable[str]:
    for line in read_lines(record.journal):
        fields = " · ".join(f"{name} {value or '–'}" for name, value in line.fields)
        yield _row(("fit n", line.at), ("fit", line.kind), ("", fields), ("mute", line.meaning))
