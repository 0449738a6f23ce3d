"""Which HTTP status goes with which failure. The body is always a `Refusal`: a name, no more."""

from center.wire.canonical import encode
from center.wire.messages import Refusal
from crypto.errors import CheckFailed

FAILED = "centre.failed"
NOT_ADMITTED = "terminal.not_admitted"

_STATUS = {
    "wire.too_large": 413,
    "wire": 400,
    "terminal": 403,
    "identity": 400,
    "visit": 409,
    "certificate": 403,
    "auth": 403,
    "jpki": 503,
    "jpki.response_invalid": 502,
    "resident": 403,
    "registration": 403,
    "offers": 502,
    "offers.none": 404,
    "application": 409,
    "ticket": 403,
    "issue": 502,
    "document": 502,
    "stamp": 502,
    "marks": 500,
    "suspended": 503,
    "outcome": 409,
    "municipality": 503,
    "centre": 500,
}


def status_of(failure: str) -> int:
    """The status of a failure: its own, or that of its family; 500 for a stranger."""
    return _STATUS.get(failure) or _STATUS.get(failure.partition(".")[0], 500)


class RefusedWithWords(CheckFailed):
    """A refusal with the municipality's own words, (language, text)."""

    def __init__(self, failure: str, message: tuple[tuple[str, str], ...]) -> None:
        super().__init__(failure, "in the municipality's words")
        self.message = message


def body_of(refused: CheckFailed) -> bytes:
    """The canonical body: the failure's name, and the municipality's words if it has any."""
    message = refused.message if isinstance(refused, RefusedWithWords) else ()
    return encode(Refusal(failure=refused.failure, message=message))
