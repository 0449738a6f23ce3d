"""What ccTalk answers mean, in words a technician can use. No wire, no clock.

Source: ccTalk Generic Specification 4.7, Part 2 section 3; Part 3 Tables 1-3.
"""

from collections.abc import Callable, Mapping

from drivers.coin.contract import (
    BillHeld,
    BillReturned,
    CoinAccepted,
    CoinEvent,
    CoinMaybe,
    CoinRefused,
    CountsMoved,
    EventsLost,
    ReturnLever,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.framing import BadFrame, Frame
from drivers.coin.protocol import (
    BufferEntry,
    ReplyError,
    coin_yen,
    decode_credits,
    decode_encryption,
    decode_hopper_flags,
    decode_hopper_status,
    decode_number,
    decode_text,
)
from drivers.coin.tables import COIN_CODES, SELF_CHECK_FAULTS, Header, ReplyHeader

_REFUSALS = {ReplyHeader.NAK: "NAK: understood, and refused", ReplyHeader.BUSY: "BUSY: ask later"}


def reply_words(header: int, reply: Frame | BadFrame) -> str:
    """What the reply to a request with this header says."""
    if isinstance(reply, BadFrame):
        return f"damaged: {reply.why}"
    if reply.header != ReplyHeader.REPLY:
        refusal = next((text for code, text in _REFUSALS.items() if code == reply.header), "")
        return refusal or f"header {reply.header}, which no reply should have"
    words = _WORDS.get(header)
    if not reply.data:
        return "ACK: done"
    try:
        return words(reply.data) if words else f"{len(reply.data)} bytes"
    except (ReplyError, ValueError, IndexError) as error:
        return f"against the specification: {error}"


def header_of(word: str) -> int:
    """A header by number or name (`229`, `credits`). Raises ValueError."""
    if word.isascii() and word.isdigit():
        number = int(word)
        if number > 255:  # noqa: PLR2004 - one byte
            raise ValueError(f"{number} is no header: they go from 0 to 255")
        return number
    try:
        return Header[word.upper().replace("-", "_")].value
    except KeyError:
        raise ValueError(f"there is no header {word!r}; `headers` lists their names") from None


def event_words(event: CoinEvent) -> str:
    """What the driver reports, as a sentence."""
    words = _EVENTS.get(type(event))
    return words(event) if words else str(event)


def _code(code: int) -> str:
    known = COIN_CODES.get(code)
    return f"{code}, {known.what}" if known else str(code)


def _trouble(event: VendorTrouble) -> str:
    return f"{event.reason}: {event.detail}" if event.detail else event.reason


_EVENTS: Mapping[type, Callable[..., str]] = {
    CoinAccepted: lambda e: f"¥{e.yen} taken in",
    CoinRefused: lambda e: f"refused ({_code(e.code)})",
    CoinMaybe: lambda e: f"something may be inside uncounted ({_code(e.code)})",
    EventsLost: lambda e: (
        f"at least {e.at_least} events were lost" if e.at_least else "an event may have been lost"
    ),
    VendorReset: lambda _: "it was reset or lost power; set up again",
    CountsMoved: lambda _: (
        "its counts stand elsewhere: a device new to us, a payout, or a refill by hand"
    ),
    ReturnLever: lambda _: "the return lever was pulled",
    VendorTrouble: _trouble,
    BillHeld: lambda e: f"a bill of ¥{e.yen} is held",
    BillReturned: lambda _: "the bill was given back",
}


def _entry(entry: BufferEntry) -> str:
    if entry.is_null:
        return "empty"
    if entry.is_credit:
        return f"credit {entry.a}" + (f" by path {entry.b}" if entry.b else "")
    return _code(entry.b)


def _credits(data: bytes) -> str:
    buffer = decode_credits(data)
    counter = "0 (reset)" if buffer.counter == 0 else str(buffer.counter)
    return f"event counter {counter}; newest first: " + " | ".join(map(_entry, buffer.entries))


def _hopper(data: bytes) -> str:
    status = decode_hopper_status(data)
    counter = "0 (reset)" if status.counter == 0 else str(status.counter)
    running = f"{status.remaining} still to pay" if status.remaining else "standing still"
    return (
        f"event counter {counter}; {running}; last payout {status.paid} paid, {status.unpaid} not"
    )


def _flags(data: bytes) -> str:
    return ", ".join(flag.what for flag in decode_hopper_flags(data)) or "no flag"


def _coin(data: bytes) -> str:
    name = decode_text(data)
    try:
        yen = coin_yen(name)
    except ReplyError as error:
        return f"{name}: {error}"
    return f"{name}: ¥{yen}" if yen is not None else "not programmed"


def _mask(data: bytes) -> str:
    bits = decode_number(data)
    enabled = [str(position + 1) for position in range(len(data) * 8) if bits >> position & 1]
    return f"enabled: {', '.join(enabled)}" if enabled else "all inhibited"


def _level(data: bytes) -> str:
    sensors = (("low", 0x10, 0x01), ("high", 0x20, 0x02))
    said = [
        f"{name} sensor says {'yes' if data[0] & now else 'no'}"
        for name, fitted, now in sensors
        if data[0] & fitted
    ]
    return ", ".join(said) or "no level sensor is fitted"


def _encryption(data: bytes) -> str:
    said = decode_encryption(data)
    levels = f"protocol level {said.protocol_level}, command level {said.command_level}"
    return f"{levels}: {'encryption is demanded' if said.demanded else 'usable in the clear'}"


def _fault(data: bytes) -> str:
    return f"{data[0]}: {SELF_CHECK_FAULTS.get(data[0], 'unknown fault')}"


def _number(data: bytes) -> str:
    return str(decode_number(data))


def _text(data: bytes) -> str:
    return f'"{decode_text(data)}"'


_WORDS: Mapping[int, Callable[[bytes], str]] = {
    Header.MANUFACTURER: _text,
    Header.CATEGORY: _text,
    Header.PRODUCT: _text,
    Header.SOFTWARE: _text,
    Header.BUILD: _text,
    Header.SERIAL: _number,
    Header.SELF_CHECK: _fault,
    Header.INHIBITS: _mask,
    Header.MASTER_INHIBIT: lambda data: "open" if data[0] & 1 else "inhibited",
    Header.CREDITS: _credits,
    Header.INSERTION_COUNTER: _number,
    Header.ACCEPT_COUNTER: _number,
    Header.REJECT_COUNTER: _number,
    Header.FRAUD_COUNTER: _number,
    Header.COIN_ID: _coin,
    Header.HOPPER_COIN: _coin,
    Header.HOPPER_STATUS: _hopper,
    Header.TEST_HOPPER: _flags,
    Header.DISPENSE_COUNT: lambda data: f"{decode_number(data)} coins paid in its life",
    Header.DISPENSE: lambda data: f"event counter {data[0]}",
    Header.LEVEL: _level,
    Header.EMERGENCY_STOP: lambda data: f"stopped, {data[0]} not paid",
    Header.ENCRYPTION: _encryption,
    Header.COMMS_REVISION: lambda data: ".".join(map(str, data)),
    Header.POLLING_PRIORITY: lambda data: f"unit {data[0]}, value {data[1]}",
}
