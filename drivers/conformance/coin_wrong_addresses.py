"""Deliberately wrong answers to the multi-drop commands, each right but for one thing."""

from drivers.coin.tables import BROADCAST
from drivers.coin.virtual.addresses import AddressBook
from drivers.coin.virtual.slave import Slave
from drivers.conformance.coin_wrong import WrongDevice, wrong

_ELSEWHERE = 77


class _DeafToPolls(AddressBook):
    """The acceptor does not answer an address poll."""

    def _poll(self, address: int, data: bytes, now_s: float) -> bool:
        super()._poll(address, data, now_s)
        self._spoken = [(when, said) for when, said in self._spoken if said != 2]  # noqa: PLR2004 - its address
        return False


class _SaysAnother(AddressBook):
    """A hopper says an address that is not its own."""

    def _poll(self, address: int, data: bytes, now_s: float) -> bool:
        super()._poll(address, data, now_s)
        self._spoken.append((now_s + 4 * _ELSEWHERE / 1000, _ELSEWHERE))
        return False


class _AllAtOnce(AddressBook):
    """All answer an address poll as the acceptor does."""

    def _say(self, address: int, slave: Slave, now_s: float, steps: int) -> None:
        super()._say(address, slave, now_s, 2 if steps == address else steps)


class _Backwards(AddressBook):
    """The highest address answers first."""

    def _say(self, address: int, slave: Slave, now_s: float, steps: int) -> None:
        super()._say(address, slave, now_s, 255 - steps if steps == address else steps)


class _ClashesWithItself(AddressBook):
    """A device answers a clash poll twice."""

    def _clash(self, address: int, data: bytes, now_s: float) -> bool:
        super()._clash(address, data, now_s)
        self._spoken += [(when + 0.1, said) for when, said in self._spoken]
        return False


class _StaysWhereItIs(AddressBook):
    """A change of address is acknowledged and not made."""

    def _change(self, address: int, data: bytes, now_s: float) -> bool:
        del now_s
        return len(data) == 1 and bool(self.at(address))


class _AnswersAtBoth(AddressBook):
    """A device that was moved answers at its old address as well."""

    _old = BROADCAST

    def _change(self, address: int, data: bytes, now_s: float) -> bool:
        self._old = address
        return super()._change(address, data, now_s)

    def at(self, address: int) -> list[Slave]:
        """The devices that hear this address."""
        return super().at(address) or (super().at(_FREE) if address == self._old else [])


_FREE = 200
"""The address to which the kit moves it."""


class _TakesTheHosts(AddressBook):
    """Chance takes it to the host's own address."""

    def _random(self, address: int, data: bytes, now_s: float) -> bool:
        del data, now_s
        return self._move(address, lambda: 1)


WRONG: tuple[WrongDevice, ...] = (
    wrong("deaf-to-address-polls", _DeafToPolls, "coin.addresses.poll"),
    wrong("says-another-address", _SaysAnother, "coin.addresses.poll"),
    wrong("answers-at-once", _AllAtOnce, "coin.addresses.order"),
    wrong("answers-backwards", _Backwards, "coin.addresses.order"),
    wrong("clashes-with-itself", _ClashesWithItself, "coin.addresses.clash"),
    wrong("stays-where-it-is", _StaysWhereItIs, "coin.addresses.change"),
    wrong("answers-at-both", _AnswersAtBoth, "coin.addresses.change"),
    wrong("takes-the-host-s-address", _TakesTheHosts, "coin.addresses.random"),
)
