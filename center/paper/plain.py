"""PDFs as a printer needs them: nothing in them that nobody asked for."""

import io
import threading
from collections.abc import Callable
from typing import Any

import pikepdf
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from center.paper.font import NAME, font

WIDTH_PT = 595.3199
HEIGHT_PT = 841.9199
"""A4 a hair below 210 x 297 mm: at 600 dpi every renderer then agrees on 4961 x 7016 dots."""

DRAWING = threading.Lock()
"""Held while something is drawn: reportlab reads the one font through one shared position."""

# Streams as bytes and not as text of the eighties: a fifth smaller and half as slow.
rl_config.useA85 = 0


def new_canvas(file: io.BytesIO) -> Any:
    """An A4 canvas whose one font is ours: no other one is even listed."""
    font()
    return Canvas(
        file,
        pagesize=(WIDTH_PT, HEIGHT_PT),
        initialFontName=NAME,
        pageCompression=1,
        invariant=1,
    )


def rewrite(
    pdf: bytes, additions: dict[str, bytes], mend: Callable[[pikepdf.Pdf], None] | None = None
) -> bytes:
    """`pdf` without what reportlab adds on its own, and with streams in its catalogue.

    Information dictionary, outlines and page mode go; `additions` are streams by key; `mend`
    adds what reportlab cannot draw.
    """
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        for key in ("/Outlines", "/PageMode"):
            if key in root:
                del root[key]
        if "/Info" in document.trailer:
            del document.trailer["/Info"]
        root["/Lang"] = pikepdf.String("ja-JP")
        for key, content in additions.items():
            root[key] = pikepdf.Stream(document, content)
        if mend is not None:
            mend(document)
        document.save(made, compress_streams=True, deterministic_id=True)
    return made.getvalue()
