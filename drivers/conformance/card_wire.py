"""The card by bare commands: what the card cases say to it, and what is written down of that."""

import re
from collections.abc import Mapping, Sequence

from drivers.card.apdu import SHORT_LE, Command, Response
from drivers.card.exchange import (
    Dialogue,
    T,
    enter,
    read_binary,
    run,
    select_application,
    select_file,
    verify_command,
)
from drivers.card.service import CardConnection, CardService, ReaderState
from drivers.card.tables import (
    BLOCKED,
    JPKI_AID,
    MEANINGS,
    MY_NUMBER,
    SHA256_DIGEST_INFO,
    Ins,
    Sw,
)
from drivers.conformance.card_facts import CardFacts
from drivers.conformance.case import Violation, demand
from drivers.conformance.timing import Stopwatch
from drivers.conformance.transcript import Recorder

_SECRET_INS = frozenset({Ins.VERIFY, Ins.CHANGE_REFERENCE_DATA})
_HEADER = 4
_SW = 2
_OPEN_BYTES = 34
_HEAD_BYTES = 5
_HEADED = (MY_NUMBER.certificate_ef, 0x0002, 0x0003, 0x0004)
"""Certificates and the text application's records: they begin with the name of their length."""
_KEPT = {
    MY_NUMBER.token_ef.to_bytes(2): _OPEN_BYTES,
    **{identifier.to_bytes(2): _HEAD_BYTES for identifier in _HEADED},
}
"""How much of an answer to READ BINARY may be kept, by the file that is selected."""
_INS_AT, _P1_AT = 1, 2
_SHORT_NAME = 0x80
"""P1 of READ BINARY: another file than the one selected is meant."""
_WRONG_ENTRY = Sw.TRIES_LEFT.to_bytes(2)[:1]
_BY_NAME = bytes((Ins.SELECT, 0x04))
_CLASSES = frozenset({0x00, 0x80})


class Blanking:
    """What may not be written down: entries of secrets, and what stands in a person's files.

    Of a record's content no more is kept than the bytes that name its length, and nothing of any
    file that has none: a wrong card may let the PIN itself be read. The token file, the same on all
    cards, is kept. Nothing longer than that is kept at all: it may be a signature.
    """

    def __init__(self) -> None:
        self._file = b""
        self._reads = False

    def is_secret(self, raw: bytes) -> bool:
        """Whether these bytes, the next on the line, are to be blanked."""
        if self._reads:
            self._reads = False
            return len(raw) > _KEPT.get(self._file, 0) + _SW
        ins = raw[_INS_AT] if len(raw) >= _HEADER and raw[0] in _CLASSES else 0
        if ins == Ins.SELECT:
            self._file = raw[_HEADER + 1 :]
        elif ins == Ins.READ_BINARY and raw[_P1_AT] & _SHORT_NAME:
            self._file = b""
        self._reads = ins in {Ins.READ_BINARY, Ins.GET_RESPONSE}
        # In whatever class: an entry may come chained, or under secure messaging.
        entry = len(raw) > _HEADER and raw[_INS_AT] in _SECRET_INS
        return entry or len(raw) > _OPEN_BYTES + _SW


class Hushing:
    """What may not be written down of a driver's or the kit's words: the secrets of the card.

    A driver of another make may put into an error what it was given, as digits or as bytes.
    """

    def __init__(self, facts: CardFacts) -> None:
        forms = [form for secret in facts.secrets for form in _forms(secret)]
        self._secret = re.compile("|".join(forms) or r"(?!)", re.IGNORECASE)

    def hushed(self, text: str) -> str:
        """The text without them."""
        return self._secret.sub("[hidden]", text)


def _forms(secret: bytes) -> tuple[str, ...]:
    """As text, in hexadecimal, as numbers; bytes set apart by anything short."""
    return (
        re.escape(secret.decode("ascii")),
        _APART.join(f"{byte:02x}" for byte in secret),
        _APART.join(str(byte) for byte in secret),
    )


_APART = r"[^0-9a-z]{0,2}(?:0x|\\x)?"


def meaning(raw: bytes) -> str:
    """A status word in words; of a command the name of its instruction."""
    if len(raw) == _SW or len(raw) > _HEADER + 1 + SHORT_LE:
        return _status(int.from_bytes(raw[-_SW:]))
    known = {member.value: member.name for member in Ins}
    if len(raw) >= _HEADER and raw[0] in _CLASSES and raw[_INS_AT] in known:
        return known[raw[_INS_AT]].replace("_", " ")
    return _status(int.from_bytes(raw[-_SW:])) if len(raw) > _SW else ""


def _status(word: int) -> str:
    if word & 0xFFF0 == Sw.TRIES_LEFT:
        return f"{word & 0xF} tries left"
    if word >> 8 == Sw.MORE_DATA >> 8:
        return MEANINGS[Sw.MORE_DATA]
    known = {member.value for member in Sw}
    return MEANINGS[Sw(word)] if word in known else ""


class RecordedService:
    """A card service whose connections are written down, for the driver and the bare commands."""

    def __init__(
        self, service: CardService, recorder: Recorder, stopwatch: Stopwatch, pin: bytes = b""
    ) -> None:
        self._service = service
        self._entry = verify_command(pin).encode() if pin else b""
        self.pin_refused = False
        """The card called its own PIN wrong: what is held for the PIN may be another's."""
        self._recorder = recorder
        self._stopwatch = stopwatch
        self.entries = 0
        """How many VERIFY with data went out since it was last set to 0."""
        self.selected: set[bytes] = set()
        """The names of applications that were selected since it was last emptied."""

    def readers(self) -> tuple[str, ...]:
        return self._service.readers()

    def states(self, readers: Sequence[str]) -> dict[str, ReaderState]:
        return self._service.states(readers)

    def wait(self, known: Mapping[str, int], timeout_s: float) -> bool:
        return self._service.wait(known, timeout_s)

    def cancel(self) -> None:
        self._service.cancel()

    def connect(self, reader: str, *, exclusive: bool = True) -> "_Recorded":
        with self._stopwatch.span("connect"):
            return _Recorded(self._service.connect(reader, exclusive=exclusive), self)

    def drop(self) -> None:
        self._service.drop()

    def pass_on(self, connection: CardConnection, apdu: bytes) -> bytes:
        """One exchange, written down."""
        self.entries += len(apdu) > _HEADER and apdu[_INS_AT] == Ins.VERIFY
        if apdu[_INS_AT : _INS_AT + 2] == _BY_NAME:
            self.selected.add(apdu[_HEADER + 1 : _HEADER + 1 + apdu[_HEADER]])
        self._recorder.sent(apdu)
        with self._stopwatch.span("exchange"):
            answer = connection.exchange(apdu)
        self.pin_refused |= apdu == self._entry and answer[:1] == _WRONG_ENTRY
        self._recorder.received(answer)
        return answer


class _Recorded:
    """See `CardConnection`."""

    def __init__(self, connection: CardConnection, through: RecordedService) -> None:
        self._connection = connection
        self._through = through

    def transmit(self, command: Command) -> Response:
        return Response.decode(self.exchange(command.encode()))

    def exchange(self, apdu: bytes) -> bytes:
        return self._through.pass_on(self._connection, apdu)

    def end(self) -> None:
        self._connection.end()


class CardWire:
    """One connection to the card under test, from power-up to power-off."""

    def __init__(self, connection: CardConnection) -> None:
        self._connection = connection

    def end(self) -> None:
        """Disconnect and take the card's power."""
        self._connection.end()

    def run(self, dialogue: Dialogue[T]) -> T:
        """A dialogue; answers in pieces reach it whole."""
        return run(dialogue, self._connection.transmit)

    def send(self, command: Command) -> Response:
        """One command, its answer whole."""

        def once() -> Dialogue[Response]:
            return (yield command)

        return self.run(once())

    def raw(self, shown: str) -> Response:
        """Bytes in hexadecimal, as they are; the answer as it came."""
        return Response.decode(self._connection.exchange(bytes.fromhex(shown)))

    def enter(self, aid: bytes = JPKI_AID) -> None:
        """Select an application after power-up. Raises Violation unless the card answers 9000."""
        answer = self.run(enter(aid))
        demand(answer.sw == Sw.OK, f"SELECT of the application is answered {answer.sw:04X}")

    def select(self, identifier: int) -> int:
        """SELECT of a file: the status word."""
        return self.send(select_file(identifier)).sw

    def open(self, identifier: int) -> None:
        """SELECT of a file that must be there. Raises Violation."""
        sw = self.select(identifier)
        demand(sw == Sw.OK, f"SELECT of file {identifier:04X} is answered {sw:04X}")

    def select_name(self, aid: bytes) -> int:
        """SELECT by name, once: the status word."""
        return self.send(select_application(aid)).sw

    def read(self, offset: int, length: int) -> Response:
        """READ BINARY of the current file."""
        return self.send(read_binary(offset, length))

    def open_pin(self) -> None:
        """Select application and PIN file."""
        self.enter()
        self.open(MY_NUMBER.pin_ef)

    def verify(self, secret: bytes) -> int:
        """VERIFY against the current file: the status word."""
        return self.send(verify_command(secret)).sw

    def tries(self) -> int:
        """The tries left of the current secret file. Raises Violation if the card does not say."""
        sw = self.send(verify_command()).sw
        if sw in BLOCKED:
            return 0
        if sw & 0xFFF0 != Sw.TRIES_LEFT:
            raise Violation(f"the query for the tries left is answered {sw:04X}")
        return sw & 0xF

    def sign(self, digest: bytes) -> Response:
        """The authentication key over a DigestInfo of `digest`."""
        self.open(MY_NUMBER.key_ef)
        return self.sign_block(SHA256_DIGEST_INFO + digest)

    def sign_block(self, block: bytes) -> Response:
        """COMPUTE DIGITAL SIGNATURE with the current key over these bytes."""
        return self.send(Command(0x80, Ins.PERFORM_SECURITY_OPERATION, 0x00, 0x80, block, SHORT_LE))
