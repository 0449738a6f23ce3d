"""Who is on the line: addresses found by the multi-drop commands, clashes found and mended.

For a technician's bench and a first set-up; a terminal in service asks only the addresses of its
configuration. Source: ccTalk Generic Specification 4.7, Part 1 section 20.2.
"""

from dataclasses import dataclass

from drivers.coin.bus import CoinBus
from drivers.coin.protocol import decode_number, decode_text
from drivers.coin.tables import BROADCAST, MDCES_DEAF_S, Header
from drivers.errors import DeviceError, MisuseError

_GATHER_S = 1.5
"""Source: Part 1 section 20.2.1."""
_ROUNDS = 3
"""Devices answer 3 ms apart with some play: bytes that met are heard apart in another round."""
_FIRST_ADDRESS = 2
_MENDINGS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """One address that answers."""

    address: int
    devices: int
    """How many share it: 1, or there is a clash."""
    what: str
    """Category, maker, product and serial, or why it could not be asked."""

    def line(self) -> str:
        """One line for a person."""
        clash = "" if self.devices == 1 else f" - {self.devices} devices share this address"
        return f"{self.address}: {self.what}{clash}"


def find_devices(bus: CoinBus) -> tuple[Found, ...]:
    """Everybody on the line, by address. Takes some ten seconds. Moves no money.

    Raises SilenceError `coin.lost` where the line is gone. Nobody at all is an empty answer.
    """
    heard: set[int] = set()
    for _ in range(_ROUNDS):
        heard |= set(bus.gather(BROADCAST, Header.ADDRESS_POLL, _GATHER_S))
    known = sorted(address for address in heard if address >= _FIRST_ADDRESS)
    return tuple(found for address in known if (found := _look(bus, address)) is not None)


def change_address(bus: CoinBus, address: int, to: int) -> None:
    """Give the one device at `address` another. Raises DeviceError, MisuseError `coin.wire`.

    Refused where several share the address: all of them would move.
    """
    if not _FIRST_ADDRESS <= to <= 255:  # noqa: PLR2004 - one byte, without broadcast and host
        raise MisuseError("coin.wire", f"{to} is no address of a device (2 to 255)")
    if sharing(bus, address) > 1:
        detail = f"several devices share address {address}: separate them first"
        raise MisuseError("coin.wire", detail)
    bus.ask(address, Header.ADDRESS_CHANGE, bytes((to,)), tries=1)


def separate(bus: CoinBus, address: int) -> tuple[Found, ...]:
    """Give the devices that share `address` addresses by chance until none is shared.

    Who is where afterwards is returned. Raises DeviceError, PeerError after five vain rounds.
    """
    bus.gather(address, Header.ADDRESS_RANDOM, MDCES_DEAF_S)
    for _ in range(_MENDINGS):
        found = find_devices(bus)
        clashes = [one for one in found if one.devices > 1]
        if not clashes:
            return found
        for one in clashes:
            bus.gather(one.address, Header.ADDRESS_RANDOM, MDCES_DEAF_S)
    raise DeviceError("coin.wire", f"the devices of address {address} could not be separated")


def sharing(bus: CoinBus, address: int) -> int:
    """How many devices answer at `address`: the most that a round of clash polls told."""
    rounds = [bus.gather(address, Header.ADDRESS_CLASH, _GATHER_S) for _ in range(_ROUNDS)]
    return max(answer.count(address) for answer in rounds)


def _look(bus: CoinBus, address: int) -> Found | None:
    devices = sharing(bus, address)
    if not devices:
        return None  # a byte of somebody else's
    if devices > 1:
        return Found(address, devices, "not asked")
    return Found(address, devices, _words(bus, address))


def _words(bus: CoinBus, address: int) -> str:
    try:
        words = [
            decode_text(bus.ask(address, header))
            for header in (Header.CATEGORY, Header.MANUFACTURER, Header.PRODUCT)
        ]
        return f"{' '.join(words)}, serial {decode_number(bus.ask(address, Header.SERIAL))}"
    except DeviceError as error:
        return f"does not say who it is ({error.reason.name})"
