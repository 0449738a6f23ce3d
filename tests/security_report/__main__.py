"""`make security-report`: one HTML page of all that was measured of the security print.

Pantograph, latent mark, print file and inquiry site are measured and drawn while one waits; the
long figures of the scramble image and of the mutated uploads are read from what
`make modem-figures` and `make mutants-uploads` wrote.
"""

import sys
from pathlib import Path

from tests.modem.section import section
from tests.security_report.page import STYLE, commit, table
from tests.security_report.printfile import print_file
from tests.security_report.prints import latent_mark, pantograph
from tests.security_report.site import inquiry_site

_JOBS = (
    ("pantograph (牽制文字)", "deters from passing on copies", "anything about content or paper"),
    ("scramble image (スクランブル画像)", "the content is what was issued, years later",
     "that a sheet is an original: a copy decodes as well"),
    ("latent mark (偽造防止検出画像)", "this sheet is an original", "anything about its content"),
)  # fmt: skip
_LIMITS = (
    "No sheet was printed, aged or scanned: printer, years, scanner and copier are models. They "
    "were frozen before the decoder was tuned, but they are models. Before relying on any figure "
    "here, print on the engine in use and compare.",
    "Figures of one seed say that it works once: QR and Data Matrix are compared on one seed, raw "
    "errors on three.",
    "A dense page (2,000 characters) has no room for the fine layer: it comes back at 120 dpi.",
    "The pantograph fails against copiers in photo mode, and against a text copier of 1200 dpi.",
    "The line screen alone proves no original: a copy of the very size keeps the character.",
    "The colours of the pair are a model's; a real engine drifts, and a real copier leaves a rest.",
    "A photograph taken with a phone is not read. Below about 172 dpi the site says so.",
    "Somebody who puts a genuine block of another certificate on a back shows that certificate's "
    "front: that is why the number, and every character, must be compared by a person.",
)


def main(figures: Path, target: Path) -> None:
    """Write the page."""
    parts = (
        ("Pantograph", pantograph), ("Latent mark", latent_mark),
        ("Scramble image", lambda: _without_heading(section(figures))),
        ("Print file", print_file), ("Inquiry site", lambda: inquiry_site(figures)),
    )  # fmt: skip
    names = [name for name, _ in parts]
    made = [f'<h2 id="{_id(name)}">{name}</h2>\n{make()}' for name, make in parts]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join((_head(names), *made, _limits(), "</html>")), encoding="utf-8")


def _head(names: list[str]) -> str:
    links = "".join(f'<li><a href="#{_id(one)}">{one}</a></li>' for one in (*names, "Limits"))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Security print: what was measured</title><style>{STYLE}</style>"
        "<h1>Security print: what was measured</h1>"
        f'<p class="soft">Made of commit {commit()} by <code>make security-report</code>. Each '
        "part names its seeds, and its own commit where it was measured before.</p>"
        '<p class="limit"><strong>Everything on this page is a simulation.</strong> No sheet was '
        f'printed. <a href="#{_id("Limits")}">What that means</a></p>'
        + table(("mark", "what it shows", "what it does not show"), _JOBS, words=True)
        + f"<nav><ul>{links}</ul></nav>"
    )


def _limits() -> str:
    items = "".join(f"<li>{one}</li>" for one in _LIMITS)
    return f'<h2 id="{_id("Limits")}">Limits</h2><ul>{items}</ul>'


def _id(name: str) -> str:
    return name.lower().replace(" ", "-")


def _without_heading(part: str) -> str:
    """A part that has one of its own."""
    return part.partition("</h2>")[2]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
