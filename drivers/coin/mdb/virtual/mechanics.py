"""How the virtual MDB machine is built: data, no behaviour."""

from dataclasses import dataclass, field

from drivers.coin.mdb.tables import Feature

COINS = (10, 50, 100, 500)
"""The coins themselves, in yen, by coin type."""
YEN_COINS = (1, 5, 10, 50)
"""Their credits by a scaling factor of 10: they must fit into a byte."""
NOTES = (1000, 2000, 5000, 10000)
YEN_BILLS = (1, 2, 5, 10)
"""Credits of the Bank of Japan's notes by a scaling factor of 1000."""
ALL_FEATURES = Feature.ALTERNATIVE_PAYOUT | Feature.EXTENDED_DIAGNOSTICS


@dataclass(frozen=True, slots=True)
class MdbPlate:
    """What a device says about itself."""

    maker: str = "KVM"
    serial: str = "000000080001"
    model: str = "KV-M1"


@dataclass(frozen=True, slots=True)
class MdbChangerBuild:
    """One changer. The defaults are a plain Japanese one of level 3."""

    plate: MdbPlate = MdbPlate()
    level: int = 3
    country: int = 0x1392
    scaling: int = 10
    decimals: int = 0
    coins: tuple[int, ...] = COINS
    credits: tuple[int, ...] = YEN_COINS
    pieces: dict[int, int] = field(default_factory=lambda: {10: 50, 50: 50, 100: 50, 500: 30})
    """Face value in yen -> pieces in its tube; a coin without an entry has no tube."""
    capacity: int = 80
    features: Feature = ALL_FEATURES
    remembers: int = 8
    """Events it keeps untold before it refuses coins."""


@dataclass(frozen=True, slots=True)
class MdbBillBuild:
    """One bill validator. The defaults are a plain Japanese one with escrow and stacker."""

    plate: MdbPlate = MdbPlate(serial="000000300001", model="KV-MB1")
    level: int = 1
    country: int = 0x1392
    scaling: int = 1000
    decimals: int = 0
    notes: tuple[int, ...] = NOTES
    credits: tuple[int, ...] = YEN_BILLS
    capacity: int = 300
    escrow: bool = True


@dataclass(frozen=True, slots=True)
class AdapterBuild:
    """The bus master behind the serial port."""

    retransmits: int = 1
    """How often it asks a peripheral by RET to say a damaged answer again."""


@dataclass(frozen=True, slots=True)
class MdbBuild:
    """One adapter and what is on its bus."""

    changer: MdbChangerBuild = field(default_factory=MdbChangerBuild)
    bills: MdbBillBuild | None = None
    adapter: AdapterBuild = AdapterBuild()
