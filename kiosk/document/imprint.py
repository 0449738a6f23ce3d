"""Whether the marks are this document's: what is printed around it and on its back says so.

What a marks file must carry as text, whatever else is on it: on every front the document's
number; on every back the number and `n枚中　m枚目`; and nowhere another document's number. The
marks hold no person, so this is all that binds them to a sheet: who turns the paper over finds the
same number on both sides, and the inquiry site shows the front that belongs to it. Child process
only.
"""

import re

from crypto.errors import CheckFailed
from kiosk.document.words import read_text, squeeze

FAILURE = "marks.read_back"
_NUMBER = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
_SHEET = re.compile(r"\d+枚中\d+枚目")


def check_imprint(marks: bytes, document_id: str, pages: int) -> None:
    """Every page of the marks is of this document, every back of its own sheet.

    The marks have two pages a sheet; whoever calls has counted them. Raises CheckFailed
    `marks.read_back`.
    """
    for place, page in enumerate(read_text(marks)):
        # Line by line, lest a number that ends a line runs into the one below it.
        text = "\n".join(squeeze(line) for line in page.splitlines())
        if set(_NUMBER.findall(text)) != {document_id}:
            raise CheckFailed(FAILURE, "marks of another document, or of none")
        sheets = _SHEET.findall(text)
        wanted = [f"{pages}枚中{place // 2 + 1}枚目"] if place % 2 else []
        if sheets != wanted:
            raise CheckFailed(FAILURE, "the marks of another sheet")
