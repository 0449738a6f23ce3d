"""The virtual coin machine: an acceptor and hoppers at the far end of one ccTalk line.

It speaks the same bytes as a real one, and keeps the physical truth outside the protocol.
"""

from collections.abc import Iterator
from functools import reduce
from operator import and_

from drivers.clock import Clock
from drivers.coin.framing import BadFrame, Check, Frame, FrameParser, encode_frame
from drivers.coin.tables import BROADCAST, HOST, Header
from drivers.coin.virtual.acceptor import VirtualAcceptor
from drivers.coin.virtual.addresses import AddressBook
from drivers.coin.virtual.bills import VirtualBillValidator
from drivers.coin.virtual.changer import VirtualChanger
from drivers.coin.virtual.escrow import VirtualEscrow
from drivers.coin.virtual.hand import Hand
from drivers.coin.virtual.hopper import VirtualHopper
from drivers.coin.virtual.ledger import Place
from drivers.coin.virtual.mechanics import MachineBuild, Observer, Speeds, nobody
from drivers.coin.virtual.slave import ACK, Answer, Slave
from drivers.coin.virtual.stand import CoinStand


class VirtualCoinMachine(CoinStand):
    """One ccTalk line of devices. Of a cut cable its own echo still comes back.

    A machine with wrong devices names other classes for its parts.
    """

    acceptor: VirtualAcceptor
    hoppers: dict[int, VirtualHopper]
    bills: VirtualBillValidator | None
    escrow: VirtualEscrow | None

    acceptor_kind = VirtualAcceptor
    hopper_kind = VirtualHopper
    bills_kind = VirtualBillValidator
    escrow_kind = VirtualEscrow
    changer_kind = VirtualChanger
    addresses_kind = AddressBook

    def __init__(
        self,
        clock: Clock,
        build: MachineBuild | None = None,
        observer: Observer = nobody,
        speeds: Speeds | None = None,
    ) -> None:
        """`observer` is called from the thread that causes or notices something; be quick."""
        self.build = build or MachineBuild()
        super().__init__(clock, self.build.paced_baud)
        self.speeds = speeds or Speeds()
        self._parser = FrameParser(self.build.check)
        self.echo = self.build.echo
        parts = (self.speeds, self.ledger, observer)
        self.acceptor = self.acceptor_kind(self.build.acceptor, *parts)
        self.hoppers = {
            yen: self.hopper_kind(yen, hopper, *parts) for yen, hopper in self.build.hoppers.items()
        }
        self.bills = self.bills_kind(self.build.bills, *parts) if self.build.bills else None
        self.escrow = self.escrow_kind(self.build.escrow, *parts) if self.build.escrow else None
        self.changer = self.changer_kind(self.build.changer, *parts) if self.build.changer else None
        for yen, hopper in self.build.hoppers.items():
            self.ledger.move(yen, Place.OUTSIDE, Place.HOPPER, hopper.pieces)
        for yen, pieces in (self.build.changer.pieces if self.build.changer else {}).items():
            self.ledger.move(yen, Place.OUTSIDE, Place.HOPPER, pieces)
        self.acceptor.sort = self._path_of
        self.acceptor.hold = self.escrow
        self.addresses = self.addresses_kind(self._devices())
        self.hand = Hand(self, observer)
        self.settle()

    # --- the line -----------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """What comes back when `data` arrives now: the echo, then the answers."""
        with self._lock:
            self.settle()
            heard = data if self.echo else b""
            if self.cable_cut:
                return heard
            found = self._parser.feed(data, self._clock.monotonic_s())
            answers = [self._reply(frame) for frame in found if not isinstance(frame, BadFrame)]
            self.settle()
            singles = self.addresses.due(self._clock.monotonic_s())
            return heard + b"".join(answers) + singles

    # --- the devices --------------------------------------------------------------------------

    def slaves(self) -> Iterator[Slave]:
        """All devices on the line."""
        for _, slave in self.addresses:
            yield slave

    def _line_due_s(self) -> float | None:
        return self.addresses.next_due_s()

    def _devices(self) -> Iterator[tuple[int, Slave]]:
        """All devices with the addresses they were built with."""
        yield self.build.acceptor.address, self.acceptor
        for yen, hopper in self.hoppers.items():
            yield self.build.hoppers[yen].address, hopper
        if self.bills and self.build.bills:
            yield self.build.bills.address, self.bills
        if self.escrow and self.build.escrow:
            yield self.build.escrow.address, self.escrow
        if self.changer and self.build.changer:
            yield self.build.changer.address, self.changer

    def _path_of(self, yen: int) -> int | None:
        """Sorter path 1, 2, ... to the hopper of this value, while there is room."""
        for path, (value, hopper) in enumerate(self.hoppers.items(), start=1):
            if value == yen:
                return path if hopper.room else None
        return None

    def _reply(self, frame: Frame) -> bytes:
        if frame.destination == BROADCAST:
            return self._broadcast(frame)
        if self.addresses.understands(frame.header):
            return self._multi_drop(frame)
        heard = self.addresses.at(frame.destination)
        answers = [slave.answer(frame.header, frame.data) for slave in heard]
        return _collide([self._encoded(frame.destination, a) for a in answers if a is not None])

    def _multi_drop(self, frame: Frame) -> bytes:
        now_s = self._clock.monotonic_s()
        obeyed = self.addresses.obey(frame.header, frame.destination, frame.data, now_s)
        return self._encoded(frame.destination, ACK) if obeyed else b""

    def _encoded(self, address: int, answer: Answer) -> bytes:
        source = address if self.build.check is Check.SIMPLE else 0
        return encode_frame(Frame(HOST, source, answer.header, answer.data), self.build.check)

    def _broadcast(self, frame: Frame) -> bytes:
        """All obey; their simultaneous answers would destroy one another. Part 1 section 7.5.1."""
        if self.addresses.understands(frame.header):
            return self._multi_drop(frame)
        if frame.header == Header.RESET:
            for slave in self.slaves():
                slave.answer(frame.header, frame.data)
        return b""


def _collide(answers: list[bytes]) -> bytes:
    """Devices that answer at once pull one wire low together; Part 1 section 5."""
    if len(answers) < 2:  # noqa: PLR2004 - alone on the wire
        return b"".join(answers)
    longest = max(map(len, answers))
    padded = [answer.ljust(longest, b"\xff") for answer in answers]
    return bytes(reduce(and_, column) for column in zip(*padded, strict=True))
