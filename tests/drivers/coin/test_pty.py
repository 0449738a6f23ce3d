"""The coin vendor over a pseudo terminal: pyserial, threads, real time; kept short."""

import threading
from collections.abc import Iterator

import pytest

from drivers.clock import SystemClock
from drivers.coin.contract import CoinAccepted, CoinEvent, CoinVendorConfig, Evidence, VendorTrouble
from drivers.coin.framing import Check
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.virtual import Happening, MachineBuild, Speeds, VirtualCoinMachine
from drivers.errors import DeviceError
from tests.drivers.coin.rig import HOPPERS, VALUES

FAST = Speeds(fall_time_s=0.0, dispense_coin_s=0.0, empty_timeout_s=0.0, boot_s=0.0)


@pytest.fixture(params=[(Check.SIMPLE, True), (Check.CRC, False)], ids=["echo", "crc"])
def machine(request: pytest.FixtureRequest) -> Iterator[VirtualCoinMachine]:
    check, echo = request.param
    build = MachineBuild(check=check, echo=echo)
    with VirtualCoinMachine(SystemClock(), build, speeds=FAST) as made:
        yield made


@pytest.fixture
def vendor(machine: VirtualCoinMachine) -> Iterator[SerialCoinVendor]:
    config = CoinVendorConfig(
        port=machine.serve_pty(), hoppers=HOPPERS, checksum=machine.build.check.value
    )
    made = SerialCoinVendor(config, SystemClock())
    yield made
    made.close()


def ready(vendor: SerialCoinVendor, limit_s: float = 20.0) -> SerialCoinVendor:
    """Set up, however often a crowded machine lets 50 ms pass inside an answer."""
    clock = SystemClock()
    until_s = clock.monotonic_s() + limit_s
    while True:
        try:
            vendor.capabilities()
            vendor.resume(None)
            vendor.accept(VALUES)
        except DeviceError:
            if clock.monotonic_s() > until_s:
                raise
        else:
            return vendor


def poll_until(vendor: SerialCoinVendor, wanted: type[CoinEvent]) -> CoinEvent:
    for _ in range(200):
        for event in vendor.poll():
            if isinstance(event, wanted):
                return event
    raise AssertionError(f"no {wanted.__name__} came")


def test_coins_in_and_out(machine: VirtualCoinMachine, vendor: SerialCoinVendor) -> None:
    ready(vendor)
    machine.hand.drop_coin(500)
    event = poll_until(vendor, CoinAccepted)
    assert isinstance(event, CoinAccepted)
    assert event.yen == 500
    result = vendor.dispense(vendor.prepare(100, 3))
    assert (result.paid, result.evidence) == (3, Evidence.DEVICE_COUNTED)
    assert machine.hand.take_tray() == 300
    assert machine.truth().customer_yen == -200
    assert machine.truth().conserved


def test_fault_45_the_adapter_comes_back_as_another_port(
    machine: VirtualCoinMachine, vendor: SerialCoinVendor
) -> None:
    ready(vendor)
    machine.hand.drop_coin(100)
    poll_until(vendor, CoinAccepted)
    machine.hand.drop_coin(10)
    machine.hand.unplug()
    poll_until(vendor, VendorTrouble)
    assert vendor.status().troubles == ("coin.lost",)
    machine.hand.plug_in()
    event = poll_until(vendor, CoinAccepted)
    assert isinstance(event, CoinAccepted)
    assert event.yen == 10
    assert vendor.status().troubles == ()


def test_a_port_that_appears_later_is_found(machine: VirtualCoinMachine) -> None:
    path = machine.serve_pty()
    machine.hand.unplug()
    config = CoinVendorConfig(port=path, hoppers=HOPPERS, checksum=machine.build.check.value)
    vendor = SerialCoinVendor(config, SystemClock())
    assert vendor.status().troubles == ("coin.lost",)
    machine.hand.plug_in()
    assert len(ready(vendor).capabilities().devices) == 5
    vendor.close()


def test_who_watches_is_told_in_order() -> None:
    seen: list[Happening] = []
    fell = threading.Event()

    def watch(happening: Happening) -> None:
        seen.append(happening)
        if happening.what == "coin_credited":
            fell.set()

    speeds = Speeds(fall_time_s=0.01)
    with VirtualCoinMachine(SystemClock(), observer=watch, speeds=speeds) as made:
        config = CoinVendorConfig(port=made.serve_pty(), hoppers=HOPPERS)
        vendor = ready(SerialCoinVendor(config, SystemClock()))
        made.hand.drop_coin(50)
        assert fell.wait(5.0), "a falling coin must land although nobody polls"
        vendor.close()
    assert [h.what for h in seen] == ["coin_dropped", "coin_credited"]


def test_a_line_paced_like_a_real_one() -> None:
    build = MachineBuild(paced_baud=9600)
    with VirtualCoinMachine(SystemClock(), build, speeds=FAST) as made:
        config = CoinVendorConfig(port=made.serve_pty(), hoppers=HOPPERS)
        vendor = ready(SerialCoinVendor(config, SystemClock()))
        made.hand.drop_coin(100)
        assert isinstance(poll_until(vendor, CoinAccepted), CoinAccepted)
        vendor.close()
