"""What a deliberately wrong coin machine is: a right one with one part of another class."""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.clock import Clock
from drivers.coin.virtual import MachineBuild, VirtualCoinMachine
from drivers.coin.virtual.acceptor import VirtualAcceptor
from drivers.coin.virtual.addresses import AddressBook
from drivers.coin.virtual.bills import VirtualBillValidator
from drivers.coin.virtual.changer import VirtualChanger
from drivers.coin.virtual.escrow import VirtualEscrow
from drivers.coin.virtual.hopper import VirtualHopper

Part = type[
    VirtualBillValidator
    | VirtualAcceptor
    | VirtualHopper
    | VirtualEscrow
    | VirtualChanger
    | AddressBook
    | VirtualCoinMachine
]


@dataclass(frozen=True, slots=True)
class WrongDevice:
    """One wrong thing, and the cases that must find it."""

    name: str
    what: str
    machine: Callable[[Clock, MachineBuild], VirtualCoinMachine]
    killers: tuple[str, ...]
    build: MachineBuild = field(default_factory=MachineBuild)


def wrong(name: str, part: Part, *killers: str, build: MachineBuild | None = None) -> WrongDevice:
    """The device with this part, wrong in what the part's docstring says."""
    what = (part.__doc__ or "").partition("\n")[0].rstrip(".")
    return WrongDevice(name, what, _machine(part), killers, build or MachineBuild())


def _machine(part: Part) -> type[VirtualCoinMachine]:
    if issubclass(part, VirtualCoinMachine):
        return part
    slot = next(slot for slot, kind in _SLOTS.items() if issubclass(part, kind))
    return type(part.__name__, (VirtualCoinMachine,), {slot: part})


_SLOTS: dict[str, type] = {
    "acceptor_kind": VirtualAcceptor,
    "hopper_kind": VirtualHopper,
    "bills_kind": VirtualBillValidator,
    "escrow_kind": VirtualEscrow,
    "changer_kind": VirtualChanger,
    "addresses_kind": AddressBook,
}
