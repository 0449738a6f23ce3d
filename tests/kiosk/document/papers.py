"""Small certificates, drawn and signed for a test as the municipality does it."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace

import pikepdf
import pypdfium2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from center.antiforgery.marks import compose
from center.antiforgery.reading import DeliveryContext
from center.demo import _certificate
from center.issuing.document import put_stamp
from center.paper.font import NAME, font
from center.paper.plain import new_canvas, rewrite
from center.pki.layout import State
from center.wire.messages import Stamp
from crypto.keys import private_from_pem
from crypto.pdf_signature import DocumentSigner, sign_pdf
from kiosk.document.job import Job
from kiosk.document.words import squeeze
from tests.kiosk.centre_at_work import NOON

AT = int(NOON.timestamp())
STAMP = Stamp(
    application=b"a" * 32, card=b"c" * 32, certificate="resident_record", kind="self",
    options=(), persons=("ref-1",), pages=1, document_id="AAAA-BBBB-CCCC-DDDD",
)  # fmt: skip
Lines = tuple[str, ...]
TITLE: Lines = ("住　民　票", "住　所|見本県見本市見本一丁目１番１号", "世帯主|【省略】")
PERSON: Lines = (
    "氏　名|見本　花子", "生年月日|昭和５５年１１月３日", "性別|女", "続柄|【省略】",
    "本　籍|【省略】", "筆頭者|【省略】", "個人番号|【省略】", "住民票コード|【省略】",
)  # fmt: skip
LINES = (*TITLE, *PERSON)
"""The form line by line, `|` between a label and its value."""


def changed(lines: Lines = LINES, /, **values: str) -> Lines:
    """`lines` with other values behind some labels (written without spaces)."""
    done = []
    for line in lines:
        label, _, _ = line.partition("|")
        bare = label.replace("　", "")
        done.append(f"{label}|{values[bare]}" if bare in values else line)
    return tuple(done)


def person(name: str, birthday: str = "平成２年２月２日") -> Lines:
    """Another person's block."""
    return changed(PERSON, 氏名=name, 生年月日=birthday)


Mend = Callable[[pikepdf.Pdf], None]


def drawn(*sheets: Lines) -> bytes:
    """Sheets of A4 with these lines, the one font embedded."""
    made = io.BytesIO()
    canvas = new_canvas(made)
    for lines in sheets:
        canvas.setFont(NAME, 12)
        for number, line in enumerate(lines):
            for column, text in enumerate(line.split("|")):
                canvas.drawString(60 + 120 * column, 760 - 24 * number, font().typeset(text))
        canvas.showPage()
    canvas.save()
    return rewrite(made.getvalue(), {})


def texts_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [squeeze(page.get_textpage().get_text_range()) for page in document]


def marks_of(document_id: str = "", pages: int = 1) -> bytes:
    """The marks as the centre draws them, but for the block with each page's own picture."""
    return compose(DeliveryContext(document_id or STAMP.document_id, pages), [None] * pages)


def mended(pdf: bytes, mend: Mend) -> bytes:
    """The document after `mend` had its way with it."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        mend(document)
        document.save(made)
    return made.getvalue()


class Press:
    """The municipality's document key."""

    def __init__(self, state: State) -> None:
        key = private_from_pem(state.key("municipality-document").read_bytes())
        assert isinstance(key, RSAPrivateKey)
        self.signer = DocumentSigner(key, _certificate(state, "municipality-document"))
        self._state = state

    def paper(self, lines: Lines = LINES, stamp: Stamp = STAMP, mend: Mend | None = None) -> bytes:
        """A signed certificate with these lines on its first sheet, and that stamp."""
        pdf = put_stamp(drawn(lines, *[TITLE] * (stamp.pages - 1)), stamp)
        if mend is not None:
            pdf = mended(pdf, mend)
        return sign_pdf(pdf, self.signer, AT)

    def job(self, document: bytes | None = None, **changes: object) -> Job:
        """What is checked of it."""
        job = Job(
            document=document or self.paper(), marks=marks_of(),
            document_id=STAMP.document_id, pages=1, at=AT,
            roots=self._state.trust("municipalities").read_bytes(),
            crls=(self._state.crl("municipalities").read_bytes(),),
            municipality="99201", server="main", application=STAMP.application, card=STAMP.card,
            certificate="resident_record", kind="self", options=(), persons=("ref-1",),
            names=(("ref-1", "見本　花子"), ("ref-2", "見本　太郎")), applicant="ref-1",
            birthday="1103",
        )  # fmt: skip
        return replace(job, **changes)  # type: ignore[arg-type]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
