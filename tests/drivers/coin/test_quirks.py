"""Families of devices as data: found by their words, checked when read, and obeyed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.clock import VirtualClock
from drivers.coin.contract import CoinVendorConfig, Evidence
from drivers.coin.protocol import decode_hopper_flags, encode_dispense
from drivers.coin.quirks import BadQuirks, QuirkBook, read_families, write_family
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.tables import STANDARD, DispenseAnswer, FlagMap, Header, Key, Quirks
from drivers.coin.virtual import HopperBuild, MachineBuild, Nameplate, VirtualCoinMachine
from drivers.errors import DeviceError
from drivers.link.memory import MemoryPort

ODD = Quirks(
    key=Key.NONE,
    needs_cipher_request=True,
    flag_map=FlagMap.SCH2,
    coin_named=False,
    answer=DispenseAnswer.BEFORE,
    registers=2,
)


def vendor_of(machine: VirtualCoinMachine, clock: VirtualClock, profiles: str) -> SerialCoinVendor:
    config = CoinVendorConfig(port="memory", hoppers={"100": 5}, profiles=profiles)
    return SerialCoinVendor(config, clock, MemoryPort(machine.receive, clock))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.mark.parametrize("key", Key)
@pytest.mark.parametrize("asks_first", [True, False])
def test_every_key_and_the_question_before_it_pay(
    key: Key, asks_first: bool, clock: VirtualClock, tmp_path: Path
) -> None:
    """A twin of the family refuses every other way; the row makes the driver find the one."""
    quirks = Quirks(key=key, needs_cipher_request=asks_first)
    hopper = HopperBuild(5, Nameplate("ACME", "Odd-7.1", 5), quirks=quirks)
    machine = VirtualCoinMachine(clock, MachineBuild(hoppers={100: hopper}))
    path = tmp_path / "families.toml"
    path.write_text(write_family("ACM", "odd-7", quirks), encoding="utf-8")
    vendor = vendor_of(machine, clock, str(path))
    vendor.capabilities()
    for _ in range(2):
        result = vendor.dispense(vendor.prepare(100, 2))
        assert (result.paid, result.evidence) == (2, Evidence.DEVICE_COUNTED)


def test_without_its_row_the_odd_one_refuses_and_nothing_is_claimed(clock: VirtualClock) -> None:
    hopper = HopperBuild(5, Nameplate("ACME", "Odd-7.1", 5), quirks=Quirks(key=Key.NONE))
    machine = VirtualCoinMachine(clock, MachineBuild(hoppers={100: hopper}))
    vendor = vendor_of(machine, clock, "")
    vendor.capabilities()
    result = vendor.dispense(vendor.prepare(100, 2))
    assert (result.paid, result.evidence) == (0, Evidence.NOT_STARTED)


def test_a_name_that_is_not_to_be_believed_is_not_asked(
    clock: VirtualClock, tmp_path: Path
) -> None:
    hopper = HopperBuild(5, Nameplate("ACME", "Odd", 5), coin_name="GB100A")
    machine = VirtualCoinMachine(clock, MachineBuild(hoppers={100: hopper}))
    with pytest.raises(DeviceError, match="not Japanese"):
        vendor_of(machine, clock, "").capabilities()
    path = tmp_path / "families.toml"
    path.write_text(write_family("", "Odd", Quirks(coin_named=False)), encoding="utf-8")
    assert vendor_of(machine, clock, str(path)).capabilities().dispenses == {100}


def test_the_registers_of_an_sch2_mean_other_things() -> None:
    """Register 2 bit 3: manipulation by the standard, a memory fault on an SCH2."""
    raw = bytes((0, 1 << 3, 0))
    assert [flag.reason for flag in decode_hopper_flags(raw)] == ["coin.fraud"]
    sch2 = QuirkBook().of("MCI", "SCH2-NOENCRYPT-V3")
    assert [flag.reason for flag in decode_hopper_flags(raw, sch2.flag_map)] == [
        "coin.hopper_fault"
    ]


def test_own_families_come_before_the_built_in_ones(tmp_path: Path) -> None:
    path = tmp_path / "families.toml"
    path.write_text(write_family("", "SCH2-NOENCRYPT", ODD), encoding="utf-8")
    assert QuirkBook.of_file(str(path)).of("x", "sch2-noencrypt-9") == ODD
    assert QuirkBook.of_file("").of("x", "sch2-noencrypt-9").key is Key.ANY8
    assert QuirkBook.of_file(str(path)).of("x", "another") == STANDARD


@given(
    st.builds(
        Quirks,
        key=st.sampled_from(Key),
        needs_cipher_request=st.booleans(),
        has_total=st.booleans(),
        flag_map=st.sampled_from(FlagMap),
        coin_named=st.booleans(),
        bill_total=st.booleans(),
        answer=st.sampled_from(DispenseAnswer),
        counts_refusals=st.booleans(),
        registers=st.integers(1, 3),
    )
)
def test_what_is_written_is_read_again(quirks: Quirks) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
        file.write(write_family('A"C\\ME', "P", quirks))
        file.flush()
        (family,) = read_families(Path(file.name))
    assert family.quirks == quirks


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("family = 3", "written as"),
        ('[[family]]\nmaker = "A"', "needs maker and product"),
        ('[[family]]\nmaker = ""\nproduct = ""\nkey = "secret"', "key is one of"),
        ('[[family]]\nmaker = ""\nproduct = ""\nhas_total = 1', "no value of has_total"),
        ('[[family]]\nmaker = ""\nproduct = ""\nregisters = 4', "no value of registers"),
        ('[[family]]\nmaker = ""\nproduct = ""\ncolour = "red"', "no key 'colour'"),
        ("family = [3]", "is not a table"),
        ("[[family", "cannot be read"),
    ],
)
def test_a_bad_file_is_refused_with_the_row_and_the_key(
    text: str, why: str, tmp_path: Path
) -> None:
    path = tmp_path / "families.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadQuirks, match=why):
        read_families(path)


def test_a_file_that_is_not_there_is_an_error_of_the_configuration() -> None:
    config = CoinVendorConfig(port="p", hoppers={}, profiles="/nowhere.toml")
    with pytest.raises(DeviceError, match="cannot be read"):
        SerialCoinVendor(config, VirtualClock())


def test_the_key_of_none_is_the_number_alone() -> None:
    assert encode_dispense(Quirks(key=Key.NONE), b"\x01\x02\x03", 7) == b"\x07"
    assert Header.DISPENSE == 167
