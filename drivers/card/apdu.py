"""APDUs as values: commands encode and decode, responses split. No wire, no clock.

Source: ISO/IEC 7816-3 (2006), 12.1 (the four cases, short and extended); 7816-4 (2020), 5.2.
"""

from dataclasses import dataclass
from typing import Self

SHORT_DATA = 255
SHORT_LE = 256
EXTENDED_LE = 65536
_HEADER = 4


class BadApdu(ValueError):
    """The bytes are no APDU of any case."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU. `le` is the number of bytes wanted; 0 means that no data is expected.

    Its text form shows the header and lengths only: the data may be a PIN.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int = 0
    extended: bool = False

    def encode(self) -> bytes:
        """The bytes as a short APDU of its case (1 to 4).

        Raises:
            BadApdu: data over 255 bytes or le over 256; the terminal sends no extended APDU, since
                readers and contact cards often lose them.
        """
        if len(self.data) > SHORT_DATA or self.le > SHORT_LE:
            raise BadApdu(f"{self!r} does not fit a short APDU")
        lc = bytes([len(self.data)]) if self.data else b""
        le = bytes([self.le % SHORT_LE]) if self.le else b""
        return self.header + lc + self.data + le

    @property
    def header(self) -> bytes:
        """CLA INS P1 P2."""
        return bytes([self.cla, self.ins, self.p1, self.p2])

    @classmethod
    def decode(cls, apdu: bytes) -> Self:
        """The command in `apdu`, short or extended.

        Raises:
            BadApdu: for any bytes that are no APDU; no other exception.
        """
        if len(apdu) < _HEADER:
            raise BadApdu(f"an APDU has at least 4 bytes, not {len(apdu)}")
        body = apdu[_HEADER:]
        data, le, extended = _split_body(body)
        return cls(apdu[0], apdu[1], apdu[2], apdu[3], data, le, extended)

    def __repr__(self) -> str:
        return f"<Command {self.header.hex(' ')} Lc={len(self.data)} Le={self.le}>"


def _split_body(body: bytes) -> tuple[bytes, int, bool]:
    """Lc, data and Le of the body: (data, le, extended)."""
    if not body:
        return b"", 0, False
    if len(body) == 1:
        return b"", body[0] or SHORT_LE, False
    if body[0]:
        return *_split(body, lc_size=1, le_full=SHORT_LE), False
    if len(body) == 3:  # noqa: PLR2004 - case 2 extended: a zero and two bytes of Le
        return b"", int.from_bytes(body[1:]) or EXTENDED_LE, True
    return *_split(body, lc_size=3, le_full=EXTENDED_LE), True


def _split(body: bytes, *, lc_size: int, le_full: int) -> tuple[bytes, int]:
    length = int.from_bytes(body[:lc_size])
    data, rest = body[lc_size : lc_size + length], body[lc_size + length :]
    le_size = 1 if lc_size == 1 else 2
    if length == 0 or len(data) < length or len(rest) not in {0, le_size}:
        raise BadApdu("Lc does not fit the length of the APDU")
    return data, (int.from_bytes(rest) or le_full) if rest else 0


@dataclass(frozen=True, slots=True)
class Response:
    """A response APDU. Its text form shows the status word and the length of the data only."""

    data: bytes
    sw: int

    def encode(self) -> bytes:
        """Data, SW1, SW2."""
        return self.data + self.sw.to_bytes(2)

    @classmethod
    def decode(cls, apdu: bytes) -> Self:
        """The response in `apdu`.

        Raises:
            BadApdu: if the status word is missing.
        """
        if len(apdu) < 2:  # noqa: PLR2004 - SW1 SW2
            raise BadApdu(f"a response has at least 2 bytes, not {len(apdu)}")
        return cls(apdu[:-2], int.from_bytes(apdu[-2:]))

    def __repr__(self) -> str:
        return f"<Response {self.sw:04X} with {len(self.data)} bytes>"
