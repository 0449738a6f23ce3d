"""The coin bench: one line of devices, reached by raw frames or by a driver, and a hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.coin.contract import CoinEvent, CoinVendor, CoinVendorConfig
from drivers.coin.framing import BadFrame, Check, FrameParser
from drivers.coin.protocol import describe
from drivers.coin.tables import HOST, Header
from drivers.conformance.case import NotApplicable, Violation
from drivers.conformance.coin_hands import CoinHands
from drivers.conformance.coin_wire import CoinWire
from drivers.conformance.hands import Act
from drivers.conformance.timing import Stopwatch
from drivers.conformance.transcript import RecordedPort, Recorder
from drivers.errors import DeviceError
from drivers.link.port import BytePort

BOOT_LIMIT_S = 5.0
"""A device that was reset or got power has this long to answer again."""
_BOOT_STEP_S = 0.1
_STILL_LIMIT_S = 20.0
_POLL_STEP_S = 0.1
_HEADER_AT = 3
_SECRET_HEADERS = frozenset({218, 219})
"""PIN entry and PIN change of a hopper."""

OpenPort = Callable[[], BytePort]
OpenVendor = Callable[[CoinVendorConfig, Clock, OpenPort], CoinVendor]
"""Makes the driver under test; one of another make may ignore the port and open its own."""


@dataclass(frozen=True, slots=True)
class CoinSetup:
    """Which devices are there, and how they are reached."""

    config: CoinVendorConfig
    open_port: OpenPort
    open_vendor: OpenVendor
    has_wire: bool = True
    """False: the devices do not speak ccTalk; only the driver is tried."""


class CoinBench:
    """What the coin cases touch. Belongs to one thread."""

    def __init__(self, setup: CoinSetup, act: Act, clock: Clock) -> None:
        self._setup = setup
        self.config = setup.config
        self.clock = clock
        self.check = Check(setup.config.checksum)
        self.recorder = Recorder(clock, self._meaning, self._secret)
        self.hands = CoinHands(act, self.recorder)
        self.stopwatch = Stopwatch(clock)
        self.acceptor = setup.config.acceptor
        self.hoppers = {int(yen): at for yen, at in sorted(setup.config.hoppers.items())}
        self.quirks: dict[str, str] = {}
        """What cases saw of a maker's departures: key -> TOML value."""

    @property
    def addresses(self) -> tuple[int, ...]:
        """All configured devices."""
        return (self.acceptor, *self.hoppers.values())

    @property
    def cheapest(self) -> int:
        """The face value of the hopper that the payout cases use: the smallest.

        Raises NotApplicable where there is no hopper.
        """
        if not self.hoppers:
            raise NotApplicable("no hopper is configured")
        return min(self.hoppers)

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
        made = self._setup.open_vendor(self.config, self.clock, self._open)
        try:
            yield made
        finally:
            made.close()

    @contextmanager
    def ready(self, *values: int) -> Iterator[CoinVendor]:
        """A driver set up, taking exactly these coins."""
        with self.vendor() as vendor:
            vendor.capabilities()
            vendor.resume(None)
            vendor.accept(frozenset(values))
            yield vendor

    def poll_for(self, vendor: CoinVendor, seconds: float) -> tuple[CoinEvent, ...]:
        """All events of that time, polled as often as the configuration says."""
        found: list[CoinEvent] = []
        until_s = self.clock.monotonic_s() + seconds
        while True:
            with self.stopwatch.span("poll"):
                found.extend(vendor.poll())
            if self.clock.monotonic_s() >= until_s:
                return tuple(found)
            self.clock.sleep(min(self.config.poll_s, _POLL_STEP_S))

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
            for address in self.hoppers.values():
                self.await_still(wire, address)
                wire.ask(address, Header.ENABLE_HOPPER, b"\0")

    def await_boot(self, wire: CoinWire, address: int) -> None:
        """Return when the device answers. Raises Violation after 5 s."""
        until_s = self.clock.monotonic_s() + BOOT_LIMIT_S
        while wire.reply(address, Header.SIMPLE_POLL) is None:
            if self.clock.monotonic_s() > until_s:
                raise Violation(f"address {address} does not answer a simple poll")
            self.clock.sleep(_BOOT_STEP_S)

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

    def profile(self) -> str:
        lines = ["# Proposed from what the cases saw; compare with the maker's manual."]
        with suppress(DeviceError, Violation):
            lines += [f"# {line}" for line in self.subject()]
        lines += [f"{key} = {value}" for key, value in sorted(self.quirks.items())]
        return "\n".join(lines) + "\n"

    def close(self) -> None:
        """Nothing is held between cases."""

    def _open(self) -> BytePort:
        return RecordedPort(self._setup.open_port(), self.recorder)

    def _meaning(self, raw: bytes) -> str:
        found = FrameParser(self.check).feed(raw, 0.0)
        parts = [f.why if isinstance(f, BadFrame) else describe(f) for f in found]
        return " | ".join(parts) or "unfinished"

    def _secret(self, raw: bytes) -> bool:
        return len(raw) > _HEADER_AT and raw[0] != HOST and raw[_HEADER_AT] in _SECRET_HEADERS
