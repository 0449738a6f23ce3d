"""The virtual coin machine. Shipped, and refused in production."""

from drivers.coin.tables import DispenseAnswer
from drivers.coin.virtual.hand import Hand
from drivers.coin.virtual.ledger import Place, Truth
from drivers.coin.virtual.machine import VirtualCoinMachine
from drivers.coin.virtual.mechanics import (
    AcceptorBuild,
    BillBuild,
    ChangerBuild,
    EscrowBuild,
    FirstEvent,
    Happening,
    HopperBuild,
    MachineBuild,
    Nameplate,
    Speeds,
    four_hoppers,
)

__all__ = [
    "AcceptorBuild",
    "BillBuild",
    "ChangerBuild",
    "DispenseAnswer",
    "EscrowBuild",
    "FirstEvent",
    "Hand",
    "Happening",
    "HopperBuild",
    "MachineBuild",
    "Nameplate",
    "Place",
    "Speeds",
    "Truth",
    "VirtualCoinMachine",
    "four_hoppers",
]
