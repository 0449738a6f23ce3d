"""Front and back of every sheet, in the order a duplex printer takes them. Child process only."""

import io

import pikepdf


def compose(document: bytes, marks: bytes, pages: int) -> bytes:
    """One PDF of 2 x `pages` pages: each page under its overlay, then its back.

    The signature field is left behind: it draws nothing, and what is printed is paper.
    Whoever calls has checked that there is an overlay and a back for each page.
    """
    made = io.BytesIO()
    with (
        pikepdf.open(io.BytesIO(document)) as front,
        pikepdf.open(io.BytesIO(marks)) as extra,
        pikepdf.new() as sheets,
    ):
        for number in range(pages):
            sheets.pages.append(front.pages[number])
            page = sheets.pages[-1]
            if "/Annots" in page.obj:
                del page.obj["/Annots"]
            page.add_overlay(extra.pages[2 * number], None)
            sheets.pages.append(extra.pages[2 * number + 1])
        sheets.save(made, deterministic_id=True, compress_streams=True)
    return made.getvalue()
