"""Talk to, and look around on, an MDB bus behind its serial adapter."""

from collections.abc import Iterator

from drivers.clock import Clock
from drivers.coin.mdb.adapter import (
    ANSWER_S,
    LineReader,
    Unclear,
    decode_answer,
    encode_command,
)
from drivers.coin.mdb.framing import Answer, Sign
from drivers.coin.mdb.tables import BillExpansion, Changer, Expansion, Validator
from drivers.coin.mdb.words import answer_words, command_words
from drivers.link.port import BytePort, LinkLost
from drivers.workbench.typed import typed_bytes

HELP = """\
NAME [BYTES]         tell the changer: poll   tube_status   coin_type 000F0000   dispense 12
bill NAME [BYTES]    tell the bill validator: bill poll   bill escrow 01
BYTES                a block without its check: 0B   0F00   34 FFFF FFFF
names                the names of the commands
help                 this; Ctrl-D ends
Bytes are hexadecimal. What POLL tells is told once: a coin seen here is seen by nobody else."""

_CHANGER_PLATE = (
    bytes((Changer.SETUP,)),
    bytes((Changer.EXPANSION, Expansion.IDENTIFICATION)),
    bytes((Changer.TUBE_STATUS,)),
)
_VALIDATOR_PLATE = (
    bytes((Validator.SETUP,)),
    bytes((Validator.EXPANSION, BillExpansion.IDENTIFICATION_1)),
    bytes((Validator.EXPANSION, BillExpansion.IDENTIFICATION_2)),
    bytes((Validator.STACKER,)),
)
"""Neither asks POLL: a probe must not take a coin's telling away."""


class MdbLine:
    """One adapter. Raises LinkLost when the port goes away."""

    def __init__(self, port: BytePort, clock: Clock) -> None:
        self._port = port
        self._clock = clock

    def answer(self, line: str) -> Iterator[str]:
        """What to show for one typed line. A mistake is answered by a sentence."""
        words = line.split()
        if not words:
            return
        if words[0] == "help":
            yield HELP
        elif words[0] == "names":
            yield "changer: " + ", ".join(f"{c:02X} {c.name.lower()}" for c in Changer)
            yield "bill: " + ", ".join(f"{c:02X} {c.name.lower()}" for c in Validator)
        else:
            try:
                data = block_of(words)
                sent = encode_command(data)
            except ValueError as mistake:
                yield f"   {mistake}"
                return
            yield from self._exchange(data, sent)

    def say(self, data: bytes) -> tuple[Answer | None, str]:
        """The answer, and the line that brought it; None where no line of an adapter came."""
        return self._listen(encode_command(data))

    def describe(self, plate: tuple[bytes, ...]) -> Iterator[str]:
        """What a device says to each of these commands, one line each; nothing if it is away."""
        for data in plate:
            heard, _ = self.say(data)
            if heard is not None and heard is not Sign.SILENCE:
                yield f"  {command_words(data):<42} {answer_words(data, heard)}"

    def close(self) -> None:
        """Give the port back."""
        self._port.close()

    def _exchange(self, data: bytes, sent: bytes) -> Iterator[str]:
        yield f"-> {sent.decode('ascii').strip()}  {command_words(data)}"
        start_s = self._clock.monotonic_s()
        heard, line = self._listen(sent)
        took_ms = (self._clock.monotonic_s() - start_s) * 1000
        if heard is None:
            yield f"<- {line or 'nothing: no adapter, another speed, or no power'}"
        else:
            yield f"<- {line}  {answer_words(data, heard)}  ({took_ms:.1f} ms)"

    def _listen(self, sent: bytes) -> tuple[Answer | None, str]:
        while self._port.read(0.0):
            pass
        self._port.write(sent)
        reader, until_s = LineReader(), self._clock.monotonic_s() + ANSWER_S
        while (left_s := until_s - self._clock.monotonic_s()) > 0:
            for line in reader.feed(self._port.read(left_s)):
                text = line.decode("ascii", "replace").strip()
                try:
                    return decode_answer(line), text
                except Unclear as unclear:
                    return None, f"{text}  {unclear}"
        return None, ""


def block_of(words: list[str]) -> bytes:
    """The block that these words mean. Raises ValueError with a sentence."""
    bill = words[0] == "bill"
    name, *rest = words[1:] if bill else words
    commands: dict[str, int] = {c.name.lower(): c for c in (Validator if bill else Changer)}
    if name.replace("-", "_") in commands:
        return bytes((commands[name.replace("-", "_")],)) + typed_bytes(rest)
    if bill:
        raise ValueError(f"the bill validator has no command {name!r}; `names` lists them")
    try:
        return bytes.fromhex("".join(words))
    except ValueError:
        message = f"{name!r} is no command and no hexadecimal bytes; `names` lists the commands"
        raise ValueError(message) from None


def probe_mdb(port: BytePort, clock: Clock) -> Iterator[str]:
    """The devices we drive, and what they say of themselves and of their money."""
    line, seen = MdbLine(port, clock), 0
    try:
        for title, plate in (("Changer", _CHANGER_PLATE), ("Bill validator", _VALIDATOR_PLATE)):
            said = list(line.describe(plate))
            seen += bool(said)
            yield from (f"\n{title} ({plate[0][0] & 0xF8:02X}h)", *said) if said else ()
    except LinkLost as lost:
        yield f"The line went away: {lost}"
        return
    if not seen:
        yield "Nothing answers: is the bus powered, is it this adapter, is its speed 38400 baud?"
