"""What is offered to one resident now. No wire; time is an argument."""

import datetime

from center.issuing.extract import INDIVIDUAL_NUMBER, SEAL_REGISTRATION
from center.issuing.municipality import Municipality, Offered
from center.issuing.residents import Resident
from center.wire.messages import CertificateOffer

RESIDENCE = "residence"
"""The scope this municipality serves: certificates of the municipality one lives in (住所地)."""


def offers_for(
    municipality: Municipality, resident: Resident, scope: str, local: datetime.datetime
) -> tuple[CertificateOffer, ...]:
    """The certificates this resident may apply for, closed ones with the reason.

    Empty for 本籍地: 戸籍証明書 and 附票 are not built.
    """
    if scope != RESIDENCE:
        return ()
    return tuple(
        _offer(municipality, one, resident, local)
        for one in municipality.certificates
        if one.id != SEAL_REGISTRATION or resident.seal
    )


def _offer(
    municipality: Municipality, one: Offered, resident: Resident, local: datetime.datetime
) -> CertificateOffer:
    return CertificateOffer(
        id=one.id,
        server=municipality.server,
        fee_yen=one.fee_yen,
        copies_max=one.copies_max,
        kinds=one.kinds,
        options=tuple(
            option
            for option in one.option
            if option.id != INDIVIDUAL_NUMBER or resident.individual_number
        ),
        languages=tuple(language for language, _ in one.message),
        message=one.message,
        hours=one.hours,
        unavailable=_unavailable(municipality, one, local),
    )


def _unavailable(municipality: Municipality, one: Offered, local: datetime.datetime) -> str:
    if municipality.in_maintenance(local):
        return "maintenance"
    return "" if one.is_open(local) else "hours"
