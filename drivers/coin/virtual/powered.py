"""What every virtual device on a line is, whatever it speaks: powered or not, started or not."""

from drivers.coin.virtual.mechanics import Speeds


class Powered:
    """Power, a start that takes a moment, and a clock that the machine sets."""

    def __init__(self, speeds: Speeds) -> None:
        self.speeds = speeds
        self.powered = True
        self.now_s = 0.0
        self._deaf_until_s = 0.0

    @property
    def listening(self) -> bool:
        """True if powered and started."""
        return self.powered and self.now_s >= self._deaf_until_s

    def reset(self) -> None:
        """Volatile memory is cleared, then deaf for a moment."""
        self.forget()
        self._deaf_until_s = self.now_s + self.speeds.boot_s

    def go_deaf(self, seconds: float) -> None:
        """Hear nothing for so long."""
        self._deaf_until_s = max(self._deaf_until_s, self.now_s + seconds)

    def switch_off(self) -> None:
        """Power goes. Idempotent."""
        self.powered = False

    def switch_on(self) -> None:
        """Power comes back: volatile memory is empty."""
        self.powered = True
        self.reset()

    def forget(self) -> None:
        """Clear volatile memory. Devices with any say what that is."""

    def settle(self) -> None:
        """Let happen what is due by now. Devices that move anything say what that is."""

    def next_due_s(self) -> float | None:
        """When something happens by itself next; None: nothing moves."""
        return None
