"""Bytes as a technician types them."""

from collections.abc import Iterable


def typed_bytes(words: Iterable[str]) -> bytes:
    """The bytes that the words mean, spaced or not. Raises ValueError with a sentence."""
    text = " ".join(words)
    try:
        return bytes.fromhex(text)
    except ValueError:
        message = f"{text!r} is no row of bytes: two hexadecimal digits each, e.g. 02 FF"
        raise ValueError(message) from None
