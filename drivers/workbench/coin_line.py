"""Talk to, and look around on, a ccTalk line."""

from collections.abc import Iterator

from drivers.clock import Clock
from drivers.coin.framing import BadFrame, Check, Frame, encode_frame
from drivers.coin.tables import DEFAULT_MANNERS, ENCRYPTION_QUESTION, HOST, MANNERS, Header
from drivers.conformance.case import Violation
from drivers.conformance.coin_wire import CoinWire, Heard
from drivers.conformance.timing import Stopwatch
from drivers.link.port import BytePort, LinkLost
from drivers.workbench.coin_words import header_of, reply_words
from drivers.workbench.typed import typed_bytes

HELP = """\
ADDRESS HEADER [BYTES]   ask a device: 2 229   2 credits   2 coin_id 01   3 enable_hopper A5
raw BYTES                send bytes as they are: raw 02 00 01 FE FF
headers                  the names of the headers
help                     this; Ctrl-D ends
Numbers of addresses and headers are decimal, bytes hexadecimal."""

USUAL = (2, *range(11, 18), *range(3, 11), *range(40, 48), 50, 55, 150, 160)
"""Default addresses of money devices. Source: ccTalk Generic Specification 4.7, Part 3 Table 1."""
_PLATE = (Header.CATEGORY, Header.MANUFACTURER, Header.PRODUCT, Header.SERIAL, Header.SOFTWARE)
_STATE = {
    "Coin Acceptor": (Header.SELF_CHECK, Header.MASTER_INHIBIT, Header.INHIBITS, Header.CREDITS),
    "Payout": (Header.HOPPER_COIN, Header.TEST_HOPPER, Header.HOPPER_STATUS, Header.LEVEL),
    "Bill Validator": (Header.SELF_CHECK, Header.MASTER_INHIBIT, Header.INHIBITS),
}


class CoinLine:
    """A line with one frame check. Raises LinkLost when the port goes away."""

    def __init__(self, port: BytePort, clock: Clock, check: Check) -> None:
        self._wire = CoinWire(port, clock, check, Stopwatch(clock))
        self._check = check

    def answer(self, line: str) -> Iterator[str]:
        """What to show for one typed line. A mistake is answered by a sentence."""
        words = line.split()
        if not words:
            return
        try:
            yield from self._answer(words)
        except (ValueError, Violation) as problem:
            yield f"   {problem}"

    def found(self, address: int) -> bool:
        """True if a device answers a simple poll at this address, however badly."""
        raw = self._frame(address, Header.SIMPLE_POLL, b"")
        try:
            return bool(self._say(Header.SIMPLE_POLL, raw).frames)
        except Violation:
            return True

    def describe(self, address: int) -> Iterator[str]:
        """What a device says of itself and of its state, one line a question."""
        category = ""
        for header in _PLATE:
            words = self._words(address, header)
            category = words.strip('"') if header is Header.CATEGORY else category
            yield _row(header, words)
        yield _row(Header.ENCRYPTION, self._words(address, Header.ENCRYPTION, ENCRYPTION_QUESTION))
        for header in _STATE.get(category, ()):
            yield _row(header, self._words(address, header))
        if category == "Coin Acceptor":
            named = (self._words(address, Header.COIN_ID, bytes((p,))) for p in range(1, 17))
            coins = [f"{p} {words}" for p, words in enumerate(named, 1) if "not prog" not in words]
            yield _row(Header.COIN_ID, "; ".join(coins))

    def close(self) -> None:
        """Give the port back."""
        self._wire.close()

    def _answer(self, words: list[str]) -> Iterator[str]:
        if words[0] == "help":
            yield HELP
        elif words[0] == "headers":
            yield ", ".join(f"{h.value} {h.name.lower()}" for h in sorted(Header, reverse=True))
        elif words[0] == "raw":
            raw = typed_bytes(words[1:])
            yield from self._exchange(raw[3] if len(raw) > 3 else 0, raw)  # noqa: PLR2004 - header
        elif len(words) == 1 or not words[0].isdigit() or not 0 <= int(words[0]) <= 255:  # noqa: PLR2004 - one byte
            yield "   ADDRESS HEADER [BYTES], or help"
        else:
            header, data = header_of(words[1]), typed_bytes(words[2:])
            yield from self._exchange(header, self._frame(int(words[0]), header, data))

    def _exchange(self, header: int, raw: bytes) -> Iterator[str]:
        yield f"-> {raw.hex(' ').upper()}"
        heard = self._say(header, raw)
        if not heard.frames:
            yield "<- nothing: no such device, another check, or a header it does not know"
        for frame in heard.frames:
            shown = frame.raw if isinstance(frame, BadFrame) else encode_frame(frame, self._check)
            words = reply_words(header, frame)
            yield f"<- {shown.hex(' ').upper()}  {words}  ({heard.first_s * 1000:.1f} ms)"

    def _words(self, address: int, header: Header, data: bytes = b"") -> str:
        try:
            frames = self._say(header, self._frame(address, header, data)).frames
        except Violation as problem:
            return str(problem)
        return " / ".join(reply_words(header, frame) for frame in frames) or "does not know this"

    def _frame(self, address: int, header: int, data: bytes) -> bytes:
        return encode_frame(Frame(address, HOST, header, data), self._check)

    def _say(self, header: int, raw: bytes) -> Heard:
        return self._wire.say(raw, MANNERS.get(header, DEFAULT_MANNERS).wait_s)


def probe(port: BytePort, clock: Clock, addresses: tuple[int, ...]) -> Iterator[str]:
    """Everything that answers, with either check, and what it says."""
    seen = 0
    for check in Check:
        line = CoinLine(port, clock, check)
        for address in addresses:
            try:
                if not line.found(address):
                    continue
                seen += 1
                yield f"\nAddress {address}, {check.value} check"
                yield from line.describe(address)
            except LinkLost as lost:
                yield f"The line went away: {lost}"
                return
        if seen:
            return
    yield "Nothing answers: is it powered, is the adapter right, are addresses unusual (--all)?"


def _row(header: Header, words: str) -> str:
    return f"  {header.value:>3} {header.name.lower().replace('_', ' '):<18} {words}"
