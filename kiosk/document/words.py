"""Whether a certificate's own text says what was applied for, and no more. Child process only.

The statement was made from the request and the stamp from the record; this reads the drawing
itself, so that a swap before or after drawing shows. Text is compared in NFC with its variation
selectors kept, and without any space: lines of a form break where they like.

Source: the check digit of 個人番号: 総務省令第85号 (平成26年), 第5条.
"""

import re
import unicodedata
from collections.abc import Iterable

import pypdfium2

from crypto.errors import CheckFailed
from kiosk.document.job import Job

_OTHER = "text.other_person"
_MORE = "text.discloses_more"
_BIRTHDAY = "text.birthday_differs"

_TWELVE = re.compile(r"(?<!\d)\d{12}(?!\d)")
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_NAMING = frozenset({"household_head", "domicile"})
"""Items that name one person each who may not be applied for: 世帯主, 筆頭者."""


def check_words(document: bytes, job: Job) -> None:
    """Names, birthday and numbers of the text against the application.

    Raises CheckFailed `text.other_person`, `text.discloses_more`, `text.birthday_differs`.
    """
    written = "\n".join(read_text(document))
    text = squeeze(written)
    names = dict(job.names)
    for ref in job.persons:
        if squeeze(names.get(ref, "")) not in text or not names.get(ref):
            raise CheckFailed(_OTHER, "a person applied for is not named")
    _check_no_more(text, job)
    _check_no_number(written, text, job)
    digits = to_digits(text)
    month, day = int(job.birthday[:2]), int(job.birthday[2:])
    if job.applicant in job.persons and not _says_day(digits, month, day):
        raise CheckFailed(_BIRTHDAY, "the applicant's birthday is not there")


def read_text(document: bytes) -> Iterable[str]:
    """The text of each page, in order."""
    pdf = pypdfium2.PdfDocument(document)
    try:
        for page in pdf:
            yield page.get_textpage().get_text_range()
    finally:
        pdf.close()


def squeeze(text: str) -> str:
    """NFC, and no space or line break of any kind."""
    return "".join(unicodedata.normalize("NFC", text).split())


def to_digits(text: str) -> str:
    """Full-width digits as ASCII; everything else as it is."""
    return "".join(str(unicodedata.digit(c)) if "０" <= c <= "９" else c for c in text)


def is_individual_number(digits: str) -> bool:
    """Whether twelve digits carry the check digit of a 個人番号."""
    body, check = digits[:11], int(digits[11])
    remainder = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11
    return check == (0 if remainder <= 1 else 11 - remainder)


def _check_no_more(text: str, job: Job) -> None:
    if len(_named_besides(text, job)) > len(_NAMING & set(job.options)):
        raise CheckFailed(_MORE, "a person not applied for is named")


def _check_no_number(written: str, squeezed: str, job: Job) -> None:
    """As it stands, lest a digit beside it hides it; and squeezed, lest a space does."""
    if "individual_number" in job.options:
        return
    numbers = (n for text in (written, squeezed) for n in _TWELVE.findall(to_digits(text)))
    if any(is_individual_number(number) for number in numbers):
        raise CheckFailed(_MORE, "an individual number that was not asked for")


def _named_besides(text: str, job: Job) -> set[str]:
    """Names of the household in the text that are nobody's who was applied for."""
    shown = {squeeze(name) for ref, name in job.names if ref in job.persons}
    others = {squeeze(name) for ref, name in job.names if ref not in job.persons}
    found = {name for name in others if name in text}
    # A name that is part of another one that stands there cannot be told apart from it.
    return {
        name for name in found if not any(name in other for other in (shown | found) - {name})
    } - shown


def _says_day(digits: str, month: int, day: int) -> bool:
    return re.search(rf"(?<!\d){month}月{day}日", digits) is not None
