"""What is said to a municipality's own card application (条例利用). No wire, no clock.

No specification of that application is public: its name, its files and the form of its PIN differ
by municipality and are configuration. What is fixed here is the form every card of this family
has: select by full name, ask the tries, VERIFY once, read one transparent file with the user's id.
Nothing is signed, so the id proves less than a certificate does.

Source: ISO/IEC 7816-4 (2020), 11.2 to 11.5.
"""

from drivers.card.contract import CardApConfig
from drivers.card.exchange import (
    Dialogue,
    ask_tries,
    demand,
    enter,
    overwrite,
    read_part,
    select_file,
    verify_once,
)
from drivers.card.tables import Sw
from drivers.errors import DeviceError, MisuseError

_VERIFY_HEADER = 5
_TRIES_UNKNOWN = 1
"""What is said of a card that does not count while verified: at least one entry was right."""


def open_application(config: CardApConfig) -> Dialogue[int]:
    """Select the application and its PIN; the tries left. Costs none; may be repeated.

    Raises:
        MisuseError: if no application is configured; nothing is sent.
        DeviceError: `card.ap.not_found`, `card.pin.blocked`.
        PeerError: `card.protocol`.
    """
    if not config.aid:
        raise MisuseError("card.ap.not_found", "no card application is configured")
    selected = yield from enter(bytes.fromhex(config.aid))
    if selected.sw == Sw.FILE_NOT_FOUND:
        raise DeviceError("card.ap.not_found", "select card application: 6A82")
    demand(selected, "select card application")
    found = yield select_file(config.pin_file)
    demand(found, "select PIN")
    left = yield from ask_tries("ask tries left", _TRIES_UNKNOWN)
    if left == 0:
        raise DeviceError("card.pin.blocked", "ask tries left: none")
    return left


def verify_pin(config: CardApConfig, pin: bytes) -> Dialogue[None]:
    """VERIFY the application's PIN, one command, after `open_application`. NOT idempotent.

    Raises:
        MisuseError: if `pin` has not the configured form; nothing is sent.
        PinWrong: with the tries left.
        DeviceError: `card.pin.blocked`.
        PeerError: `card.protocol`.
    """
    if not config.pin_min <= len(pin) <= config.pin_max or not pin.isdigit():
        form = f"{config.pin_min} to {config.pin_max} digits"
        raise MisuseError("card.protocol", f"verify: the PIN must be {form}")
    yield from verify_once(pin, "card.pin.blocked")


def read_user_id(config: CardApConfig) -> Dialogue[bytes]:
    """The user's id, `id_length` bytes, after `verify_pin`.

    Raises:
        PeerError: `card.protocol`.
    """
    found = yield select_file(config.id_file)
    demand(found, "select user id")
    return (yield from read_part(config.id_offset, config.id_length, "read user id"))


def overwrite_entry(config: CardApConfig) -> Dialogue[None]:
    """Take the VERIFY's place in pcscd's memory."""
    yield from overwrite(bytes.fromhex(config.aid), _VERIFY_HEADER + config.pin_max)
