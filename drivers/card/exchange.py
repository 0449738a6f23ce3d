"""How a dialogue meets a card: the runner, and the commands that every dialogue is made of.

No wire, no clock. A dialogue yields a `Command` and receives its `Response`; `run` is the only
place where it meets a wire. An error's detail names the step at which it arose and the status
word, and nothing else.

Source: ISO/IEC 7816-4 (2020), 5.6 (61xx, 6Cxx), 11.2 to 11.4; ISO/IEC 7816-3 (2006), 10.4.
"""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TypeVar

from drivers.card.apdu import SHORT_LE, Command, Response
from drivers.card.contract import PinWrong
from drivers.card.tables import BLOCKED, MEANINGS, Ins, Sw
from drivers.errors import DeviceError, PeerError

T = TypeVar("T")
Dialogue = Generator[Command, Response, T]

_MORE_ROUNDS = 16
"""GET RESPONSE at most so often for one answer: no file here is longer than 16 short answers."""
_SMALLEST_READ = 16
"""Below this, what cuts answers short is no reader one could work with."""
_OVERWRITE_NAME = 16
"""The longest name SELECT takes, and as long as the longest secret VERIFY takes."""


def run(dialogue: Dialogue[T], transmit: Callable[[Command], Response]) -> T:
    """Hold the dialogue over a wire; what `transmit` raises ends it.

    An answer that comes in parts (61xx), or only to another Le (6Cxx), reaches the dialogue whole.
    """
    try:
        command = next(dialogue)
        while True:
            response = _whole(command, transmit)
            command = dialogue.send(response)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        dialogue.close()


def _whole(command: Command, transmit: Callable[[Command], Response]) -> Response:
    response = transmit(command)
    if response.sw >> 8 == Sw.WRONG_LE >> 8 and command.le and not response.data:
        # The card did nothing but name the length; a VERIFY has no Le, so it is never repeated.
        # With data before it, this is no status word but the end of what a reader has cut.
        response = transmit(replace(command, le=response.sw & 0xFF or SHORT_LE))
    data = response.data
    for _ in range(_MORE_ROUNDS):
        if response.sw >> 8 != Sw.MORE_DATA >> 8:
            break
        more = response.sw & 0xFF or SHORT_LE
        response = transmit(Command(0x00, Ins.GET_RESPONSE, 0x00, 0x00, le=more))
        data += response.data
    return Response(data, response.sw)


def select_application(aid: bytes) -> Command:
    """SELECT by the full name; no control information is asked for."""
    return Command(0x00, Ins.SELECT, 0x04, 0x0C, aid)


def select_file(identifier: int) -> Command:
    """SELECT of an elementary file under the current application."""
    return Command(0x00, Ins.SELECT, 0x02, 0x0C, identifier.to_bytes(2))


def read_binary(offset: int, length: int) -> Command:
    """READ BINARY of the current file, 1 to 256 bytes."""
    return Command(0x00, Ins.READ_BINARY, offset >> 8, offset & 0xFF, le=length)


def verify_command(secret: bytes = b"") -> Command:
    """VERIFY against the current file; without a secret it asks for the tries left (case 1)."""
    return Command(0x00, Ins.VERIFY, 0x00, 0x80, secret)


def enter(aid: bytes) -> Dialogue[Response]:
    """Select an application; twice if the first command after power-up is answered `6F00`.

    Some cards answer so; the second answer counts.
    """
    selected = yield select_application(aid)
    if selected.sw == Sw.SELF_DIAGNOSIS:
        selected = yield select_application(aid)
    return selected


def read_part(offset: int, length: int, step: str) -> Dialogue[bytes]:
    """`length` bytes of the current file from `offset`, at most 256 bytes a command.

    A card or reader that gives less at a time is followed where it stops; one that cuts an answer
    in its middle is asked for half as much.

    Raises:
        PeerError: `card.protocol`, if the file ends early or nothing whole comes.
    """
    content, size = b"", SHORT_LE
    while len(content) < length:
        wanted = min(size, length - len(content))
        part = yield read_binary(offset + len(content), wanted)
        if part.data and part.sw != Sw.OK and size > _SMALLEST_READ:
            # Data without a good status word: the end of the answer was lost on its way.
            size = max(_SMALLEST_READ, min(size, wanted) // 2)
            continue
        demand(part, step)
        if not 0 < len(part.data) <= wanted:
            raise PeerError("card.protocol", f"{step}: {len(part.data)} bytes came")
        content += part.data
    return content


def ask_tries(step: str, verified: int) -> Dialogue[int]:
    """The tries left of the current secret file, at no cost; `verified` if the card says `9000`.

    Some cards answer so while verified, and a right entry has set the counter to its maximum.

    Raises:
        PeerError: `card.protocol`.
    """
    answer = yield verify_command()
    if answer.sw == Sw.OK:
        return verified
    if answer.sw in BLOCKED:
        return 0
    if (answer.sw & 0xFFF0) == Sw.TRIES_LEFT:
        return answer.sw & 0x0F
    raise unexpected(answer, step)


def verify_once(secret: bytes, blocked: str) -> Dialogue[None]:
    """VERIFY against the current secret file, one command. NOT idempotent.

    Raises:
        PinWrong: with the tries left as the card said.
        DeviceError: `blocked`, the reason for a secret that is.
        PeerError: `card.protocol`.
    """
    answer = yield verify_command(secret)
    if answer.sw in BLOCKED:
        raise DeviceError(blocked, f"verify: {answer.sw:04X}")
    if (answer.sw & 0xFFF0) == Sw.TRIES_LEFT:
        raise PinWrong(answer.sw & 0x0F)
    demand(answer, "verify")


def overwrite(aid: bytes, over: int) -> Dialogue[None]:
    """Send a harmless command longer than the `over` bytes of the VERIFY before it.

    pcscd keeps the bytes of the last APDU until a longer one comes; whatever the card answers to
    this one, the secret is gone from there.
    """
    command = Command(0x00, Ins.SELECT, 0x04, 0x0C, aid, SHORT_LE)
    if len(command.encode()) <= over:
        command = replace(command, data=aid.ljust(_OVERWRITE_NAME, b"\x00"))
    yield command


def demand(response: Response, step: str) -> None:
    """Raise PeerError `card.protocol` unless the answer is `9000`."""
    if response.sw != Sw.OK:
        raise unexpected(response, step)


def unexpected(response: Response, step: str) -> PeerError:
    """The error for a status word that this step has no use for."""
    known = {member.value for member in Sw}
    meaning = MEANINGS[Sw(response.sw)] if response.sw in known else "no known meaning"
    return PeerError("card.protocol", f"{step}: {response.sw:04X}, {meaning}")
