"""The coin bench: one line of devices, reached by raw frames or by a driver, and a hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from drivers.clock import Clock
from drivers.coin.contract import CoinEvent, CoinVendor, CoinVendorConfig
from drivers.coin.framing import BadFrame, Check, FrameParser
from drivers.coin.protocol import decode_text, describe
from drivers.coin.quirks import QuirkBook, write_family
from drivers.coin.tables import HOST, Header, Quirks
from drivers.conformance.case import NotApplicable, Undecided, Violation, demand
from drivers.conformance.coin_hands import CoinHands
from drivers.conformance.coin_lines import Kill, OpenPort, Spoil, request_with
from drivers.conformance.coin_wire import CoinWire
from drivers.conformance.hands import Act
from drivers.conformance.held import held
from drivers.conformance.timing import Stopwatch
from drivers.conformance.transcript import RecordedPort, Recorder
from drivers.errors import DeviceError
from drivers.link.port import BytePort, LinkLost

BOOT_LIMIT_S = 5.0
"""A device that was reset or got power has this long to answer again."""
_BOOT_STEP_S = 0.1
_SILENCE_STEP_S = 0.02
_STILL_LIMIT_S = 20.0
_VIRTUAL_S = 2.0
_POLL_STEP_S = 0.1
_FALLEN_S = 1.0
"""Longer than a coin takes from the exit sensor into the tray."""
_HEADER_AT = 3
_MERE_STATES = 0b1100_0110
"""Bits of a hopper's first register that keep it from nothing. Source: Part 2 section 3.90."""
_SECRET_HEADERS = frozenset({218, 219})
"""PIN entry and PIN change of a hopper."""

OpenVendor = Callable[[CoinVendorConfig, Clock, OpenPort], CoinVendor]
"""Makes the driver under test; one of another make may ignore the port and open its own."""


Answer = TypeVar("Answer")


def calm(method: Callable[[], Answer]) -> Answer:
    """What a method answers that never raises. Raises Violation if it does."""
    try:
        return method()
    except Exception as error:
        raise Violation(f"it raised {type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class CoinSetup:
    """Which devices are there, and how they are reached."""

    config: CoinVendorConfig
    open_port: OpenPort
    open_vendor: OpenVendor
    has_wire: bool = True
    """False: the devices do not speak ccTalk; only the driver is tried."""
    gives_port: bool = True
    """False: the driver opens its line itself."""
    patience_s: float = _VIRTUAL_S
    """How long an act by hand may take to show on the line; a person needs more."""


class CoinBench:
    """What the coin cases touch. Belongs to one thread."""

    def __init__(self, setup: CoinSetup, act: Act, clock: Clock) -> None:
        self._setup = setup
        self.config = setup.config
        self.clock = clock
        self.patience_s = setup.patience_s
        self.check = Check(setup.config.checksum)
        self.recorder = Recorder(clock, self._meaning, self._secret)
        self.hands = CoinHands(act, self.recorder)
        self.stopwatch = Stopwatch(clock)
        self.acceptor = setup.config.acceptor
        self.bills = setup.config.bills
        """Address of the bill validator; 0: none."""
        self.escrow = setup.config.escrow
        """Address of the coin escrow; 0: none."""
        paid = {int(yen): at for yen, at in sorted(setup.config.hoppers.items())}
        shared = [at for at in paid.values() if list(paid.values()).count(at) > 1]
        self.changer = shared[0] if shared else 0
        """Address of the changer, at which several face values are; 0: none."""
        self.payable = tuple(sorted(paid))
        """Face values that are paid out, by hoppers or a changer."""
        self.hoppers = {yen: at for yen, at in paid.items() if at != self.changer}
        self.learned: dict[str, Any] = {}
        """By address."""

    @property
    def addresses(self) -> tuple[int, ...]:
        """All configured devices."""
        others = (self.bills, self.escrow, self.changer)
        return (self.acceptor, *self.hoppers.values(), *filter(None, others))

    @property
    def cheapest(self) -> int:
        """The face value of the hopper that the payout cases use: the smallest.

        Raises NotApplicable where there is no hopper.
        """
        if not self.hoppers:
            raise NotApplicable("no hopper is configured")
        return min(self.hoppers)

    @property
    def paid(self) -> int:
        """The face value that the driver is asked to pay: the smallest of hoppers or changer.

        Raises NotApplicable where nothing is paid out.
        """
        if not self.payable:
            raise NotApplicable("no hopper is configured")
        return min(self.payable)

    @staticmethod
    def dispense_command(raw: bytes) -> bool:
        """True for the bytes of an order to pay."""
        return request_with(Header.DISPENSE)(raw) or request_with(Header.PAY_MONEY_OUT)(raw)

    # --- two ways to the device ---------------------------------------------------------------

    @contextmanager
    def wire(self) -> Iterator[CoinWire]:
        """Raw frames. Raises NotApplicable for a driver whose devices do not speak ccTalk."""
        if not self._setup.has_wire:
            raise NotApplicable("the driver is tried alone; its line is not ccTalk")
        wire = CoinWire(self._open(), self.clock, self.check, self.stopwatch)
        try:
            yield wire
        finally:
            wire.close()

    @contextmanager
    def vendor(self) -> Iterator[CoinVendor]:
        """A driver that knows nothing, as after the death of its host; closed at the end."""
        made = self._held(self._open)
        try:
            yield made
        finally:
            made.close()

    @contextmanager
    def mortal(self) -> Iterator[tuple[CoinVendor, Kill]]:
        """A driver whose host can be killed; nothing is closed in order then.

        Raises NotApplicable for a driver that opens a line of its own.
        """
        kill = Kill(self.dispense_command)
        made = self._over(lambda: kill.opened(self._open()))
        try:
            yield made, kill
        finally:
            if not kill.dead:
                made.close()

    @contextmanager
    def spoiled(self) -> Iterator[tuple[CoinVendor, Spoil]]:
        """A driver on a line that spoils what it is told to.

        Raises NotApplicable for a driver that opens a line of its own.
        """
        spoil = Spoil()
        made = self._over(lambda: spoil.opened(self._open(), self.clock))
        try:
            yield made, spoil
        finally:
            made.close()

    @contextmanager
    def ready(self) -> Iterator[CoinVendor]:
        """As `vendor`, set up and with an empty tray: what lies there afterwards was paid now."""
        self.hands.take_tray()
        with self.vendor() as made:
            made.capabilities()
            made.resume(None)
            yield made

    def demand_tray(self, yen: int) -> None:
        """So much lies in the tray once everything has fallen. Raises Violation."""
        self.clock.sleep(_FALLEN_S)
        lying = self.hands.take_tray()
        demand(lying == yen, f"¥{lying} lie in the tray, not ¥{yen}")

    def poll_for(
        self,
        vendor: CoinVendor,
        seconds: float,
        enough: Callable[[tuple[CoinEvent, ...]], bool] = lambda _: False,
    ) -> tuple[CoinEvent, ...]:
        """All events of that time, or until there are enough."""
        found: tuple[CoinEvent, ...] = ()
        until_s = self.clock.monotonic_s() + seconds
        while True:
            with self.stopwatch.span("poll"):
                found += calm(vendor.poll)
            if self.clock.monotonic_s() >= until_s or enough(found):
                return found
            self.clock.sleep(_POLL_STEP_S)

    # --- the runner's side --------------------------------------------------------------------

    def settle(self) -> None:
        self.hands.restore_all()
        if not self._setup.has_wire:
            with self.vendor() as vendor:
                vendor.resume(None)
            return
        with self.wire() as wire:
            for address in self.addresses:
                self.await_boot(wire, address)
            wire.ask(self.acceptor, Header.SET_MASTER_INHIBIT, b"\0")
            wire.ask(self.acceptor, Header.SET_INHIBITS, b"\0\0")
            if self.bills:
                wire.ask(self.bills, Header.SET_MASTER_INHIBIT, b"\0")
                wire.reply(self.bills, Header.ROUTE_BILL, b"\0")
            if self.escrow:
                wire.reply(self.escrow, Header.OPERATE_ESCROW, b"\1")
                self.await_rest(wire, self.escrow, Header.ESCROW_STATUS, lambda said: said[0] != 1)
            if self.changer:
                self.await_rest(wire, self.changer, Header.ACTIVITY, lambda said: not said[0] & 8)
            for address in self.hoppers.values():
                self.await_still(wire, address)
                wire.ask(address, Header.ENABLE_HOPPER, b"\0")
                self._unlatch(wire, address)

    def _unlatch(self, wire: CoinWire, address: int) -> None:
        """Clear what the last case has left behind in the hopper's flags."""
        first, *others = wire.ask(address, Header.TEST_HOPPER)
        if first & ~_MERE_STATES or any(others):
            wire.ask(address, Header.RESET)
            self.await_boot(wire, address)

    def await_boot(self, wire: CoinWire, address: int) -> None:
        """Return when the device answers. Raises Violation after 5 s."""
        until_s = self.clock.monotonic_s() + BOOT_LIMIT_S
        while wire.reply(address, Header.SIMPLE_POLL) is None:
            if self.clock.monotonic_s() > until_s:
                raise Violation(f"address {address} does not answer a simple poll")
            self.clock.sleep(_BOOT_STEP_S)

    def await_power(self, wire: CoinWire, address: int) -> None:
        """Return when the device fell silent and answers again.

        Raises Undecided if it never fell silent, Violation if it does not come back.
        """
        until_s = self.clock.monotonic_s() + self.patience_s
        while wire.reply(address, Header.SIMPLE_POLL) is not None:
            if self.clock.monotonic_s() > until_s:
                raise Undecided("the power was not cut in time")
            self.clock.sleep(_SILENCE_STEP_S)
        until_s = self.clock.monotonic_s() + self.patience_s + BOOT_LIMIT_S
        while wire.reply(address, Header.SIMPLE_POLL) is None:
            demand(self.clock.monotonic_s() < until_s, f"address {address} stays silent")
            self.clock.sleep(_BOOT_STEP_S)

    def await_rest(
        self, wire: CoinWire, address: int, header: Header, rests: Callable[[bytes], bool]
    ) -> bytes:
        """What the device says when it has stopped. Raises Violation after 20 s."""
        until_s = self.clock.monotonic_s() + _STILL_LIMIT_S
        while not rests(said := wire.ask(address, header)):
            demand(self.clock.monotonic_s() < until_s, f"address {address} does not stop")
            self.clock.sleep(_POLL_STEP_S)
        return said

    def await_still(self, wire: CoinWire, address: int) -> bytes:
        """The hopper's status (header 166) when it has stopped. Raises Violation after 20 s."""
        until_s = self.clock.monotonic_s() + _STILL_LIMIT_S
        while True:
            status = wire.ask(address, Header.HOPPER_STATUS)
            if not status[1]:
                return status
            if self.clock.monotonic_s() > until_s:
                raise Violation(f"hopper {address} does not stop: status {status.hex(' ')}")
            self.clock.sleep(_POLL_STEP_S)

    def subject(self) -> tuple[str, ...]:
        with self.vendor() as vendor:
            return vendor.capabilities().devices

    # --- what is learned of the devices -------------------------------------------------------

    def saw(self, address: int, **quirks: Any) -> None:
        """A case saw how the device at `address` departs, or does not: keys of `Quirks`."""
        self._about(address)["quirks"].update(quirks)

    def note(self, address: int, text: str) -> None:
        """A case saw something a manual should say."""
        notes = self._about(address)["notes"]
        if text not in notes:
            notes.append(text)

    def _about(self, address: int) -> dict[str, Any]:
        about: dict[str, Any] = self.learned.setdefault(str(address), {"quirks": {}, "notes": []})
        return about

    def profile(self) -> str:
        lines = ["# Proposed from what the cases saw; compare with the maker's manual.", ""]
        with suppress(DeviceError, LinkLost, Violation, NotApplicable), self.wire() as wire:
            for address in self.addresses:
                notes = self.learned.get(str(address), {"notes": ()})["notes"]
                lines += [f"# address {address}: {note}" for note in notes]
            families: dict[tuple[str, str], Quirks] = {}
            for address in sorted(map(int, self.learned)):
                seen = self.learned[str(address)]["quirks"]
                if not seen:
                    continue
                maker = decode_text(wire.ask(address, Header.MANUFACTURER))
                product = decode_text(wire.ask(address, Header.PRODUCT))
                known = QuirkBook.of_file(self.config.profiles).of(maker, product)
                before = families.get((maker, product), known)
                families[maker, product] = replace(before, **seen)
            lines += [
                "\n# As the standard says, where nothing stands below it."
                f"\n{write_family(maker, product, quirks)}"
                for (maker, product), quirks in families.items()
            ]
        return "\n".join(lines) + "\n"

    def close(self) -> None:
        """Nothing is held between cases."""

    def _over(self, open_port: OpenPort) -> CoinVendor:
        if not self._setup.gives_port:
            raise NotApplicable("the driver opens a line of its own; make it take `open_port`")
        return self._held(open_port)

    def _held(self, open_port: OpenPort) -> CoinVendor:
        made = partial(self._setup.open_vendor, self.config, self.clock, open_port)
        return held(made, CoinVendor)

    def _open(self) -> BytePort:
        return RecordedPort(self._setup.open_port(), self.recorder)

    def _meaning(self, raw: bytes) -> str:
        found = FrameParser(self.check).feed(raw, 0.0)
        parts = [f.why if isinstance(f, BadFrame) else describe(f) for f in found]
        return " | ".join(parts) or "unfinished"

    def _secret(self, raw: bytes) -> bool:
        return len(raw) > _HEADER_AT and raw[0] != HOST and raw[_HEADER_AT] in _SECRET_HEADERS
