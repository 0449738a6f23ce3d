"""What goes to the processes that read uploads and comes back: lengths, a header, then bytes. Pure.

Who reads a frame bounds it first; nothing in it is code.
"""

import json
import struct
from collections.abc import Callable
from typing import Any

LENGTHS = struct.Struct(">II")
HEADER_MAX = 256 * 1024
BODY_MAX = 64 * 1024 * 1024

Read = Callable[[int], bytes]
"""Exactly so many bytes, or EOFError."""


class BadFrame(Exception):
    """The other process says what cannot be said."""


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame."""
    head = json.dumps(header, ensure_ascii=False).encode()
    return LENGTHS.pack(len(head), len(body)) + head + body


def lengths(data: bytes) -> tuple[int, int]:
    """Lengths of header and body. Raises BadFrame for what no frame of ours has."""
    head, body = LENGTHS.unpack(data)
    if head > HEADER_MAX or body > BODY_MAX:
        raise BadFrame("a frame that is too large")
    return head, body


def header_of(data: bytes) -> dict[str, Any]:
    """A frame's header. Raises BadFrame."""
    try:
        header = json.loads(data)
    except (ValueError, RecursionError):
        raise BadFrame("a header that is no JSON, or too deep") from None
    if not isinstance(header, dict):
        raise BadFrame("a header that is no object")
    return header


def unpack(read: Read) -> tuple[dict[str, Any], bytes]:
    """The next frame. Raises BadFrame, EOFError."""
    head, body = lengths(read(LENGTHS.size))
    return header_of(read(head)), read(body)
