"""The demo's coin machines: one for each protocol the terminal speaks, and one with an escrow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.coin.mdb.tables import CHANGER, VALIDATOR
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild, VirtualMdbMachine
from drivers.coin.virtual.machine import VirtualCoinMachine
from drivers.coin.virtual.mechanics import (
    BillBuild,
    EscrowBuild,
    MachineBuild,
    Observer,
    Speeds,
)
from drivers.coin.virtual.stand import CoinStand

_CCTALK_NOTES = ("JP0001A", "JP0001B")
"""The validator knows two prints of the ¥1,000 bill and refuses every other, as kiosks do."""
_MDB_NOTES = MdbBillBuild(notes=(1000,), credits=(1,))


@dataclass(frozen=True, slots=True)
class CoinMachine:
    """How one is made, and what the terminal's configuration says of it."""

    make: Callable[[Clock, Observer, Speeds], CoinStand]
    config: Mapping[str, object]


def _cctalk(
    clock: Clock, observer: Observer, speeds: Speeds, escrow: EscrowBuild | None = None
) -> CoinStand:
    build = MachineBuild(bills=BillBuild(bills=_CCTALK_NOTES), escrow=escrow)
    return VirtualCoinMachine(clock, build, observer, speeds)


_CCTALK = {"hoppers": {"10": 3, "50": 4, "100": 5, "500": 6}, "bills": 40}
WITH_ESCROW = "cctalk-escrow"
"""The machine of the first row with a motorised escrow under its acceptor."""

COIN_MACHINES: Mapping[str, CoinMachine] = {
    "cctalk": CoinMachine(_cctalk, _CCTALK),
    WITH_ESCROW: CoinMachine(
        lambda clock, observer, speeds: _cctalk(clock, observer, speeds, EscrowBuild()),
        {**_CCTALK, "escrow": EscrowBuild().address},
    ),
    "mdb": CoinMachine(
        lambda clock, observer, speeds: VirtualMdbMachine(
            clock, MdbBuild(bills=_MDB_NOTES), observer, speeds
        ),
        {
            "protocol": "mdb",
            "hoppers": dict.fromkeys(("10", "50", "100", "500"), CHANGER),
            "bills": VALIDATOR,
        },
    ),
}
