"""Do once what is slow the first time: load the font, draw, sign, verify, render."""

from center.antiforgery.marks import Engraver
from center.antiforgery.reading import DeliveryContext
from center.clock import Clock, japan_time, utc_seconds
from center.issuing import document
from center.issuing.copies import Press
from center.issuing.extract import RESIDENT_RECORD, SEAL_REGISTRATION, SELF, Extract
from center.relay.inspection import IssuingServers
from crypto.pdf_signature import check_pdf


def warm_up(press: Press, engraver: Engraver, servers: IssuingServers, clock: Clock) -> None:
    """Make one of everything and throw it away. Proves too that all of it works: raises if not."""
    at, day = utc_seconds(clock), japan_time(clock).date()
    resident = next(one for one in press.registration.residents if one.seal)
    context = DeliveryContext(document.new_document_id(), pages=1)
    for certificate, kind in ((RESIDENT_RECORD, SELF), (SEAL_REGISTRATION, "")):
        extract = Extract(certificate, kind, frozenset(), (resident,))
        pdf = press.sign_pdf(document.draw(extract, press.office, day), at)
        check_pdf(pdf, servers.documents, at, "document.bad_signature")
        engraver.read_back(engraver.make(pdf, context), pdf, context)
