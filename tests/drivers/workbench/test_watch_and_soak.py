"""Watching says what is new; soaking finds every anomaly and forgets none."""

import json
from collections.abc import Iterable

import pytest

from drivers.clock import VirtualClock
from drivers.coin.contract import CoinVendorConfig
from drivers.coin.framing import Check
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.virtual import VirtualCoinMachine
from drivers.errors import DeviceError
from drivers.link.faulty import Direction, Fault, FaultPlan, FaultyPort, Harm
from drivers.link.memory import MemoryPort
from drivers.link.port import BytePort
from drivers.workbench.soak import Findings, Latencies, NoticingPort, Soak, summary
from drivers.workbench.soak_lines import CctalkSoakLine
from drivers.workbench.watch import Watcher

HOPPERS = {"10": 3, "50": 4, "100": 5, "500": 6}


class Bench:
    def __init__(self, *faults: Fault) -> None:
        self.clock = VirtualClock()
        self.machine = VirtualCoinMachine(self.clock)
        self.memory = MemoryPort(self.machine.receive, self.clock)
        self.plan = FaultPlan(faults)
        self.findings = Findings()
        config = CoinVendorConfig(port="memory", hoppers=HOPPERS)
        self.vendor = SerialCoinVendor(config, self.clock, open_port=self._open)

    def _open(self) -> BytePort:
        faulty = FaultyPort(self.memory.reopen(), self.plan, self.clock)
        return NoticingPort(faulty, self.clock, CctalkSoakLine(Check.SIMPLE), self.findings)

    def soak(self, seconds: float, deeds: Iterable[tuple[float, object]] = ()) -> Soak:
        waiting = list(deeds)
        soak = Soak(self.vendor, self.clock, self.findings, 0.2)

        def progress(now: Soak) -> None:
            if waiting and now.elapsed_s >= waiting[0][0]:
                deed = waiting.pop(0)[1]
                assert callable(deed)
                deed()

        soak.run(seconds, progress)
        return soak


def credit_poll(raw: bytes) -> bool:
    return len(raw) > 3 and raw[3] == 229


def test_a_sound_machine_soaks_without_an_anomaly() -> None:
    bench = Bench()
    soak = bench.soak(700.0)
    assert bench.findings.counts == {}
    assert bench.findings.exchanges > 300
    assert summary(bench.findings)[-1] == "No anomaly."
    assert "0:11:40 of 0:11:40" in soak.line(700.0)


@pytest.mark.parametrize(
    ("harm", "offset", "kind"),
    [(Harm.CUT, 5, "no answer"), (Harm.CUT, 9, "damaged answer"), (Harm.FLIP, 8, "damaged answer")],
    ids=["silence", "half", "flip"],
)
def test_what_the_driver_forgives_is_noticed(harm: Harm, offset: int, kind: str) -> None:
    fault = Fault(direction=Direction.REPLY, harm=harm, offset=offset, when=credit_poll, times=2)
    bench = Bench(fault)
    bench.soak(60.0)
    assert bench.plan.struck == 2
    assert bench.findings.counts[kind] == 2
    assert any("address 2, header 229" in detail for _, _, detail in bench.findings.first)


def test_a_slow_answer_is_noticed() -> None:
    late = Fault(
        direction=Direction.REPLY, harm=Harm.DELAY, delay_s=0.15, when=credit_poll, offset=5
    )
    bench = Bench(late)
    bench.soak(60.0)
    assert bench.findings.counts["slow answer"] == 1


def test_power_cable_and_another_device_are_found_and_timed() -> None:
    bench = Bench()
    bench.soak(
        2000.0,
        [
            (100.0, bench.machine.hand.power_cycle),
            (200.0, bench.machine.hand.cut_cable),
            (290.0, bench.machine.hand.restore_cable),
            (400.0, lambda: bench.machine.acceptor.swap(5)),
        ],
    )
    found = [(at_s, kind, detail) for at_s, kind, detail in bench.findings.first]
    assert any(at_s > 100 and "reset" in detail for at_s, _, detail in found)
    assert any(kind == "trouble" and detail == "coin.lost" for _, kind, detail in found)
    assert any(kind == "other devices" and "serial 5" in detail for _, kind, detail in found)
    assert any("x no answer" in line for line in summary(bench.findings))
    json.dumps(bench.findings.as_json())


def test_a_computer_that_is_late_itself_says_so() -> None:
    """Else its own lateness would be put down to the device."""
    bench = Bench()
    honest = bench.clock.sleep
    bench.clock.sleep = lambda seconds: honest(seconds + 0.3 * (seconds == 0.2))  # type: ignore[method-assign]
    bench.soak(20.0)
    assert bench.findings.late > 10
    assert any("This computer itself was late" in line for line in summary(bench.findings))
    prompt = Bench()
    prompt.soak(20.0)
    assert prompt.findings.late == 0
    assert not any("late" in line for line in summary(prompt.findings))


def test_memory_does_not_grow_with_the_hours() -> None:
    findings = Findings()
    for number in range(5000):
        findings.note(float(number), "no answer", "x")
        findings.latencies.add(number / 1000)
    assert findings.counts["no answer"] == 5000
    assert len(findings.first) == 1000
    assert len(findings.latencies.buckets) == 1000


def test_percentiles() -> None:
    times = Latencies()
    assert times.percentile_ms(0.5) == 0
    for ms in range(100):
        times.add(ms / 1000 + 0.0001)
    assert (times.percentile_ms(0.5), times.percentile_ms(0.99)) == (49, 98)


# --- watch ----------------------------------------------------------------------------------------


def test_coins_are_told_as_they_fall() -> None:
    bench = Bench()
    watcher = Watcher(bench.clock)
    watcher.coin(bench.vendor, frozenset({100}), 0.2)
    assert list(watcher.turn()) == []
    bench.machine.hand.drop_coin(100)
    bench.clock.advance(0.5)
    bench.machine.hand.drop_coin(10)
    said = list(watcher.turn())
    assert [line[9:] for line in said] == [
        "coin     ¥100 taken in",
        "coin     refused (128, inhibited coin of position 1)",
    ]


def test_a_state_is_told_once_until_it_changes() -> None:
    clock = VirtualClock()
    watcher = Watcher(clock)
    states = iter([("ready",), ("ready",), ("paper out",), ("ready",)])
    watcher.add("printer", 2.0, lambda: next(states))
    told = []
    for _ in range(4):
        told.append([line[9:] for line in watcher.turn()])
        clock.advance(2.0)
    assert told == [["printer  ready"], [], ["printer  paper out"], ["printer  ready"]]


def test_a_device_that_fails_is_told_and_asked_again() -> None:
    clock = VirtualClock()
    watcher = Watcher(clock)
    answers = iter([DeviceError("card.no_service", "gone"), None])

    def look() -> tuple[str, ...]:
        answer = next(answers)
        if answer is not None:
            raise answer
        return ("empty",)

    watcher.add("card", 1.0, look)
    assert "card.no_service: gone" in next(iter(watcher.turn()))
    assert list(watcher.turn()) == [], "not due yet"
    clock.advance(1.0)
    assert "empty" in next(iter(watcher.turn()))
