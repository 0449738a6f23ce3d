"""A changer behind the vendor's contract: several face values at one address, each paid by value.

An order for pieces of one value goes out as an amount; the changer may make it of other coins. What
was paid must be whole pieces again, or it is called unknown.
"""

from drivers.coin.changer import Changer, ValueTicket
from drivers.coin.contract import DispenseResult, DispenseTicket, Evidence
from drivers.coin.identity import Identity
from drivers.errors import PeerError


class ChangerPayer:
    """One face value of a changer."""

    def __init__(self, changer: Changer, yen: int) -> None:
        self._changer = changer
        self.yen = yen

    def identify(self) -> Identity:
        """Ask who it is, and that it has a hopper of this value. Raises DeviceError."""
        identity = self._changer.identify()
        if self.yen not in {balance.yen for balance in self._changer.balances()}:
            detail = f"the changer has no hopper of ¥{self.yen}, the configuration says it has"
            raise PeerError("coin.unknown_device", detail)
        return identity

    def prepare(self, pieces: int) -> DispenseTicket:
        """Read its counters. Moves nothing. Raises DeviceError."""
        made = self._changer.prepare(self.yen * pieces)
        return DispenseTicket(
            self.yen, pieces, made.address, made.serial, made.counter, made.total_yen
        )

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        """Pay once. Never raises."""
        return _as_pieces(ticket, self._changer, pay=True)

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        """What became of it. Moves nothing. Never raises."""
        return _as_pieces(ticket, self._changer, pay=False)

    def troubles(self, tries: int) -> tuple[str, ...]:
        """Reasons why it would not pay now. Raises DeviceError."""
        del tries
        return self._changer.troubles()


def _as_pieces(ticket: DispenseTicket, changer: Changer, *, pay: bool) -> DispenseResult:
    amount = ValueTicket(
        ticket.yen * ticket.pieces,
        ticket.address,
        ticket.serial,
        ticket.event_counter,
        ticket.total_before,
    )
    result = changer.dispense(amount) if pay else changer.resolve(amount)
    pieces, rest = divmod(result.paid_yen, ticket.yen)
    evidence = Evidence.UNKNOWN if rest else result.evidence
    return DispenseResult(ticket, pieces, evidence, result.reason)
