"""Which driver speaks what the configuration names."""

from collections.abc import Callable

from drivers.clock import Clock
from drivers.coin.contract import CoinVendor, CoinVendorConfig
from drivers.link.port import BytePort

OpenPort = Callable[[], BytePort]


def coin_vendor(
    config: CoinVendorConfig, clock: Clock, open_port: OpenPort | None = None
) -> CoinVendor:
    """The coin vendor of `config`; opens nothing yet. `open_port` replaces its serial port."""
    if config.protocol == "mdb":
        from drivers.coin.mdb.vendor import MdbCoinVendor

        return MdbCoinVendor(config, clock, open_port)
    from drivers.coin.serial import SerialCoinVendor

    return SerialCoinVendor(config, clock, open_port=open_port)
