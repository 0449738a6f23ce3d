"""Whether a certificate's own text says what was applied for, and no more. Child process only.

The statement was made from the request and the stamp from the record; this reads the drawing
itself, so that a swap before or after drawing shows. It goes by the form's printed labels: as many
names and birthdays as persons, each name one that was applied for, and 【省略】 behind every label
of what was not asked for. Text is compared in NFC with its variation selectors kept, and without
any space: lines of a form break where they like.

What was read is read twice, by two readers that share no code; they must agree.

Source: the check digit of 個人番号: 総務省令第85号 (平成26年), 第5条.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2

from crypto.errors import CheckFailed
from kiosk.document.drawing import Run
from kiosk.document.forms import BIRTHDAY, FORMS, NAME, NAMING, OMITTED, Form
from kiosk.document.job import Job
from kiosk.document.skeleton import FORBIDDEN

_OTHER = "text.other_person"
_MORE = "text.discloses_more"
_BIRTHDAY = "text.birthday_differs"

_DIGITS = 12
_LINE_PT = 4.0
"""How far lines of text of one row may lie apart."""
_KANJI_DIGITS = {text: str(at) for at, text in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_ROW_PT = 16.0
"""How far a value's line may lie above or below its label's: half the highest row of a form."""


@dataclass(frozen=True, slots=True)
class Field:
    """A printed label and what stands behind it, each without spaces."""

    label: str
    values: tuple[str, ...] = field(repr=False)

    @property
    def value(self) -> str:
        """All of it; a long value stands in two lines."""
        return "".join(self.values)

    def says(self, name: str) -> bool:
        """Whether the value is `name`, perhaps under its reading."""
        return name in (self.value, "".join(self.values[1:]))


def check_words(runs: Sequence[Run], job: Job) -> None:
    """Names, birthday, items and numbers of the text against the application.

    Raises CheckFailed `text.other_person`, `text.discloses_more`, `text.birthday_differs`.
    """
    form = FORMS.get(job.certificate)
    if form is None:
        raise CheckFailed(_MORE, "a form this terminal does not know")
    fields = read_fields(runs, form)
    _check_names(fields, job)
    _check_counts(fields, runs, form, job)
    _check_withheld(fields, runs, form, job)
    _check_nobody_else(fields, runs, job)
    _check_no_number(runs, job)
    _check_birthday(fields, job)


def check_two_readers(document: bytes, runs: Sequence[Run]) -> None:
    """PDFium reads the same characters out of each page of `document` as stand in `runs`, and
    where a run stands it reads that run.

    Raises CheckFailed `document.forbidden_content`.
    """
    pdf = pypdfium2.PdfDocument(document)
    try:
        for number, page in enumerate(pdf):
            here = [run for run in runs if run.page == number]
            if not _reads(page.get_textpage(), here):
                raise CheckFailed(FORBIDDEN, "two readers read different text")
    finally:
        pdf.close()


def _reads(page: Any, runs: Sequence[Run]) -> bool:
    """Whether a page as PDFium reads it holds these runs, each in its place, and no more."""
    ours = Counter(squeeze("".join(run.text for run in runs)))
    return ours == Counter(squeeze(page.get_text_range())) and all(
        squeeze(page.get_text_bounded(*run.box)) == squeeze(run.text) for run in runs
    )


def read_fields(runs: Sequence[Run], form: Form) -> list[Field]:
    """Each label with what stands to its right in its row, in the order of drawing.

    What follows a label is its value, even where it reads like a label (続柄 世帯主).
    """
    labels, fields, at = form.labels, [], 0
    while at < len(runs):
        label, at = runs[at], at + 1
        if squeeze(label.text) not in labels:
            continue
        begin = at
        while at < len(runs) and _beside(label, runs[at]):
            if at > begin and squeeze(runs[at].text) in labels:
                break
            at += 1
        values = tuple(squeeze(run.text) for run in runs[begin:at])
        fields.append(Field(squeeze(label.text), values))
    return fields


def _beside(label: Run, value: Run) -> bool:
    return value.page == label.page and value.x > label.x and abs(value.y - label.y) < _ROW_PT


def _check_names(fields: list[Field], job: Job) -> None:
    """Everybody applied for is named in a field for names, and nobody else is."""
    names = dict(job.names)
    wanted = Counter(squeeze(names.get(ref, "")) for ref in job.persons)
    said = [one for one in fields if one.label == NAME]
    found = Counter(name for name in wanted for one in said if name and one.says(name))
    if any(found[name] < count or not name for name, count in wanted.items()):
        raise CheckFailed(_OTHER, "a person applied for is not named")
    if len(said) != len(job.persons):
        raise CheckFailed(_MORE, "more or fewer persons than were applied for")


def _check_counts(fields: list[Field], runs: Sequence[Run], form: Form, job: Job) -> None:
    """It is the form that was applied for, for so many persons, on so many sheets."""
    counted = Counter(one.label for one in fields)
    demands = [(labels, len(job.persons)) for labels in form.a_person]
    demands += [(labels, job.pages) for labels in form.a_sheet]
    titles = sum(squeeze(run.text) == form.title for run in runs)
    fits = all(sum(counted[label] for label in labels) == count for labels, count in demands)
    if not fits or titles != job.pages:
        raise CheckFailed(_MORE, "another form, or items for more or fewer persons")


def _check_withheld(fields: list[Field], runs: Sequence[Run], form: Form, job: Job) -> None:
    """What was not chosen is left out, and its label stands nowhere but as a label."""
    hidden = {
        label
        for option, labels in form.withheld.items()
        if option not in job.options
        for label in labels
    }
    if any(one.value != OMITTED for one in fields if one.label in hidden):
        raise CheckFailed(_MORE, "an item that was not chosen")
    for row in read_rows(runs):
        said = letters("".join(run.text for run in row))
        plain = Counter(squeeze(run.text) for run in row)
        if any(said.count(letters(label)) != plain[label] for label in hidden):
            raise CheckFailed(_MORE, "an item that was not chosen, under words of its own")


def _check_nobody_else(fields: list[Field], runs: Sequence[Run], job: Job) -> None:
    """No name of the household but those applied for, outside the items that name somebody."""
    may_name = {label for option in job.options for label in NAMING.get(option, ())}
    text = squeeze("".join(run.text for run in runs))
    for one in fields:
        if one.label in may_name:
            text = text.replace(one.label + one.value, "", 1)
    # By letters alone, compatible ones and variants as one: a dot does not hide a name.
    text = letters(text)
    shown = {letters(name) for ref, name in job.names if ref in job.persons}
    for name in sorted(shown, key=len, reverse=True):
        # A name that is part of one that may stand there cannot be told apart from it.
        text = text.replace(name, "\n")
    others = {letters(name) for ref, name in job.names if ref not in job.persons} - shown
    if any(name and name in text for name in others):
        raise CheckFailed(_MORE, "a person not applied for is named")


def _check_no_number(runs: Sequence[Run], job: Job) -> None:
    """No individual number along a row, in the order of drawing, or down a page by the
    strings that are digits alone; whatever stands between its digits, but for letters."""
    if "individual_number" in job.options:
        return
    rows = read_rows(runs)
    alone: dict[int, str] = {}
    for run in (run for row in rows for run in row if len(digit_rows(run.text)) == 1):
        alone[run.page] = alone.get(run.page, "") + run.text
    written = ["".join(run.text for run in row) for row in rows]
    if any(map(_holds_number, (*written, "".join(run.text for run in runs), *alone.values()))):
        raise CheckFailed(_MORE, "an individual number that was not asked for")


def _holds_number(text: str) -> bool:
    return any(
        is_individual_number(digits[at : at + _DIGITS])
        for digits in digit_rows(text)
        for at in range(len(digits) - _DIGITS + 1)
    )


def _check_birthday(fields: list[Field], job: Job) -> None:
    """Behind the applicant's name stands the birthday the card knows."""
    if job.applicant not in job.persons:
        return
    name = squeeze(dict(job.names)[job.applicant])
    month, day = int(job.birthday[:2]), int(job.birthday[2:])
    names = [one for one in fields if one.label == NAME]
    birthdays = [one for one in fields if one.label == BIRTHDAY]
    pairs = zip(names, birthdays, strict=True)
    if not any(said.says(name) and _says_day(born.value, month, day) for said, born in pairs):
        raise CheckFailed(_BIRTHDAY, "the applicant's birthday is not there")


def read_text(document: bytes) -> Iterable[str]:
    """The text of each page as PDFium reads it, in order."""
    pdf = pypdfium2.PdfDocument(document)
    try:
        for page in pdf:
            yield page.get_textpage().get_text_range()
    finally:
        pdf.close()


def squeeze(text: str) -> str:
    """NFC, and no space or line break of any kind."""
    return "".join(unicodedata.normalize("NFC", text).split())


def letters(text: str) -> str:
    """Letters and kanji alone, compatible characters as one, without variation selectors."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c.isalpha())


def digit_rows(text: str) -> list[str]:
    """Digits of any script and kanji digits as ASCII; letters part them, nothing else does."""
    out = []
    for c in unicodedata.normalize("NFKC", text):
        digit = unicodedata.digit(c, None)
        out.append(
            _KANJI_DIGITS.get(c) or (str(digit) if digit is not None else "\n" * c.isalpha())
        )
    return "".join(out).split("\n")


def read_rows(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs that stand on one line, from the left; the lines of each page downwards."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.page, -run.y)):
        last = rows[-1][-1] if rows else None
        if last is None or last.page != run.page or last.y - run.y > _LINE_PT:
            rows.append([])
        rows[-1].append(run)
    return [sorted(row, key=lambda run: run.x) for row in rows]


def to_digits(text: str) -> str:
    """Full-width digits as ASCII; everything else as it is."""
    return "".join(str(unicodedata.digit(c)) if "０" <= c <= "９" else c for c in text)


def is_individual_number(digits: str) -> bool:
    """Whether twelve digits carry the check digit of a 個人番号."""
    body, check = digits[:11], int(digits[11])
    remainder = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11
    return check == (0 if remainder <= 1 else 11 - remainder)


def _says_day(text: str, month: int, day: int) -> bool:
    return re.search(rf"(?<!\d){month}月{day}日", to_digits(text)) is not None
