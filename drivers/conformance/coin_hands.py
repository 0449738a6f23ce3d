"""What a coin case may have done by hand, and how a person or the virtual machine does it."""

from collections.abc import Callable, Mapping

from drivers.clock import Clock
from drivers.coin.virtual import VirtualCoinMachine
from drivers.conformance.hands import Act, Hands, Prompt

_FALL_S = 0.5
"""Longer than any coin falls."""
_PLENTY = 300


class CoinHands(Hands):
    """Each act returns when it is done, and every coin has fallen."""

    def drop_coin(self, yen: int) -> None:
        """Put one coin into the slot."""
        self.do("drop_coin", yen)

    def drop_fast(self, *coins: int) -> None:
        """Put coins in one after another without a pause."""
        self.do("drop_fast", *coins)

    def take_tray(self) -> int:
        """Take what lies in the tray; its sum in yen."""
        return self.do("take_tray")

    def take_cashbox(self) -> int:
        """Take what lies in the cashbox; its sum in yen."""
        return self.do("take_cashbox")

    def leave_in_hopper(self, yen: int, keep: int) -> None:
        """Leave exactly `keep` coins in a hopper."""
        self.do("leave_in_hopper", yen, keep)

    def fill_hopper(self, yen: int) -> None:
        """Put plenty of coins into a hopper."""
        self.do("fill_hopper", yen)

    def power_cycle(self) -> None:
        """The machine's power off and on."""
        self.do("power_cycle")

    def cut_cable(self) -> None:
        """Take the line off the machine."""
        self.do("cut_cable")

    def restore_cable(self) -> None:
        """Put the line back."""
        self.do("restore_cable")

    def restore_all(self) -> None:
        """Power and line as they should be, nothing jammed; a person has seen to it."""
        self.do("restore_all")


PROMPTS: Mapping[str, Prompt] = {
    "drop_coin": Prompt("Insert one ¥{0} coin"),
    "drop_fast": Prompt("Insert quickly, one after another: ¥{0}, ¥{1}, ¥{2}"),
    "take_tray": Prompt("Take all coins out of the tray; type their sum in yen", counts=True),
    "take_cashbox": Prompt("Empty the cashbox; type the sum in yen", counts=True),
    "leave_in_hopper": Prompt("Leave exactly {1} coins in the ¥{0} hopper"),
    "fill_hopper": Prompt("Put at least 50 coins into the ¥{0} hopper"),
    "power_cycle": Prompt("Switch the machine off, wait five seconds, switch it on"),
    "cut_cable": Prompt("Unplug the data line at the machine (not at the computer)"),
    "restore_cable": Prompt("Plug the data line in again"),
}


def virtual(machine: VirtualCoinMachine, clock: Clock) -> Act:
    """The virtual machine's own hand; waits as long as coins fall."""
    acts = _VirtualActs(machine)

    def act(name: str, numbers: tuple[int, ...]) -> int:
        done: Callable[..., int | None] = getattr(acts, name)
        counted = done(*numbers) or 0
        if name.startswith(("drop", "power")):
            clock.sleep(max(_FALL_S, machine.speeds.fall_time_s * 2))
        return counted

    return act


class _VirtualActs:
    """The acts of `CoinHands`, by name."""

    def __init__(self, machine: VirtualCoinMachine) -> None:
        self._machine = machine
        hand = machine.hand
        self.take_tray = hand.take_tray
        self.take_cashbox = hand.empty_cashbox
        self.power_cycle = hand.power_cycle
        self.cut_cable = hand.cut_cable
        self.restore_cable = hand.restore_cable

    def drop_coin(self, yen: int) -> None:
        self._machine.hand.drop_coin(yen)

    def drop_fast(self, *coins: int) -> None:
        for yen in coins:
            self._machine.hand.drop_coin(yen)

    def leave_in_hopper(self, yen: int, keep: int) -> None:
        self._machine.hand.fill_hopper(yen, keep)
        self._machine.hand.empty_hopper(yen, keep)

    def fill_hopper(self, yen: int) -> None:
        self._machine.hand.empty_hopper(yen)
        self._machine.hand.fill_hopper(yen, _PLENTY)

    def restore_all(self) -> None:
        self._machine.hand.restore_cable()
        for yen in self._machine.hoppers:
            self._machine.hand.unjam_hopper(yen)
