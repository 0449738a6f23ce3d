"""Every failure a visit may meet: what it means, who can put it right, what may still be done.

A failure is a name. Names of devices come from `drivers.reasons`; names of checks and refusals
are those of the protocol between card, terminal, centre and municipality. One table answers all
of: which sentence the resident reads (`text`), what the operator's page says (`what`, `advice`),
and what the session does (`recovery`, by phase). No rule repeats error handling. No wire, no clock.
"""

import enum
from dataclasses import dataclass

from drivers.reasons import REASONS, Remedy
from kiosk.session.model import Phase


class Recovery(enum.StrEnum):
    """What the session may do about it."""

    PLACE_AGAIN = "place_again"  # the card is put down again, nothing else is lost
    RETRY = "retry"  # the same step may be tried once more, and costs nothing twice
    START_AGAIN = "start_again"  # only from the card on, with a new visit at the centre
    END = "end"  # nothing more can be done in this visit
    RETURN = "return"  # the coins come back
    SETTLE = "settle"  # paper or money is moving: the supervisor settles what happened


@dataclass(frozen=True, slots=True)
class Failure:
    """A named failure. `text` is the key of the resident's sentence: `failure.<text>.…`."""

    name: str
    text: str
    recovery: Recovery
    remedy: Remedy
    what: str
    """One English sentence for the operator: what happened."""
    advice: str
    """One English sentence for the operator: what to do."""


_PLACE, _RETRY, _END = Recovery.PLACE_AGAIN, Recovery.RETRY, Recovery.END
_START = Recovery.START_AGAIN

# Devices: their meaning stands in drivers.reasons; here only what the session does about them.
_DEVICES: dict[str, tuple[str, Recovery]] = {
    "card.removed": ("card_removed", _PLACE),
    "card.reset": ("card_removed", _PLACE),
    "card.pin.unknown": ("pin_unknown", _PLACE),
    "card.swapped": ("card_swapped", _RETRY),
    "card.mute": ("card_mute", _RETRY),
    "card.protocol": ("card_mute", _RETRY),
    "card.sharing_violation": ("card_mute", _RETRY),
    "card.kind.unsupported": ("card_unsupported", _RETRY),
    "card.kind.juki": ("card_juki", _RETRY),
    "card.kind.phone": ("card_phone", _RETRY),
    "card.several": ("card_several", _RETRY),
    "card.code.blocked": ("code_blocked", _END),
    "card.attributes.invalid": ("card_unusable", _END),
    "card.ap.not_found": ("card_ap_missing", _RETRY),
    "card.certificate.not_found": ("card_no_certificate", _END),
    "card.pin.wrong": ("pin_wrong", _RETRY),
    "card.pin.blocked": ("pin_blocked", _END),
    "card.signature.invalid": ("card_unusable", _END),
    "card.no_service": ("reader", _END),
    "card.no_reader": ("reader", _END),
    "coin.change_short": ("change_short", _END),
    "printer.paper_out": ("printer_paper", _END),
    "printer.jam": ("printer_jam", _END),
}
_DEVICE_TEXTS = {"coin": "coin", "printer": "printer", "receipt": "receipt", "card": "reader"}

_OURS = "Send the journal to whoever maintains this terminal."
_MUNICIPALITY = "Tell the municipality; its server stays suspended until a named person clears it."
_NETWORK = "Check the line to the centre; the terminal tries again with the next resident."


def _f(name: str, text: str, recovery: Recovery, remedy: Remedy, *pages: str) -> Failure:
    what, advice = pages
    return Failure(name, text, recovery, remedy, what, advice)


_R, _A, _T, _N = Remedy.RESIDENT, Remedy.ATTENDANT, Remedy.TECHNICIAN, Remedy.NOBODY

_CHECKS = (
    # --- ways through the visit
    _f(
        "card.was_already_there",
        "card_there",
        _RETRY,
        _R,
        "A card lay on the reader before the visit began.",
        "Keep a forgotten card for its owner.",
    ),
    _f(
        "resident.denies",
        "denies",
        _END,
        _A,
        "The resident says that the name shown is not theirs.",
        "Tell the municipality at once: a card may be linked to the wrong person.",
    ),
    _f(
        "offers.none",
        "offers_none",
        _END,
        _R,
        "The municipality offers nothing that this terminal can issue.",
        "The municipality's office can help.",
    ),
    # --- the visit with the centre (M1, M2)
    _f(
        "visit.bad_signature",
        "centre_distrusted",
        _END,
        _T,
        "The centre's answer is not signed by the centre.",
        "Check the centre's trust anchors.",
    ),
    _f(
        "visit.not_for_us",
        "centre_distrusted",
        _END,
        _T,
        "The centre's answer is for another terminal or another question.",
        _OURS,
    ),
    _f("visit.unknown", "start_again", _START, _R, "The centre does not know this visit.", _OURS),
    _f(
        "visit.expired",
        "start_again",
        _START,
        _R,
        "The visit took longer than its challenge is valid.",
        "Nothing to do.",
    ),
    _f("visit.used", "start_again", _START, _R, "The challenge was used before.", _OURS),
    _f(
        "visit.other_terminal",
        "centre_distrusted",
        _END,
        _T,
        "The challenge belongs to another terminal.",
        _OURS,
    ),
    _f(
        "clock.skewed",
        "clock",
        _END,
        _T,
        "The terminal's clock and the centre's differ by more than two minutes.",
        "Set the terminal's clock.",
    ),
    # --- the certificate (M4)
    _f(
        "certificate.issuer_unknown",
        "card_unusable",
        _END,
        _R,
        "The card's certificate comes from no authority this service knows.",
        "The municipal office can check the card.",
    ),
    _f(
        "certificate.not_user_authentication",
        "card_unusable",
        _END,
        _R,
        "The card's certificate is not one for user authentication.",
        "The municipal office can check the card.",
    ),
    _f(
        "certificate.expired",
        "certificate_expired",
        _END,
        _R,
        "The certificate on the card has expired.",
        "The municipal office renews it.",
    ),
    _f(
        "certificate.revoked",
        "certificate_revoked",
        _END,
        _R,
        "The certificate on the card was revoked.",
        "The municipal office issues a new one.",
    ),
    _f(
        "certificate.status_unknown",
        "status_unknown",
        _END,
        _N,
        "The responder does not know the certificate.",
        "The municipal office can check the card.",
    ),
    _f(
        "auth.bad_signature",
        "card_unusable",
        _END,
        _T,
        "The card's signature does not fit the statement.",
        _OURS,
    ),
    _f(
        "auth.other_card",
        "card_unusable",
        _END,
        _T,
        "The statement names another card than the one that signed.",
        _OURS,
    ),
    _f(
        "jpki.unavailable",
        "jpki",
        _RETRY,
        _N,
        "The JPKI responder does not answer.",
        "Led by the centre; nothing to do here.",
    ),
    _f(
        "jpki.response_invalid",
        "jpki_distrusted",
        _END,
        _N,
        "The JPKI responder's answer did not pass.",
        "Led by the centre; nothing to do here.",
    ),
    # --- the municipality (M5, M6)
    _f(
        "resident.unknown",
        "resident_unknown",
        _END,
        _R,
        "The municipality does not know this card.",
        "The resident registers the card at the municipal office.",
    ),
    _f(
        "resident.ambiguous",
        "wrong_link",
        _END,
        _T,
        "The card is linked to more than one resident.",
        _MUNICIPALITY,
    ),
    _f(
        "registration.implausible",
        "wrong_link",
        _END,
        _T,
        "The linked resident's birthday does not fit the certificate.",
        _MUNICIPALITY,
    ),
    _f(
        "offers.bad_signature",
        "municipality_cannot",
        _END,
        _T,
        "The offers are not signed by the municipality.",
        _MUNICIPALITY,
    ),
    _f(
        "offers.other_visit",
        "municipality_cannot",
        _END,
        _T,
        "The offers belong to another visit.",
        _MUNICIPALITY,
    ),
    _f(
        "offers.other_municipality",
        "municipality_cannot",
        _END,
        _T,
        "The offers come from another municipality than they name.",
        _MUNICIPALITY,
    ),
    _f(
        "offers.not_for_us",
        "municipality_cannot",
        _END,
        _T,
        "The offers cannot be opened with this visit's key.",
        _MUNICIPALITY,
    ),
    _f(
        "offers.birthday_differs",
        "wrong_link",
        _END,
        _T,
        "The resident's birthday does not fit the card's certificate.",
        _MUNICIPALITY,
    ),
    _f(
        "offers.other_person",
        "wrong_link",
        _END,
        _T,
        "Two servers of the municipality know the card as different people.",
        _MUNICIPALITY,
    ),
    # --- the application (M7)
    _f(
        "application.bad_signature",
        "application",
        _END,
        _T,
        "The application's signature did not pass.",
        _OURS,
    ),
    _f(
        "application.replayed",
        "application",
        _END,
        _T,
        "An application of that number was already served.",
        _OURS,
    ),
    _f(
        "application.other_offer",
        "application",
        _END,
        _T,
        "The application does not fit the offer.",
        _OURS,
    ),
    _f(
        "application.stale",
        "start_again",
        _START,
        _R,
        "The offer's time had run out.",
        "Nothing to do.",
    ),
    _f(
        "suspended",
        "suspended",
        _END,
        _N,
        "The centre has suspended this municipality's server.",
        _MUNICIPALITY,
    ),
    # --- the delivery (M9)
    _f("delivery.too_large", "document", _END, _T, "The delivery is too large.", _OURS),
    _f(
        "delivery.bad_signature",
        "document",
        _END,
        _T,
        "The delivery is not signed by the centre.",
        "Check the centre's trust anchors.",
    ),
    _f(
        "delivery.not_for_us",
        "document",
        _END,
        _T,
        "The delivery is for another visit or terminal.",
        _OURS,
    ),
    _f(
        "delivery.other_application",
        "document",
        _END,
        _T,
        "The delivery answers another application.",
        _OURS,
    ),
    _f(
        "delivery.stale_attempt",
        "document",
        _END,
        _T,
        "The delivery answers an earlier attempt.",
        _OURS,
    ),
    _f(
        "issue.bad_signature",
        "document",
        _END,
        _T,
        "The issue statement is not signed by the municipality.",
        _MUNICIPALITY,
    ),
    _f(
        "issue.other_municipality",
        "document",
        _END,
        _T,
        "Another municipality issued the document.",
        _MUNICIPALITY,
    ),
    _f(
        "issue.other_application",
        "document",
        _END,
        _T,
        "The document was issued for another application.",
        _MUNICIPALITY,
    ),
    _f(
        "issue.other_visit",
        "document",
        _END,
        _T,
        "The document was issued for another visit.",
        _MUNICIPALITY,
    ),
    _f(
        "issue.other_card",
        "document",
        _END,
        _T,
        "The document was issued for another card.",
        _MUNICIPALITY,
    ),
    _f(
        "issue.other_content",
        "document",
        _END,
        _T,
        "The document states something else than was applied for.",
        _MUNICIPALITY,
    ),
    _f(
        "issue.fee_differs",
        "document",
        _END,
        _T,
        "The fee issued for is not the fee shown.",
        _MUNICIPALITY,
    ),
    _f(
        "issue.expired",
        "document_late",
        _START,
        _R,
        "The issue statement's time had run out.",
        "Nothing to do.",
    ),
    _f(
        "document.altered",
        "document",
        _END,
        _T,
        "The document is not the one that was signed for.",
        _MUNICIPALITY,
    ),
    _f(
        "marks.altered",
        "document",
        _END,
        _T,
        "The marks are not those that were signed for.",
        "Tell the centre.",
    ),
    _f(
        "document.forbidden_content",
        "document",
        _END,
        _T,
        "The document holds something a certificate must not hold.",
        _MUNICIPALITY,
    ),
    _f(
        "document.too_complex",
        "document",
        _END,
        _T,
        "The document could not be checked within its limits.",
        _MUNICIPALITY,
    ),
    _f(
        "document.bad_signature",
        "document",
        _END,
        _T,
        "The document's own signature did not pass.",
        _MUNICIPALITY,
    ),
    _f(
        "document.repeated",
        "document",
        _END,
        _T,
        "The same document was delivered before.",
        _MUNICIPALITY,
    ),
    _f(
        "stamp.other_application",
        "document",
        _END,
        _T,
        "The stamp inside the document names another application.",
        _MUNICIPALITY,
    ),
    _f(
        "stamp.other_person",
        "document",
        _END,
        _T,
        "The document was drawn for another person.",
        _MUNICIPALITY,
    ),
    _f(
        "stamp.other_kind",
        "document",
        _END,
        _T,
        "The document was drawn as another kind of certificate.",
        _MUNICIPALITY,
    ),
    _f(
        "text.other_person",
        "document",
        _END,
        _T,
        "The document's text does not name whom it should.",
        _MUNICIPALITY,
    ),
    _f(
        "text.discloses_more",
        "document",
        _END,
        _T,
        "The document's text states more than was applied for.",
        _MUNICIPALITY,
    ),
    _f(
        "text.birthday_differs",
        "document",
        _END,
        _T,
        "The document's text has another birthday.",
        _MUNICIPALITY,
    ),
    _f(
        "marks.sheet_count",
        "document",
        _END,
        _T,
        "The marks do not fit the number of sheets.",
        "Tell the centre.",
    ),
    _f(
        "marks.read_back",
        "document",
        _END,
        _T,
        "The centre could not read its marks back.",
        "Tell the centre.",
    ),
    _f(
        "vault.other_document",
        "document",
        _END,
        _T,
        "What was about to be printed is not what was checked.",
        _OURS,
    ),
    # --- the wire and the line
    _f(
        "wire.not_canonical",
        "centre_distrusted",
        _END,
        _T,
        "An answer is not in the one form it may have.",
        _OURS,
    ),
    _f(
        "wire.unknown_field",
        "centre_distrusted",
        _END,
        _T,
        "An answer has a field nobody knows.",
        "Update the terminal.",
    ),
    _f("wire.too_large", "centre_distrusted", _END, _T, "An answer is too large.", _OURS),
    _f(
        "centre.unreachable",
        "centre_unreachable",
        _RETRY,
        _N,
        "Neither site of the centre can be reached.",
        _NETWORK,
    ),
    _f(
        "centre.timeout",
        "centre_slow",
        _RETRY,
        _N,
        "The centre did not answer in time.",
        _NETWORK,
    ),
    _f(
        "centre.tls",
        "centre_distrusted",
        _END,
        _T,
        "The centre's certificate, or ours, did not pass.",
        "Check both certificates and the clock.",
    ),
    _f(
        "centre.failed",
        "centre_failed",
        _RETRY,
        _N,
        "The centre failed at its own side.",
        _NETWORK,
    ),
    _f(
        "terminal.not_admitted",
        "identity",
        _END,
        _T,
        "The centre does not admit this terminal.",
        "Have the terminal's certificate renewed.",
    ),
    _f(
        "municipality.unreachable",
        "municipality_unreachable",
        _RETRY,
        _N,
        "The centre cannot reach the municipality.",
        "Led by the centre; nothing to do here.",
    ),
    _f(
        "municipality.hours",
        "municipality_hours",
        _END,
        _N,
        "The municipality does not serve now.",
        "Nothing to do.",
    ),
    # --- who this terminal is to the centre
    _f(
        "identity.expired",
        "identity",
        _END,
        _T,
        "The terminal's certificate has run out, so no centre admits it.",
        "Enrol the terminal anew: put a fresh certificate and key where [center] says.",
    ),
    _f(
        "identity.unusable",
        "identity",
        _END,
        _T,
        "The terminal's certificate or key cannot be read, or they do not belong together.",
        "Put certificate and key in one file where [center] says, owned by the terminal's user.",
    ),
    _f(
        "identity.next_refused",
        "identity",
        _END,
        _T,
        "The terminal's next certificate did not pass; the present one goes on.",
        "Nothing yet, another is asked for; if it stays, tell the centre before the present ends.",
    ),
    _f(
        "identity.disk",
        "identity",
        _END,
        _T,
        "The terminal's next certificate could not be written; the present one goes on.",
        "Make room, and make the certificate's directory writable for the terminal's user.",
    ),
    _f(
        "identity.request_invalid",
        "identity",
        _END,
        _T,
        "The centre could not read the terminal's request for its next certificate.",
        _OURS,
    ),
    _f(
        "identity.key_reused",
        "identity",
        _END,
        _T,
        "The terminal asked for a certificate of the key it has already.",
        _OURS,
    ),
    # --- the supervisor's own: what closes service, and what becomes a case
    _f(
        "journal.disk_full",
        "defect",
        _END,
        _T,
        "The journal's disk is full, so no money is taken.",
        "Make room on the journal's disk; service opens again by itself.",
    ),
    _f(
        "journal.failed",
        "defect",
        _END,
        _T,
        "The journal cannot be written, so nothing moves any more.",
        "Replace or mend the disk, keep the journal's file, then start the terminal anew.",
    ),
    _f(
        "terminal.settling",
        "settling",
        _RETRY,
        _N,
        "The visit before is still being settled.",
        "Nothing to do; if it stays, look at the device the journal names last.",
    ),
    _f(
        "terminal.exchange",
        "exchange",
        _END,
        _A,
        "Staff has the machine open to refill it and to collect its boxes.",
        "Count and sign with kiosk exchange end; service opens again.",
    ),
    _f(
        "terminal.examiner",
        "defect",
        _END,
        _T,
        "The process that examines documents cannot work on this machine.",
        'Run kiosk check: its line "document examiner" says what is missing.',
    ),
    _f(
        "trust.list_not_in_force",
        "defect",
        _END,
        _T,
        "The municipalities' list of revoked certificates is not in force at this time.",
        "Look at the clock, then fetch the list anew (center.municipality_crls).",
    ),
    _f(
        "terminal.restart",
        "defect",
        _END,
        _A,
        "After a long power failure there was money of a visit in the machine.",
        "Keep the case's amount for its owner, then close the case.",
    ),
    _f(
        "payment.closed",
        "start_again",
        _END,
        _N,
        "A copy was to be printed after its payment had been given back.",
        "Nothing to do.",
    ),
    _f(
        "visit.died",
        "defect",
        _END,
        _T,
        "The visit's process ended by itself and what it held was settled without it.",
        _OURS,
    ),
    _f(
        "coin.maybe",
        "coin",
        _END,
        _A,
        "A coin may lie in the acceptor that was never credited.",
        "Look into the acceptor; pay a coin that is found to its owner, then close the case.",
    ),
    _f(
        "coin.bill_maybe",
        "coin",
        _END,
        _A,
        "A bill may lie in the validator that was never credited.",
        "Open the validator; pay a bill that is found to its owner, then close the case.",
    ),
    _f(
        "coin.events_lost",
        "coin",
        _END,
        _A,
        "The acceptor or the bill validator reports more money than it could name.",
        "Count hoppers, cash box and stacker against the journal, then close the case.",
    ),
    _f(
        "coin.payout_unknown",
        "coin",
        _END,
        _A,
        "It is not known how many coins a hopper paid.",
        "Count that hopper; what is missing in the tray is owed, then close the case.",
    ),
    _f(
        "coin.escrow_unknown",
        "coin",
        _END,
        _A,
        "It is not known whether the coins in the escrow came back.",
        "Look into escrow and tray; what did not come back is owed, then close the case.",
    ),
    _f(
        "terminal.defect",
        "defect",
        _END,
        _T,
        "The terminal's program came to a place it should not.",
        _OURS,
    ),
)

FAILURES: dict[str, Failure] = {
    **{
        reason.name: Failure(
            reason.name,
            *_DEVICES.get(reason.name, (_DEVICE_TEXTS[reason.name.partition(".")[0]], _END)),
            reason.remedy,
            reason.what,
            reason.advice,
        )
        for reason in REASONS.values()
    },
    **{failure.name: failure for failure in _CHECKS},
}

SHARED: dict[str, str] = {
    "application": "What left the terminal and what arrived differ; only a new beginning mends it.",
    "card_mute": "To whoever holds the card it is one thing: it was not heard.",
    "card_removed": "A card that moved and a card that lost its power look the same from outside.",
    "card_unusable": "Certificate or signature: only the municipal office can look at the card.",
    "centre_distrusted": "Who is at the other end is not proven. The resident can do nothing "
    "about it, and what failed exactly is for staff, not for whoever pretends.",
    "coin": "Staff mends the machine; the code on the screen says what to look at.",
    "defect": "The terminal cannot go on by itself, whatever broke; the money is said separately.",
    "document": "A certificate may be somebody else's. The resident loses nothing, can do nothing, "
    "and must not be told whether it was the name, the picture or a signature that gave it away.",
    "identity": "The terminal has no valid proof of itself; which one is for the technician.",
    "municipality_cannot": "The municipality's answer did not pass; its office is who can help.",
    "printer": "Staff mends the printer; the code on the screen says what to look at.",
    "reader": "Staff mends the reader; the code on the screen says what to look at.",
    "receipt": "Staff mends the receipt printer; the certificate is not touched by it.",
    "start_again": "Time ran out at one of several clocks; to begin again is the same for all.",
    "wrong_link": "Card and record do not belong together, whoever noticed; the office mends it.",
}
"""Sentences that several failures share, and why that is right: the screen names the failure
itself in its code, so staff can tell them apart where the resident need not."""

UNKNOWN = "terminal.defect"


def failure_of(name: str) -> Failure:
    """The failure of that name; a name nobody declared is a defect, and shown as one."""
    return FAILURES.get(name, FAILURES[UNKNOWN])


def texts() -> frozenset[str]:
    """Every `text` in use: each has a title, a line and an advice in every catalogue."""
    return frozenset(failure.text for failure in FAILURES.values())


def recovery(name: str, phase: Phase) -> Recovery:
    """What the session does about it in `phase`: money first, then the failure's own row."""
    if phase is Phase.IRREVOCABLE:
        return Recovery.SETTLE
    if phase is Phase.MONEY_HELD:
        return Recovery.RETURN
    return failure_of(name).recovery


_HARMLESS = frozenset({
    "coin.hopper_empty", "coin.hopper_jam", "coin.hopper_fault", "coin.change_short",
    "coin.bill_fault", "coin.missorted",
})  # fmt: skip
"""Which coins are taken already follows from what can be paid out again."""


def stops_payment(reason: str) -> bool:
    """Without that device the visit cannot come to its end, so the coins go back."""
    kind = reason.partition(".")[0]
    return kind in {"coin", "printer", "journal"} and reason not in _HARMLESS
