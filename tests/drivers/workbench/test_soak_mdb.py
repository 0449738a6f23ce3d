"""A soak of an MDB line: what adapter and bus had forgiven is noticed, each kind by its name."""

from collections.abc import Callable, Iterable

import pytest

from drivers.clock import VirtualClock
from drivers.coin.contract import CoinVendorConfig
from drivers.coin.mdb.tables import CHANGER, VALIDATOR, Changer
from drivers.coin.mdb.vendor import MdbCoinVendor
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild, VirtualMdbMachine
from drivers.coin.mdb.virtual.adapter import Harm, Planned
from drivers.link.memory import MemoryPort
from drivers.workbench.soak import Findings, NoticingPort, Soak, summary
from drivers.workbench.soak_lines import MdbSoakLine


class Bench:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.machine = VirtualMdbMachine(self.clock, MdbBuild(bills=MdbBillBuild()))
        self.memory = MemoryPort(self.machine.receive, self.clock)
        self.findings = Findings()
        hoppers = dict.fromkeys(("10", "50", "100", "500"), CHANGER)
        config = CoinVendorConfig(port="m", protocol="mdb", hoppers=hoppers, bills=VALIDATOR)
        self.vendor = MdbCoinVendor(config, self.clock, open_port=self._open)

    def _open(self) -> NoticingPort:
        return NoticingPort(self.memory.reopen(), self.clock, MdbSoakLine(), self.findings)

    def soak(
        self, seconds: float, deeds: Iterable[tuple[float, Callable[[], None]]] = ()
    ) -> list[str]:
        waiting = list(deeds)

        def progress(now: Soak) -> None:
            if waiting and now.elapsed_s >= waiting[0][0]:
                waiting.pop(0)[1]()

        Soak(self.vendor, self.clock, self.findings, 0.2).run(seconds, progress)
        return summary(self.findings)

    def harm(self, harm: Harm, when: Callable[[bytes], bool]) -> tuple[float, Callable[[], None]]:
        """A deed: the next two such exchanges are harmed."""
        return 1.0, lambda: self.machine.adapter.plan.append(Planned(harm, 2, when))


def a_poll_of_the_changer(command: bytes) -> bool:
    return command == bytes((Changer.POLL,))


def test_a_sound_machine_soaks_without_an_anomaly() -> None:
    bench = Bench()
    assert bench.soak(700.0)[-1] == "No anomaly."
    assert bench.findings.exchanges > 300
    assert bench.findings.latencies.count == bench.findings.exchanges


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (Harm.COMMAND_LOST, "silence on the bus"),
        (Harm.ANSWER_LOST, "silence on the bus"),
        (Harm.LINE_LOST, "no answer"),
        (Harm.LINE_DAMAGED, "damaged answer"),
    ],
)
def test_what_the_driver_forgives_is_noticed(harm: Harm, kind: str) -> None:
    bench = Bench()
    bench.soak(30.0, [bench.harm(harm, a_poll_of_the_changer)])
    assert bench.findings.counts[kind] == bench.machine.adapter.struck == 2
    assert ("to the changer: poll",) in {(d,) for _, k, d in bench.findings.first if k == kind}


def test_damage_on_the_bus_that_the_adapter_could_not_mend_is_noticed() -> None:
    bench = Bench()
    harm = bench.harm(Harm.ANSWER_DAMAGED, lambda command: command[0] == Changer.TUBE_STATUS)
    bench.soak(130.0, [harm])
    assert bench.machine.adapter.struck == 2, "the answer, and the same asked for by RET"
    assert bench.findings.counts == {"damaged on the bus": 1}


def test_power_and_cable_are_found() -> None:
    bench = Bench()
    hand = bench.machine.hand
    bench.soak(200.0, deeds=[(20.0, hand.power_cycle), (60.0, hand.cut_cable)])
    told = [(at_s, kind, what) for at_s, kind, what in bench.findings.first]
    assert any(20 < at_s < 30 and kind == "event" and "reset" in what for at_s, kind, what in told)
    assert any(
        60 < at_s < 70 and kind == "event" and "coin.lost" in what for at_s, kind, what in told
    )
    assert any(kind == "trouble" and what == "coin.lost" for _, kind, what in told)
    assert bench.findings.counts["silence on the bus"] > 100
