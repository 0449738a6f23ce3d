"""Checks 9 to 13 on one copy: content, signature, stamp, words, marks; then the sheets.

Child process only: a parser sees the document here for the first time.
"""

from center.wire.messages import Stamp
from crypto.certificates import parse_pem_bundle
from crypto.errors import CheckFailed
from crypto.pdf_signature import DocumentTrust, check_pdf
from kiosk.document.compose import compose
from kiosk.document.content import check_content, check_marks_content
from kiosk.document.glyphs import Reference
from kiosk.document.imprint import check_imprint
from kiosk.document.job import Job
from kiosk.document.words import check_two_readers, check_words


def inspect(job: Job, reference: Reference) -> bytes:
    """The sheets of one copy, ready to be printed.

    Everything is checked and composed from the two byte strings of `job`. Raises CheckFailed
    `document.*`, `stamp.*`, `text.*`, `marks.*`, in this order.
    """
    content = check_content(job.document, job.pages, reference)
    trust = DocumentTrust(parse_pem_bundle(job.roots), job.crls)
    holder = check_pdf(job.document, trust, job.at, "document.bad_signature")
    if holder.names != (job.municipality, job.server):
        raise CheckFailed("document.bad_signature", "another municipality's server signed it")
    check_stamp(content.stamp, job)
    check_two_readers(job.document, content.runs)
    check_words(content.runs, job)
    _check_marks(job, reference)
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


def _check_marks(job: Job, reference: Reference) -> None:
    """An overlay and a back for every page, and all of them of this document."""
    if check_marks_content(job.marks, reference) != 2 * job.pages:
        raise CheckFailed("marks.sheet_count", "not an overlay and a back for every page")
    check_imprint(job.marks, job.document_id, job.pages)
