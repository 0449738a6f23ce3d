"""The host's side of a coin acceptor: which coins it knows, and how their credits are named.

What it shares with a bill validator, credits among it, is in `taker`.

Source: ccTalk Generic Specification 4.7, Part 2 sections 3.25-3.29 and 3.43, Part 3 Appendix 3.
"""

from drivers.clock import Clock
from drivers.coin.accounting import Coins
from drivers.coin.bus import CoinBus
from drivers.coin.contract import Taker
from drivers.coin.identity import Identity, ask_if_there, identify
from drivers.coin.protocol import (
    ALL_POSITIONS,
    ReplyError,
    coin_yen,
    credit_codes_are_values,
    decode_text,
    encode_mask,
)
from drivers.coin.tables import STRING_FAULTS, Category, Header
from drivers.coin.taker import MoneyTaker


class Acceptor(MoneyTaker):
    """One coin acceptor."""

    taker = Taker.COIN
    events_header = Header.CREDITS

    def __init__(self, bus: CoinBus, clock: Clock, address: int) -> None:
        self._coins = Coins({})
        super().__init__(bus, clock, address, self._coins)

    def identify(self) -> Identity:
        """Ask who it is, and which coins it knows. Raises DeviceError."""
        found = identify(self._bus, self._address, Category.COIN_ACCEPTOR)
        options = ask_if_there(self._bus, self._address, Header.OPTION_FLAGS)
        self._coins = Coins(
            {p: yen for p in ALL_POSITIONS if (yen := self._coin_at(p)) is not None},
            credits_are_values=options is not None and credit_codes_are_values(options[0]),
        )
        self._tariff = self._coins
        self._find_total()
        # Last: one of which only the name is known must not be taken for one that is known.
        self.identity = found
        return found

    def _coin_at(self, position: int) -> int | None:
        name = decode_text(self._bus.ask(self._address, Header.COIN_ID, bytes((position,))))
        try:
            return coin_yen(name)
        except ReplyError:
            return None  # a token or a foreign coin: never enabled, hence never credited

    def _mask(self) -> bytes:
        return encode_mask(self._coins.positions(self._wanted))

    def _reason_of(self, fault: int) -> str:
        return "coin.fraud" if fault in STRING_FAULTS else "coin.acceptor_fault"
