"""What a person can do to the virtual coin machine: as resident, as attendant, as vandal."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.coin.virtual.ledger import Place
from drivers.coin.virtual.mechanics import Happening, Observer

if TYPE_CHECKING:
    from drivers.coin.virtual.stand import BillMouth, CoinStand, CoinStore, Flap


class Hand:
    """Hands on the machine. Safe to use from any thread."""

    def __init__(self, machine: "CoinStand", observer: Observer) -> None:
        self._machine = machine
        self._observer = observer

    def drop_coin(self, yen: int) -> None:
        """Put one coin into the slot; any value, also one the machine does not know."""
        self._machine.act(lambda: self._machine.acceptor.drop(yen))

    def would_be_let_in(self, yen: int) -> bool:
        """Ask the gate without a coin, as the lamp beside a real slot tells."""
        answer: list[bool] = []
        self._machine.act(lambda: answer.append(self._machine.acceptor.takes(yen)))
        return answer[0]

    def pull_lever(self) -> None:
        """Pull the return lever."""
        self._do(self._machine.acceptor.pull_lever, "lever_pulled")

    def insert_bill(self, yen: int) -> None:
        """Offer one bill at the validator's mouth; any value."""
        self._machine.act(lambda: self._bills.insert(yen))

    def pull_bill(self) -> None:
        """Pull the bill that was just drawn in out again."""
        self._do(self._bills.pull_back, "bill_pulled")

    def jam_bills(self, event: int) -> None:
        """Make the next bill stick: 6 within reach of the resident, 16 out of it, 7 or 15 in the
        stacker (Part 3 Table 7)."""
        self._do(lambda: self._bills.jam_next(event), "bill_path_blocked")

    def clear_bills(self) -> None:
        """Open the validator, take a bill that stuck out and lay it on the tray."""
        self._do(self._bills.clear, "bill_path_cleared")

    def take_stacker(self) -> None:
        """Take the stacker with its bills out."""
        self._do(self._bills.take_stacker, "stacker_taken")

    def put_stacker(self) -> None:
        """Put the stacker back in."""
        self._do(self._bills.put_stacker, "stacker_put")

    def empty_stacker(self) -> int:
        """Collect the stacker's bills; returns their sum in yen."""
        taken: list[int] = []
        self._machine.act(lambda: taken.append(self._empty(Place.STACKER, Place.OUTSIDE)))
        self._observer(Happening("stacker_collected", taken[0]))
        return taken[0]

    def report_bill_event(self, code: int) -> None:
        """Make the validator report an event (Part 3 Table 7)."""
        self._do(lambda: self._bills.push(0, code), "bill_event")

    def take_tray(self) -> int:
        """Take all coins out of the tray; returns their sum in yen."""
        taken: list[int] = []
        self._machine.act(lambda: taken.append(self._empty(Place.TRAY, Place.HAND)))
        self._observer(Happening("tray_taken", taken[0]))
        return taken[0]

    def fill_hopper(self, yen: int, pieces: int) -> None:
        """Pour coins into a hopper."""
        ledger = self._machine.ledger
        self._do(
            lambda: ledger.move(yen, Place.OUTSIDE, Place.HOPPER, pieces),
            "hopper_filled",
            yen,
        )

    def empty_hopper(self, yen: int, keep: int = 0) -> None:
        """Take coins out of a hopper until `keep` are left."""
        ledger = self._machine.ledger

        def empty() -> None:
            pieces = ledger.count(Place.HOPPER, yen)
            ledger.move(yen, Place.HOPPER, Place.OUTSIDE, max(0, pieces - keep))

        self._do(empty, "hopper_emptied", yen)

    def empty_cashbox(self) -> int:
        """Collect the cashbox; returns its sum in yen."""
        taken: list[int] = []
        self._machine.act(lambda: taken.append(self._empty(Place.CASHBOX, Place.OUTSIDE)))
        self._observer(Happening("cashbox_collected", taken[0]))
        return taken[0]

    def jam_hopper(self, yen: int) -> None:
        """Make a coin stick in a hopper."""
        self._do(self._hopper(yen).jam, "hopper_jam", yen)

    def unjam_hopper(self, yen: int) -> None:
        """Take the stuck coin out."""
        self._do(self._hopper(yen).unjam, "hopper_unjam", yen)

    def jam_flap(self) -> None:
        """Make the coin escrow's flap stick: it will not open."""
        self._do(self._escrow.stick, "escrow_jam")

    def clear_escrow(self) -> None:
        """Free the flap; coins stay where they lie."""
        self._do(self._escrow.free, "escrow_cleared")

    def switch_off(self) -> None:
        """Cut the machine's power."""
        self._do(lambda: self._each("switch_off"), "power_off")

    def switch_on(self) -> None:
        """Give the machine power again."""
        self._do(lambda: self._each("switch_on"), "power_on")

    def power_cycle(self) -> None:
        """Off and on at once."""
        self.switch_off()
        self.switch_on()

    def cut_cable(self) -> None:
        """Cut the line behind the adapter: the host hears itself at most. Idempotent."""
        self._do(lambda: self._cable(cut=True), "cable_cut")

    def restore_cable(self) -> None:
        """Mend the line. Idempotent."""
        self._do(lambda: self._cable(cut=False), "cable_restored")

    def unplug(self) -> None:
        """Pull the adapter out of the computer: the port vanishes. Idempotent."""
        self._machine.unplug()
        self._observer(Happening("adapter_unplugged"))

    def plug_in(self) -> None:
        """Plug the adapter in again. Idempotent."""
        self._machine.plug_in()
        self._observer(Happening("adapter_plugged_in"))

    def report_fault(self, code: int) -> None:
        """Make the acceptor's self-check answer a fault (Part 3 Table 3; 0: none)."""
        self._do(lambda: setattr(self._machine.acceptor, "fault", code), "acceptor_fault")

    def report_event(self, code: int) -> None:
        """Make the acceptor report an event (Part 3 Table 2)."""
        self._do(lambda: self._machine.acceptor.push(0, code), "acceptor_event")

    def _do(self, deed: Callable[[], None], what: str, yen: int = 0) -> None:
        self._machine.act(deed)
        self._observer(Happening(what, yen))

    @property
    def _escrow(self) -> "Flap":
        if self._machine.escrow is None:
            raise ValueError("there is no coin escrow")
        return self._machine.escrow

    @property
    def _bills(self) -> "BillMouth":
        if self._machine.bills is None:
            raise ValueError("there is no bill validator")
        return self._machine.bills

    def _hopper(self, yen: int) -> "CoinStore":
        if yen not in self._machine.hoppers:
            raise ValueError(f"there is no hopper for ¥{yen}")
        return self._machine.hoppers[yen]

    def _each(self, deed: str) -> None:
        for slave in self._machine.slaves():
            getattr(slave, deed)()

    def _cable(self, *, cut: bool) -> None:
        self._machine.cable_cut = cut

    def _empty(self, source: Place, target: Place) -> int:
        ledger = self._machine.ledger
        amount = 0
        for yen in ledger.values(source):
            pieces = ledger.count(source, yen)
            ledger.move(yen, source, target, pieces)
            amount += yen * pieces
        return amount
