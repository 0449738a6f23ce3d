"""The page itself: its look, tables, pictures with words, and which commit it was made of."""

import base64
import html
import io
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image

STYLE = """
:root { color-scheme: light; --line: #d5dce4; --soft: #51606f; --blue: #0b4f9c; }
* { box-sizing: border-box; }
body { font: 16px/1.6 "Noto Sans", system-ui, "Noto Sans CJK JP", sans-serif; color: #1b2430;
  margin: 0 auto; max-width: 66rem; padding: 2rem 1.2rem 5rem; background: #fff; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.5rem; margin: 3.2rem 0 .6rem; padding-top: .8rem; border-top: 3px solid #1b2430; }
h3 { font-size: 1.15rem; margin: 2rem 0 .4rem; } h4 { margin: 1.6rem 0 .3rem; }
a { color: var(--blue); } nav ul { columns: 2; padding-left: 1.2rem; } code { font-size: .92em; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .8rem 0; font-size: .93rem; }
th { text-align: right; vertical-align: bottom; border-bottom: 2px solid #1b2430; }
td { text-align: right; vertical-align: top; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .8rem .25rem 0; } th:first-child, td:first-child { text-align: left; }
table.words th, table.words td { text-align: left; }
figure { margin: .8rem 0; } img, svg { max-width: 100%; height: auto; }
figure img { border: 1px solid var(--line); } .row { display: flex; flex-wrap: wrap; gap: 1.2rem;
  align-items: flex-start; } .row figure { margin: 0; max-width: min(30rem, 47%); }
.limit { border-left: 5px solid #8a4b00; padding: .1rem 0 .1rem 1rem; margin: 1rem 0; }
@media print { h2 { break-before: page; } figure, tr { break-inside: avoid; } }
"""


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, words: bool = False) -> str:
    """A table; of `words`, everything stands to the left."""
    cells = "".join(f'<th scope="col">{html.escape(one)}</th>' for one in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(one))}</td>" for one in row) + "</tr>"
        for row in rows
    )
    kind = ' class="words"' if words else ""
    return f'<div class="wide"><table{kind}><tr>{cells}</tr>{body}</table></div>'


def figure(image: Image.Image | bytes, what: str) -> str:
    """A picture, or a PNG as it is, and what is to be seen on it."""
    if isinstance(image, Image.Image):
        file = io.BytesIO()
        image.save(file, "PNG", optimize=True)
        image = file.getvalue()
    data = base64.b64encode(image).decode()
    said = html.escape(what)
    return (
        f'<figure><img alt="{said}" src="data:image/png;base64,{data}">'
        f"<figcaption>{said}</figcaption></figure>"
    )


def row(figures: Iterable[str]) -> str:
    """Figures beside one another, where there is room."""
    return f'<div class="row">{"".join(figures)}</div>'


def commit() -> str:
    """The commit this report is made of, and whether more was changed since."""
    told = ["git", "describe", "--always", "--dirty=, with changes that are not committed"]
    here = Path(__file__).parent
    done = subprocess.run(told, cwd=here, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
