"""What a coin case may have done by hand, and how a person or the virtual machine does it.

A person presses Enter first and then puts the coin in, so that the case can poll meanwhile: an
acceptor that nobody polls for a second shuts by itself.
"""

from collections.abc import Callable, Mapping

from drivers.coin.virtual.stand import CoinStand
from drivers.conformance.hands import Act, Hands, Prompt


class CoinHands(Hands):
    """What is put in may still be falling when the act returns: the case polls for it."""

    def drop_coin(self, yen: int) -> None:
        """Put one coin into the slot."""
        self.do("drop_coin", yen)

    def drop_fast(self, *coins: int) -> None:
        """Put coins in one after another without a pause."""
        self.do("drop_fast", *coins)

    def insert_bill(self, yen: int) -> None:
        """Put one bill into the mouth."""
        self.do("insert_bill", yen)

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

    def be_ready_to_cut(self) -> None:
        """Told before a payout: the power goes off and on in the middle of it."""
        self.do("be_ready_to_cut")

    def cut_now(self) -> None:
        """The power goes off and on now; a person was told before."""
        self.do("cut_now")

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
    "drop_coin": Prompt("insert one ¥{0} coin at once", after=True),
    "drop_fast": Prompt("insert quickly, one after another: ¥{0}, ¥{1}, ¥{2}", after=True),
    "insert_bill": Prompt("insert one ¥{0} note at once", after=True),
    "take_tray": Prompt("Take everything out of the tray; type the sum in yen", counts=True),
    "take_cashbox": Prompt("Take everything out of the cash box; type the sum in yen", counts=True),
    "leave_in_hopper": Prompt("Leave exactly {1} coins in the ¥{0} hopper"),
    "fill_hopper": Prompt("Put at least 50 coins into the ¥{0} hopper"),
    "power_cycle": Prompt("Switch the machine off now, wait five seconds, switch it on"),
    "be_ready_to_cut": Prompt(
        "a payout begins: switch the machine off in the middle of it, wait five seconds, "
        "switch it on",
        after=True,
    ),
    "cut_cable": Prompt("Unplug the data line at the machine (not at the computer)"),
    "restore_cable": Prompt("Plug the data line in again"),
}


def virtual(machine: CoinStand) -> Act:
    """The virtual machine's own hand."""
    acts = _VirtualActs(machine)

    def act(name: str, numbers: tuple[int, ...]) -> int:
        done: Callable[..., int | None] = getattr(acts, name)
        return done(*numbers) or 0

    return act


class _VirtualActs:
    """The acts of `CoinHands`, by name."""

    def __init__(self, machine: CoinStand) -> None:
        self._machine = machine
        hand = machine.hand
        self.take_tray = hand.take_tray
        self.insert_bill = hand.insert_bill
        self.take_cashbox = hand.empty_cashbox
        self.power_cycle = hand.power_cycle
        self.cut_now = hand.power_cycle
        self.cut_cable = hand.cut_cable
        self.restore_cable = hand.restore_cable

    def drop_coin(self, yen: int) -> None:
        self._machine.hand.drop_coin(yen)

    def drop_fast(self, *coins: int) -> None:
        for yen in coins:
            self._machine.hand.drop_coin(yen)

    def be_ready_to_cut(self) -> None:
        """A virtual hand is always ready."""

    def leave_in_hopper(self, yen: int, keep: int) -> None:
        self._machine.hand.fill_hopper(yen, keep)
        self._machine.hand.empty_hopper(yen, keep)

    def fill_hopper(self, yen: int) -> None:
        self._machine.hand.empty_hopper(yen)
        self._machine.hand.fill_hopper(yen, self._machine.plenty)

    def restore_all(self) -> None:
        self._machine.hand.restore_cable()
        for yen in self._machine.hoppers:
            self._machine.hand.unjam_hopper(yen)
