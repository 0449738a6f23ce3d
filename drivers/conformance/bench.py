"""What every bench offers the runner. A kind adds what its cases need."""

from typing import Any, Protocol

from drivers.conformance.timing import Stopwatch
from drivers.conformance.transcript import Recorder


class Bench(Protocol):
    """One device, connected, with somebody or something that lends it a hand."""

    @property
    def recorder(self) -> Recorder:
        """Keeps what passes on the line."""
        ...

    @property
    def stopwatch(self) -> Stopwatch:
        """Keeps how long things took."""
        ...

    @property
    def learned(self) -> dict[str, Any]:
        """What the cases saw of the devices' departures, JSON values: what `profile` is made of.

        Kept with the run, and put back into it when the run goes on.
        """
        ...

    def settle(self) -> None:
        """Bring the device to rest before a case, whatever the last one did to it.

        Raises DeviceError, or Violation if it cannot be brought there.
        """
        ...

    def subject(self) -> tuple[str, ...]:
        """What stands on the bench, one line a device: kind, maker, product, serial number.

        The same as long as they are the same devices, wherever they are connected.
        Raises DeviceError.
        """
        ...

    def profile(self) -> str:
        """A proposed quirk profile, TOML, from what the cases saw. Never raises."""
        ...

    def close(self) -> None:
        """Give everything back. Idempotent."""
        ...
