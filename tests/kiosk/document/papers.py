"""Small certificates, drawn and signed for a test as the municipality does it."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace

import pikepdf
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from center.demo import _certificate
from center.issuing.document import put_stamp
from center.paper.font import NAME, font
from center.paper.plain import new_canvas, rewrite
from center.pki.layout import State
from center.wire.messages import Stamp
from crypto.keys import private_from_pem
from crypto.pdf_signature import DocumentSigner, sign_pdf
from kiosk.document.job import Job
from tests.kiosk.centre_at_work import NOON

AT = int(NOON.timestamp())
STAMP = Stamp(
    application=b"a" * 32, card=b"c" * 32, certificate="resident_record", kind="self",
    options=(), persons=("ref-1",), pages=1, document_id="AAAA-BBBB-CCCC-DDDD",
)  # fmt: skip
LINES = ("住　民　票", "氏　名　見本　花子", "生年月日　昭和５５年１１月３日", "本籍【省略】")

Mend = Callable[[pikepdf.Pdf], None]


def drawn(lines: tuple[str, ...] = LINES, pages: int = 1) -> bytes:
    """Plain text on sheets of A4, the one font embedded."""
    made = io.BytesIO()
    canvas = new_canvas(made)
    for _ in range(pages):
        canvas.setFont(NAME, 12)
        for number, line in enumerate(lines):
            canvas.drawString(60, 760 - 24 * number, font().typeset(line))
        canvas.showPage()
    canvas.save()
    return rewrite(made.getvalue(), {})


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
        self._signer = DocumentSigner(key, _certificate(state, "municipality-document"))
        self._state = state

    def paper(
        self, lines: tuple[str, ...] = LINES, stamp: Stamp = STAMP, mend: Mend | None = None
    ) -> bytes:
        """A signed certificate with these lines and that stamp."""
        pdf = put_stamp(drawn(lines, stamp.pages), stamp)
        if mend is not None:
            pdf = mended(pdf, mend)
        return sign_pdf(pdf, self._signer, AT)

    def job(self, document: bytes | None = None, **changes: object) -> Job:
        """What is checked of it."""
        job = Job(
            document=document or self.paper(), marks=drawn(("裏",), 2),
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
