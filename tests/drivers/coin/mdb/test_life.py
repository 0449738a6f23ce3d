"""Whole lives of an MDB machine: anything may happen in any order, and the oracle watches."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from drivers.coin.contract import (
    BillHeld,
    CoinMaybe,
    EventsLost,
    Evidence,
    Taker,
    VendorReset,
)
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild, MdbChangerBuild
from drivers.coin.mdb.virtual.adapter import Harm
from drivers.errors import DeviceError
from tests.drivers.coin.mdb.rig import NOTES, VALUES, Rig

coins = st.sampled_from(sorted(VALUES))


class Life(RuleBasedStateMachine):
    """A resident, staff and bad luck; the driver's word is held against every coin's place."""

    sure = False
    build = MdbBuild(
        MdbChangerBuild(pieces={10: 30, 50: 30, 100: 33, 500: 10}, capacity=35), MdbBillBuild()
    )

    def __init__(self) -> None:
        super().__init__()
        self.rig = Rig(self.build).ready()

    @rule(yen=coins, waits_s=st.sampled_from([0.0, 0.1, 0.4]))
    def drops(self, yen: int, waits_s: float) -> None:
        self.rig.hand.drop_coin(yen)
        self.rig.clock.advance(waits_s)

    @rule(yen=st.sampled_from(sorted(NOTES)))
    def offers_a_bill(self, yen: int) -> None:
        self.rig.hand.insert_bill(yen)

    @rule(times=st.integers(1, 8), stack=st.booleans())
    def polls(self, times: int, stack: bool) -> None:
        for event in self.rig.poll(times):
            if isinstance(event, BillHeld):
                self.rig.vendor.route(stack=stack and event.yen in NOTES)

    @rule(harm=st.sampled_from(Harm), times=st.integers(1, 3), command=st.sampled_from(
        [None, 0x0A, 0x0B, 0x0D, 0x33, 0x35, 0x36]))  # fmt: skip
    def bad_luck(self, harm: Harm, times: int, command: int | None) -> None:
        self.rig.harm(harm, times, command)

    @rule(yen=coins, pieces=st.integers(1, 20))
    def pays(self, yen: int, pieces: int) -> None:
        try:
            self.rig.vendor.accept(frozenset())
            self.rig.poll(20)
            self.rig.pay(yen, pieces)
            self.rig.poll()
            self.rig.vendor.accept(VALUES | NOTES)
        except DeviceError:
            return

    @rule()
    def dies(self) -> None:
        coins, bills = self.rig.cursor(), self.rig.cursor(Taker.BILL)
        self.rig.restart()
        for _ in range(8):
            try:
                self.rig.take(self.rig.vendor.resume(coins, bills, interrupted=True))
                self.rig.vendor.accept(VALUES | NOTES)
            except DeviceError:
                continue
            return
        self.rig.machine.adapter.plan.clear()

    @precondition(lambda self: not self.sure)
    @rule()
    def power_fails(self) -> None:
        self.rig.hand.power_cycle()

    @invariant()
    def nothing_is_said_that_is_not_so(self) -> None:
        truth, told = self.rig.machine.truth(), self.rig.told()
        assert truth.conserved
        assert told.credited_yen <= truth.taken_yen
        known = [r for r in self.rig.results.values() if r.evidence is not Evidence.UNKNOWN]
        assert sum(r.paid * r.ticket.yen for r in known) <= truth.paid_yen

    def teardown(self) -> None:
        self.rig.machine.adapter.plan.clear()
        self.rig.poll(60)
        self.rig.check()


class SureLife(Life):
    """With room in every tube and no power failure everything has a witness: whatever is lost on
    the line, and however often the host dies, no doubt remains and every yen is said.
    """

    sure = True
    build = MdbBuild(
        MdbChangerBuild(pieces={10: 60, 50: 60, 100: 60, 500: 60}, capacity=250), MdbBillBuild()
    )

    def teardown(self) -> None:
        super().teardown()
        doubts = [e for e in self.rig.events if isinstance(e, CoinMaybe | EventsLost | VendorReset)]
        # More than one answer can tell, missing at once, is staff's to count: said as a number.
        counted = sum(e.at_least for e in doubts if isinstance(e, EventsLost))
        assert not [e for e in doubts if getattr(e, "at_least", 0) == 0]
        if not counted:
            assert self.rig.credited_yen == self.rig.machine.truth().taken_yen


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
TestSureLife = SureLife.TestCase
TestSureLife.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
