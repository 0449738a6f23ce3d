"""Do once what is slow the first time: load the font, draw, sign, verify, render."""

from center.antiforgery.reading import DeliveryContext
from center.clock import Clock, japan_time, utc_seconds
from center.issuing import document
from center.issuing.copies import Press
from center.issuing.extract import RESIDENT_RECORD, SEAL_REGISTRATION, SELF, Extract
from center.wire.messages import Stamp
from center.workroom.room import Workroom


def warm_up(press: Press, room: Workroom, clock: Clock) -> None:
    """Make one of everything and throw it away. Proves too that all of it works: raises if not."""
    at, day = utc_seconds(clock), japan_time(clock).date()
    resident = next(one for one in press.registration.residents if one.seal)
    context = DeliveryContext(document.new_document_id(), pages=1)
    for certificate, kind in ((RESIDENT_RECORD, SELF), (SEAL_REGISTRATION, "")):
        extract = Extract(certificate, kind, frozenset(), (resident,))
        stamp = Stamp(
            application=bytes(32), card=bytes(32), certificate=certificate, kind=kind,
            options=(), persons=("nobody",), pages=1, document_id=context.document_id,
        )  # fmt: skip
        drawn = document.put_stamp(document.draw(extract, press.office, day), stamp)
        pdf = press.sign_pdf(drawn, at)
        room.parse(pdf, at)
        room.read_back(room.make(pdf, context), pdf, context)
