"""The virtual MDB machine. Shipped, and refused in production."""

from drivers.coin.mdb.virtual.machine import VirtualMdbMachine
from drivers.coin.mdb.virtual.mechanics import (
    AdapterBuild,
    MdbBillBuild,
    MdbBuild,
    MdbChangerBuild,
    MdbPlate,
)

__all__ = [
    "AdapterBuild",
    "MdbBillBuild",
    "MdbBuild",
    "MdbChangerBuild",
    "MdbPlate",
    "VirtualMdbMachine",
]
