"""Documents to print: black fronts and coloured backs, as a certificate has them."""

import io

from reportlab.lib.colors import CMYKColor
from reportlab.pdfgen.canvas import Canvas

CANARY = "CANARY-7f3a-not-a-name"
"""A text that must not be found anywhere once a document is printed."""

_A4_POINTS = (595.3199, 841.9199)


def certificate_pdf(sheets: int) -> bytes:
    """`sheets` A4 sheets, two pages each, uncompressed, with `CANARY` on every front."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=_A4_POINTS, pageCompression=0, invariant=1)
    canvas.setTitle(CANARY)
    for sheet in range(1, sheets + 1):
        canvas.setFillGray(0)
        canvas.setFont("Helvetica", 24)
        canvas.drawString(60, 760, f"{CANARY} sheet {sheet} front")
        canvas.rect(60, 400, 200, 200, fill=1)
        canvas.showPage()
        canvas.setFillColor(CMYKColor(0, 0.8, 0.2, 0))
        canvas.rect(150, 300, 300, 300, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
