"""Which type name and size limit each message has, and its digest. No I/O, no clock.

The type name goes into every signature and digest (`crypto.pae`), never over the wire: who
receives a message says what they expect.
"""

from dataclasses import dataclass

from center.wire import messages as m
from crypto import pae

SMALL_BYTES = 64 * 1024
DOCUMENTS_BYTES = 8 * 1024 * 1024
"""Ten copies of a two-sheet certificate with their marks; larger is refused unread."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signed statement on the wire: the exact bytes that were signed, and by whom.

    `signer` is the DER of the signer's end-entity certificate, or empty where the receiver
    already holds the key (visit keys). The type is not in here on purpose.
    """

    body: bytes
    signature: bytes
    signer: bytes


TYPE_NAMES: dict[type, str] = {
    m.OpenVisit: "open-visit/1",
    m.VisitOpened: "visit-opened/1",
    m.CardStatement: "visit-auth/1",
    m.CardReference: "card-ref/1",
    m.Authenticate: "authenticate/1",
    m.AuthTicket: "auth-ticket/1",
    m.OptionOffer: "option-offer/1",
    m.CertificateOffer: "certificate-offer/1",
    m.Offers: "offers/1",
    m.MergedOffers: "merged-offers/1",
    m.Person: "person/1",
    m.SealedOffers: "sealed-offers/1",
    m.Application: "application/1",
    m.IssueStatement: "issue-statement/1",
    m.Stamp: "stamp/1",
    m.IssuedCopy: "issued-copy/1",
    m.Issued: "issued/1",
    m.DeliveredCopy: "delivered-copy/1",
    m.CopyDigest: "copy-digest/1",
    m.Delivery: "delivery/1",
    m.Delivered: "delivered/1",
    m.DeliveredCopies: "delivered-copies/1",
    m.Outcome: "outcome/1",
    m.RenewIdentity: "renew-identity/1",
    m.RenewedIdentity: "renewed-identity/1",
    m.Refusal: "refusal/1",
    Envelope: "envelope/1",
}

_LIMITS: dict[type, int] = {
    Envelope: 2 * SMALL_BYTES,  # a body of the full size grows by a third in base64url
    m.MergedOffers: 16 * SMALL_BYTES,  # of six servers that say all they may
    m.IssuedCopy: DOCUMENTS_BYTES,
    m.Issued: DOCUMENTS_BYTES,
    m.DeliveredCopy: DOCUMENTS_BYTES,
    m.Delivered: 2 * DOCUMENTS_BYTES,  # base64url of the sealed copies below
    m.DeliveredCopies: DOCUMENTS_BYTES,
}


def limit_bytes(cls: type) -> int:
    """The largest encoding of a `cls` that is accepted, in bytes."""
    return _LIMITS.get(cls, SMALL_BYTES)


def digest(cls: type, body: bytes) -> bytes:
    """D(message): SHA-256 that names the message whose canonical bytes are `body`."""
    return pae.digest(TYPE_NAMES[cls], body)
