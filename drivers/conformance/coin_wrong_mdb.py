"""Deliberately wrong MDB machines: what changers and validators do against their standard.

All of them are found through the driver, by the cases that ask no more than the contract.
"""

from drivers.coin.mdb.framing import Answer, Sign
from drivers.coin.mdb.tables import BillRouting, Routing
from drivers.coin.mdb.virtual.changer import VirtualMdbChanger
from drivers.coin.mdb.virtual.machine import VirtualMdbMachine
from drivers.coin.mdb.virtual.mechanics import MdbBuild
from drivers.coin.mdb.virtual.validator import VirtualMdbValidator
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_mdb import BILLS, LEVEL_2, PLAIN, opener
from drivers.conformance.proof import Specimen

_COIN = 0x40


class _PaysOneMore(VirtualMdbChanger):
    """Lets one coin more out than was ordered, and does not count it."""

    def _pay(self, values: list[int]) -> None:
        self._uncounted = getattr(self, "_uncounted", 0) + 1
        super()._pay([*values, values[0]])

    def _count(self, coin_type: int) -> int:
        return super()._count(coin_type) + getattr(self, "_uncounted", 0)


class _NeverCountsDown(VirtualMdbChanger):
    """Its tube counts stay as they are when coins are paid."""

    def _count(self, coin_type: int) -> int:
        return self.build.pieces.get(self.types.get(coin_type, 0), 0)


class _KeepsItsGateOpen(VirtualMdbChanger):
    """Answers COIN TYPE and lets in whatever comes."""

    def takes(self, yen: int) -> bool:
        return self.listening and self._type_of(yen) is not None


class _NamesAnotherType(VirtualMdbChanger):
    """Tells the coin type below the one that came."""

    def tell(self, *event: int) -> None:
        first, *rest = event
        is_coin = first & 0xC0 == _COIN and first & 0xF > 0
        super().tell(first - 1 if is_coin else first, *rest)


class _HidesItsReset(VirtualMdbChanger):
    """After power-up its first POLL does not say that it was reset."""

    def forget(self) -> None:
        super().forget()
        self.events.clear()


class _ForgetsUnheard(VirtualMdbChanger):
    """Forgets a coin that nobody asked for within half a second, and does not count it."""

    def _land(self, yen: int) -> None:
        if self.now_s - self.polled_s <= 0.5:  # noqa: PLR2004 - of no standard
            super()._land(yen)
            return
        self._forgotten = getattr(self, "_forgotten", 0) + 1
        super()._land(yen)
        self.events.clear()

    def _count(self, coin_type: int) -> int:
        return super()._count(coin_type) - getattr(self, "_forgotten", 0) * (coin_type == 0)


class _NewestFirst(VirtualMdbChanger):
    """Tells the last coin first."""

    def tell(self, *event: int) -> None:
        super().tell(*event)
        self.events.rotate(1)


class _EmptyAndDoesNotSay(VirtualMdbChanger):
    """Counts two coins more than a tube has."""

    def _count(self, coin_type: int) -> int:
        return super()._count(coin_type) + 2


class _CreditsRejected(VirtualMdbChanger):
    """Tells a coin that it gives back as one that went to its tube."""

    def drop(self, yen: int) -> None:
        was_let_in = self.takes(yen)
        super().drop(yen)
        coin_type = self._type_of(yen)
        if not was_let_in and self.listening and coin_type is not None:
            self.tell(_COIN | Routing.TUBES << 4 | coin_type, self._count(coin_type) + 1)


class _StacksAtOnce(VirtualMdbValidator):
    """Tells a bill as stacked when it comes to lie in escrow."""

    def _tell_bill(self, routing: BillRouting) -> None:
        super()._tell_bill(BillRouting.STACKED if routing is BillRouting.ESCROW else routing)


class _DeafToReturn(VirtualMdbValidator):
    """Stacks a bill that was to be given back."""

    def _escrow(self, data: bytes) -> Answer:
        return super()._escrow(b"\x01") if data else Sign.ACK


def _wrong(
    name: str,
    part: type[VirtualMdbChanger | VirtualMdbValidator],
    *killers: str,
    build: MdbBuild = PLAIN,
) -> Specimen[CoinBench]:
    slot = "changer_kind" if issubclass(part, VirtualMdbChanger) else "bills_kind"
    machine = type(part.__name__, (VirtualMdbMachine,), {slot: part})
    what = (part.__doc__ or "").partition("\n")[0].rstrip(".")
    return Specimen(name, f"MDB: {what}", opener(build, machine), killers)


RIGHT: tuple[Specimen[CoinBench], ...] = (
    Specimen("mdb", "an MDB changer of level 3", opener(PLAIN)),
    Specimen("mdb-level-2", "an MDB changer of level 2, by telephone code", opener(LEVEL_2)),
    Specimen("mdb-bills", "an MDB changer with a bill validator", opener(BILLS)),
)
WRONG: tuple[Specimen[CoinBench], ...] = (
    _wrong("mdb-one-more", _PaysOneMore, "coin.paying.exact"),
    _wrong("mdb-never-counts-down", _NeverCountsDown, "coin.paying.exact"),
    _wrong("mdb-gate-open", _KeepsItsGateOpen, "coin.taking.shut_at_first", "coin.taking.stop"),
    _wrong("mdb-other-type", _NamesAnotherType, "coin.taking.exactly"),
    _wrong("mdb-hides-reset", _HidesItsReset, "coin.taking.power"),
    _wrong("mdb-forgets-unheard", _ForgetsUnheard, "coin.taking.host_death"),
    _wrong("mdb-newest-first", _NewestFirst, "coin.taking.order"),
    _wrong("mdb-counts-too-many", _EmptyAndDoesNotSay, "coin.paying.empty"),
    _wrong("mdb-credits-rejected", _CreditsRejected, "coin.taking.shut_at_first"),
    _wrong("mdb-stacks-at-once", _StacksAtOnce, "coin.bills.stacked", build=BILLS),
    _wrong("mdb-never-returns", _DeafToReturn, "coin.bills.given_back", build=BILLS),
)
SPECIMENS = (*RIGHT, *WRONG)
