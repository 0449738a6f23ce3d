"""Checks 9 to 13 on one copy: content, signature, stamp, words, marks; then the sheets.

Child process only: a parser sees the document here for the first time.
"""

from center.wire.messages import Stamp
from crypto.certificates import parse_pem_bundle
from crypto.errors import CheckFailed
from crypto.pdf_signature import DocumentTrust, check_pdf
from kiosk.document.compose import compose
from kiosk.document.content import check_content, check_marks
from kiosk.document.job import Job
from kiosk.document.words import check_words


def inspect(job: Job) -> bytes:
    """The sheets of one copy, ready to be printed.

    Raises CheckFailed `document.*`, `stamp.*`, `text.*`, `marks.*`, in this order.
    """
    stamp = check_content(job.document, job.pages)
    trust = DocumentTrust(parse_pem_bundle(job.roots), job.crls)
    holder = check_pdf(job.document, trust, job.at, "document.bad_signature")
    if holder.names != (job.municipality, job.server):
        raise CheckFailed("document.bad_signature", "another municipality's server signed it")
    check_stamp(stamp, job)
    check_words(job.document, job)
    check_marks(job.marks, job.pages)
    return compose(job.document, job.marks, job.pages)


def check_stamp(stamp: Stamp, job: Job) -> None:
    """What the record that was drawn says of itself, against the application.

    Raises CheckFailed `stamp.other_application`, `stamp.other_person`, `stamp.other_kind`.
    """
    kind = (stamp.certificate, stamp.kind, stamp.options, stamp.pages)
    demands = (
        (stamp.application == job.application, "stamp.other_application"),
        (stamp.document_id == job.document_id, "stamp.other_application"),
        (stamp.card == job.card, "stamp.other_person"),
        (stamp.persons == job.persons, "stamp.other_person"),
        (kind == (job.certificate, job.kind, job.options, job.pages), "stamp.other_kind"),
    )
    for holds, failure in demands:
        if not holds:
            raise CheckFailed(failure, "the stamp and the application differ")
