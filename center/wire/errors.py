"""What is wrong with bytes that came over the wire, before anybody looks at their meaning."""

from crypto.errors import CheckFailed

NOT_CANONICAL = "wire.not_canonical"
UNKNOWN_FIELD = "wire.unknown_field"
TOO_LARGE = "wire.too_large"


class WireError(CheckFailed):
    """The bytes are not one canonical message of the type that was expected."""
