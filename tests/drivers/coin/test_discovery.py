"""Multi-drop: who is there, who shares an address, and how they are separated."""

from dataclasses import replace

import pytest

from drivers.__main__ import main
from drivers.clock import SystemClock, VirtualClock
from drivers.coin.bus import CoinBus
from drivers.coin.discovery import change_address, find_devices, separate, sharing
from drivers.coin.framing import Check
from drivers.coin.tables import Header
from drivers.coin.virtual import BillBuild, MachineBuild, VirtualCoinMachine, four_hoppers
from drivers.errors import DeviceError
from drivers.link.memory import MemoryPort


class Bench:
    """A line with a technician at it."""

    def __init__(self, build: MachineBuild) -> None:
        self.clock = VirtualClock()
        self.machine = VirtualCoinMachine(self.clock, build)
        self.machine.addresses.dice = self._rolled
        self._rolls = iter(range(3, 1000, 17))
        self.bus = CoinBus(
            lambda: MemoryPort(self.machine.receive, self.clock), self.clock, build.check
        )

    def _rolled(self, below: int) -> int:
        return next(self._rolls) % below


def clashing() -> MachineBuild:
    """The 10 and the 50 yen hopper were both left at the factory's address 3."""
    hoppers = four_hoppers()
    return MachineBuild(hoppers={**hoppers, 50: replace(hoppers[50], address=3)})


@pytest.mark.parametrize("check", Check)
@pytest.mark.parametrize("echo", [True, False])
def test_everybody_is_found_with_words(check: Check, *, echo: bool) -> None:
    bench = Bench(MachineBuild(bills=BillBuild(), check=check, echo=echo))
    found = find_devices(bench.bus)
    assert [one.address for one in found] == [2, 3, 4, 5, 6, 40]
    assert {one.devices for one in found} == {1}
    assert found[0].line() == "2: Coin Acceptor KVM KV-A1, serial 120001"
    assert found[-1].line() == "40: Bill Validator KVM KV-B1, serial 140001"


def test_nobody_is_an_answer_too() -> None:
    bench = Bench(MachineBuild())
    bench.machine.hand.cut_cable()
    assert find_devices(bench.bus) == ()


def test_devices_that_share_an_address_are_told_and_asked_nothing() -> None:
    bench = Bench(clashing())
    found = {one.address: one for one in find_devices(bench.bus)}
    assert found[3].devices == 2
    assert "2 devices share this address" in found[3].line()
    with pytest.raises(DeviceError):
        bench.bus.ask(3, Header.SERIAL)


def test_they_are_separated_by_chance_and_each_can_be_given_its_address() -> None:
    bench = Bench(clashing())
    found = separate(bench.bus, 3)
    assert len(found) == 5
    assert {one.devices for one in found} == {1}
    assert len({one.what for one in found}) == 5, "by their serials"
    change_address(bench.bus, found[0].address, 99)
    assert 99 in {one.address for one in find_devices(bench.bus)}


def test_an_address_that_several_share_is_not_changed() -> None:
    bench = Bench(clashing())
    with pytest.raises(DeviceError, match="separate them first"):
        change_address(bench.bus, 3, 9)
    assert sharing(bench.bus, 3) == 2


@pytest.mark.parametrize("to", [0, 1, 256])
def test_no_device_becomes_the_host_or_everybody(to: int) -> None:
    with pytest.raises(DeviceError, match="no address of a device"):
        change_address(Bench(MachineBuild()).bus, 2, to)


def test_the_standard_s_own_example_of_a_change() -> None:
    """Part 1 section 20.2.3: the acknowledge comes from the old address."""
    bench = Bench(MachineBuild(echo=False))
    assert bench.machine.receive(bytes((2, 1, 1, 251, 99, 158))) == bytes((1, 0, 2, 0, 253))
    assert bench.bus.ask(99, Header.SIMPLE_POLL) == b""


def test_devices_are_deaf_while_single_bytes_are_on_the_line() -> None:
    bench = Bench(MachineBuild())
    bench.bus.gather(0, Header.ADDRESS_POLL, 0.5)
    with pytest.raises(DeviceError):
        bench.bus.ask(2, Header.SIMPLE_POLL, tries=1)
    bench.clock.advance(1.2)
    assert bench.bus.ask(2, Header.SIMPLE_POLL) == b""


@pytest.mark.slow
def test_the_command_finds_them_over_a_real_port(capsys: pytest.CaptureFixture[str]) -> None:
    build = MachineBuild(hoppers={})
    with VirtualCoinMachine(SystemClock(), build) as machine:
        assert main(["coin", "find", "--port", machine.serve_pty()]) == 0
    assert capsys.readouterr().out == "2: Coin Acceptor KVM KV-A1, serial 120001\n"


def test_the_command_says_where_there_is_no_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coin", "find", "--port", "/nowhere"]) == 1
    assert "coin.lost" in capsys.readouterr().err
