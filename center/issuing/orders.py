"""Whether an application (M7) fits what was offered, and which extract it asks for. Pure."""

from center.issuing.extract import HOUSEHOLD, PART, SELF, Extract
from center.issuing.residents import Resident
from center.issuing.sessions import Session
from center.wire.authentication import SKEW_S
from center.wire.messages import Application, CertificateOffer
from crypto.errors import CheckFailed


def check_application(application: Application, session: Session, at: int) -> None:
    """Make sure that the application answers this session's offer, now.

    Raises CheckFailed `application.other_offer` and `application.stale`.
    """
    offers = session.offers
    if (application.offer, application.municipality) != (session.offer, offers.municipality):
        raise CheckFailed("application.other_offer", "it answers another offer")
    if at > session.ends or abs(at - application.at) > SKEW_S:
        raise CheckFailed("application.stale", "offer or application is too old")
    offered = next((one for one in offers.certificates if one.id == application.certificate), None)
    if offered is None or not _fits(application, offered):
        raise CheckFailed("application.other_offer", "it asks for what was not offered")


def extract_of(application: Application, session: Session) -> Extract:
    """The people and facts applied for, people in the order of the record.

    Raises CheckFailed `application.other_offer` when the persons do not fit the kind.
    """
    refs = application.persons
    unknown = [ref for ref in refs if ref not in session.refs]
    if unknown or tuple(sorted(set(refs))) != refs:
        raise CheckFailed("application.other_offer", "it names persons who were not offered")
    persons = tuple(one for ref, one in session.refs.items() if ref in refs)
    if not _persons_fit(application.kind, persons, session):
        raise CheckFailed("application.other_offer", "the persons do not fit the kind")
    options = frozenset(application.options)
    return Extract(application.certificate, application.kind, options, persons)


def check_still_open(offered: tuple[CertificateOffer, ...], certificate: str) -> None:
    """Make sure that the certificate is still issued at this hour.

    Raises CheckFailed `municipality.hours`.
    """
    if not any(one.id == certificate and not one.unavailable for one in offered):
        raise CheckFailed("municipality.hours", "it is no longer issued at this hour")


def _fits(application: Application, offered: CertificateOffer) -> bool:
    options = {one.id for one in offered.options}
    return (
        application.server == offered.server
        and (application.kind in offered.kinds if offered.kinds else application.kind == "")
        and set(application.options) <= options
        and tuple(sorted(set(application.options))) == application.options
        and 1 <= application.copies <= offered.copies_max
        and application.fee_yen == offered.fee_yen * application.copies
    )


def _persons_fit(kind: str, persons: tuple[Resident, ...], session: Session) -> bool:
    alone = persons == (session.applicant,)
    fits = {
        "": alone,
        SELF: alone,
        HOUSEHOLD: len(persons) == len(session.refs),
        PART: bool(persons),
    }
    return fits.get(kind, False)
