"""Who answers at an address: asked before any money moves."""

from dataclasses import dataclass

from drivers.coin.bus import CoinBus
from drivers.coin.protocol import ReplyError, decode_encryption, decode_number, decode_text
from drivers.coin.tables import ENCRYPTION_QUESTION, Category, Header
from drivers.errors import DeviceError, PeerError, SilenceError

_ALSO = {Category.BILL_VALIDATOR: "Bill Acceptor"}
"""What the standard's own example answers (Part 3 Appendix 16), against its Table 1."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One device on the line."""

    address: int
    category: Category
    maker: str
    product: str
    key: bytes
    """The serial number as sent: three bytes that some hoppers want back with each payout."""

    @property
    def serial(self) -> int:
        """The serial number."""
        return decode_number(self.key)

    def line(self) -> str:
        """One line for a person."""
        names = f"{self.category.value}, {self.maker} {self.product}"
        return f"{self.address}: {names}, serial {self.serial}"


def identify(bus: CoinBus, address: int, category: Category) -> Identity:
    """Ask who is there; refuse another kind of device, and one that demands encryption.

    Identified by category and maker's words, never by exact product code: a firmware upgrade
    may change that. Raises DeviceError. Source: ccTalk Generic Specification 4.7, Part 2
    sections 3.10-3.14 and 3.141.
    """
    _greet(bus, address)
    found = decode_text(bus.ask(address, Header.CATEGORY))
    if found not in {category.value, _ALSO.get(category)}:
        hint = " (it has no application firmware)" if found == Category.BOOTLOADER.value else ""
        raise PeerError(
            "coin.unknown_device", f"address {address} is a {found!r}, not a {category.value}{hint}"
        )
    _refuse_encryption(bus, address)
    return Identity(
        address,
        category,
        decode_text(bus.ask(address, Header.MANUFACTURER)),
        decode_text(bus.ask(address, Header.PRODUCT)),
        bus.ask(address, Header.SERIAL),
    )


def ask_if_there(bus: CoinBus, address: int, header: Header, data: bytes = b"") -> bytes | None:
    """The answer, or None from a device that does not know this header.

    An unknown header is met with silence, like a lost device; only a simple poll tells the two
    apart. Raises SilenceError if that is silent too. Source: Part 1 section 13.
    """
    try:
        return bus.ask(address, header, data, tries=2)
    except SilenceError:
        bus.ask(address, Header.SIMPLE_POLL)
        return None


def _greet(bus: CoinBus, address: int) -> None:
    try:
        bus.ask(address, Header.SIMPLE_POLL)
    except SilenceError as silence:
        # With encryption of the whole protocol only this one question is heard in the clear.
        try:
            answer = bus.ask(address, Header.ENCRYPTION, ENCRYPTION_QUESTION, tries=1)
        except DeviceError:
            raise silence from None
        _check_encryption(address, answer)
        raise


def _refuse_encryption(bus: CoinBus, address: int) -> None:
    answer = ask_if_there(bus, address, Header.ENCRYPTION, ENCRYPTION_QUESTION)
    if answer is not None:
        _check_encryption(address, answer)


def _check_encryption(address: int, answer: bytes) -> None:
    try:
        encryption = decode_encryption(answer)
    except ReplyError as error:
        raise PeerError("coin.wire", f"address {address}: {error}") from error
    if encryption.demanded:
        levels = f"protocol level {encryption.protocol_level}"
        detail = f"address {address}: {levels}, command level {encryption.command_level}"
        raise PeerError("coin.encrypted", detail)
