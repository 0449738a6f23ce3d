"""Do once what is slow the first time: load the font, draw, sign, verify, render."""

from collections.abc import Iterable

from center.antiforgery.reading import DeliveryContext
from center.clock import Clock, japan_time, utc_seconds
from center.issuing import document
from center.issuing.copies import Press
from center.issuing.extract import RESIDENT_RECORD, SEAL_REGISTRATION, SELF, Extract
from center.wire.messages import Stamp
from center.workroom.room import Workroom

Paper = tuple[bytes, DeliveryContext]
"""A signed certificate, and what its marks depend on."""


def warm_press(press: Press, clock: Clock) -> tuple[Paper, ...]:
    """Draw and sign one of every certificate, and give them back. Raises if that fails."""
    return tuple(
        _paper(press, clock, certificate, kind)
        for certificate, kind in ((RESIDENT_RECORD, SELF), (SEAL_REGISTRATION, ""))
    )


def warm_room(room: Workroom, papers: Iterable[Paper], clock: Clock) -> None:
    """Parse and mark them, and throw that away. Raises if it fails."""
    for pdf, context in papers:
        room.parse(pdf, utc_seconds(clock))
        room.read_back(room.make(pdf, context), pdf, context)


def _paper(press: Press, clock: Clock, certificate: str, kind: str) -> Paper:
    resident = next(one for one in press.registration.residents if one.seal)
    context = DeliveryContext(document.new_document_id(), pages=1)
    stamp = Stamp(
        application=bytes(32), card=bytes(32), certificate=certificate, kind=kind,
        options=(), persons=("nobody",), pages=1, document_id=context.document_id,
    )  # fmt: skip
    extract = Extract(certificate, kind, frozenset(), (resident,))
    drawn = document.draw(extract, press.office, japan_time(clock).date())
    return press.sign_pdf(document.put_stamp(drawn, stamp), utc_seconds(clock)), context
