"""Pre-authentication encoding: what is signed or hashed says of which type it is.

Length prefixes make the encoding injective, so that no body of one type can be read as a body
of another. No wire, no clock.

Source: the construction follows PAE of PASETO (paseto-spec, `Common.md`) and of DSSE
(secure-systems-lab/dsse, `protocol.md`), with a prefix and 8-byte big-endian lengths of our own.
"""

import hashlib

PREFIX = b"KSK1"
LENGTH_BYTES = 8


def pae(type_name: str, body: bytes) -> bytes:
    """The one byte string that stands for `body` as a message of type `type_name`."""
    name = type_name.encode()
    return b"".join((PREFIX, _length(name), name, _length(body), body))


def digest(type_name: str, body: bytes) -> bytes:
    """SHA-256 over `pae(type_name, body)`: 32 bytes that name this message."""
    return hashlib.sha256(pae(type_name, body)).digest()


def _length(data: bytes) -> bytes:
    return len(data).to_bytes(LENGTH_BYTES, "big")
