"""Who answers at which address, and the multi-drop commands that find and mend it.

Source: ccTalk Generic Specification 4.7, Part 1 section 20.2 (MDCES), section 7.5.1 (broadcast).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random  # noqa: TID251  # seeded, so that a machine does the same in every run

from drivers.coin.tables import BROADCAST, MDCES_DEAF_S, MDCES_STEP_S, Header
from drivers.coin.virtual.slave import Slave

_FIRST, _LAST = 2, 255
_DICE = 256
_SEED = 2
"""By real chance a device would come to lie at another's address once in fifty times."""
_Command = Callable[[int, bytes, float], bool]


class AddressBook:
    """The devices of a line with their addresses, which two of them may share."""

    def __init__(self, devices: Iterable[tuple[int, Slave]]) -> None:
        self._devices = [[address, slave] for address, slave in devices]
        self._spoken: list[tuple[float, int]] = []
        self.dice: Callable[[int], int] = Random(_SEED).randrange  # noqa: S311  # repeatable
        """Random numbers below a limit; a test may load it."""

    def __iter__(self) -> Iterator[tuple[int, Slave]]:
        for address, slave in self._devices:
            assert isinstance(address, int)  # noqa: S101 - each pair is an address and a device
            assert isinstance(slave, Slave)  # noqa: S101
            yield address, slave

    def at(self, address: int) -> list[Slave]:
        """The devices that hear this address; all of them for the broadcast."""
        return [slave for own, slave in self if address in {BROADCAST, own}]

    def understands(self, header: int) -> bool:
        """True for the commands that are answered here and not by the devices."""
        return header in _COMMANDS

    def obey(self, header: int, address: int, data: bytes, now_s: float) -> bool:
        """Carry out a multi-drop command. True if it is acknowledged in a frame."""
        command: _Command = getattr(self, _COMMANDS[header])
        return command(address, data, now_s)

    def due(self, now_s: float) -> bytes:
        """Single bytes that devices have sent by now."""
        ready = sorted(entry for entry in self._spoken if entry[0] <= now_s)
        self._spoken = [entry for entry in self._spoken if entry[0] > now_s]
        return bytes(address for _, address in ready)

    def next_due_s(self) -> float | None:
        """When the next single byte is sent."""
        return min((when for when, _ in self._spoken), default=None)

    def _poll(self, _address: int, _data: bytes, now_s: float) -> bool:
        for address, slave in self:
            if slave.listening:
                self._say(address, slave, now_s, address)
        return False

    def _clash(self, address: int, _data: bytes, now_s: float) -> bool:
        for slave in self.at(address):
            if slave.listening:
                self._say(address, slave, now_s, self.dice(_DICE))
        return False

    def _say(self, address: int, slave: Slave, now_s: float, steps: int) -> None:
        self._spoken.append((now_s + steps * MDCES_STEP_S, address))
        slave.go_deaf(MDCES_DEAF_S)

    def _change(self, address: int, data: bytes, _now_s: float) -> bool:
        if len(data) != 1 or data[0] < _FIRST:
            return False
        return self._move(address, lambda: data[0])

    def _random(self, address: int, _data: bytes, _now_s: float) -> bool:
        moved = self._move(address, lambda: _FIRST + self.dice(_LAST - _FIRST + 1))
        return moved and address != BROADCAST

    def _move(self, address: int, to: Callable[[], int]) -> bool:
        heard = [slave for slave in self.at(address) if slave.listening]
        for pair in self._devices:
            if pair[1] in heard:
                pair[0] = to()
        return bool(heard)


_COMMANDS: Mapping[int, str] = {
    Header.ADDRESS_POLL: "_poll",
    Header.ADDRESS_CLASH: "_clash",
    Header.ADDRESS_CHANGE: "_change",
    Header.ADDRESS_RANDOM: "_random",
}
"""By name, so that a line with wrong devices can change one of them."""
