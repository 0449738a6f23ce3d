"""Where each request goes, and what its answer's body is. No wire, no clock.

Every request is a POST with the canonical bytes of its message as `application/json`; every
success is status 200 with the body named below, or 204 with none; everything else is a
`Refusal` in canonical bytes. Nothing in a header or a path names terminal or person: the
terminal is the subject of its TLS certificate, everything else stands in the signed bodies.
"""

OPEN_VISIT = "/v1/visits"
"""`OpenVisit` (M1) -> the signed envelope of `VisitOpened` (M2)."""

AUTHENTICATE = "/v1/authentications"
"""`Authenticate` (M4) -> `MergedOffers` (M6): each server's `Offers` as it signed them."""

APPLY = "/v1/applications"
"""The signed envelope of `Application` (M7) -> `Delivered` (M9); the same again for the same."""

OUTCOME = "/v1/outcomes"
"""`Outcome` (M10) -> 204, the same however often it is sent."""

RENEW = "/v1/identities"
"""`RenewIdentity` -> `RenewedIdentity`; may be asked again with the same key."""

TICKET = "/v1/tickets"
"""Centre to municipality: the signed envelope of `AuthTicket` (M5) -> that of `Offers` (M6)."""

ISSUE = "/v1/issues"
"""Centre to municipality: M7's envelope as the terminal sent it -> `Issued` (M8), likewise."""

CONTENT_TYPE = "application/json"

STAMP_KEY = "/KskStamp"
"""Entry of a PDF's catalogue: a stream with the canonical bytes of `Stamp`, under the signature."""
