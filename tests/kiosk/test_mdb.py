"""A terminal on MDB: its configuration, and what `kiosk check` says of it."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.clock import SystemClock
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild, VirtualMdbMachine
from kiosk.config import ConfigError, parse
from kiosk.readiness import look

EXAMPLE = Path(__file__).parents[2] / "firmware.toml"


@pytest.fixture
def values(tmp_path: Path) -> dict[str, Any]:
    """The example, a demo, with MDB on the coin line."""
    made = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    made["terminal"]["mode"] = "demo"
    made["journal"]["directory"] = str(tmp_path)
    made["card"]["pcscd_socket"] = str(tmp_path / "pcscd.comm")
    made["coin"]["protocol"] = "mdb"
    made["coin"]["hoppers"] = dict.fromkeys(("10", "50", "100", "500"), 8)
    made["coin"]["bills"] = 48
    return made


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("hoppers", {"10": 3, "50": 8, "100": 8, "500": 8}, "coin.hoppers must give each value"),
        ("bills", 40, "coin.bills must be 48"),
        ("escrow", 160, "coin.escrow must be 0"),
        ("protocol", "mdbb", "coin.protocol must be one of"),
    ],
)
def test_each_mistake_is_one_sentence(
    values: dict[str, Any], key: str, value: object, sentence: str
) -> None:
    values["coin"][key] = value
    with pytest.raises(ConfigError) as caught:
        parse(values, EXAMPLE)
    assert [one for one in caught.value.sentences if one.startswith(sentence)]


def test_what_is_mdb_s_alone_is_refused_with_cctalk(values: dict[str, Any]) -> None:
    values["coin"] |= {"protocol": "cctalk", "payout": "value", "bills": 0}
    values["coin"]["hoppers"] = {"10": 3, "50": 4, "100": 5, "500": 6}
    with pytest.raises(ConfigError, match=r"coin\.payout"):
        parse(values, EXAMPLE)


@pytest.mark.daemon
def test_kiosk_check_names_changer_and_validator(values: dict[str, Any]) -> None:
    clock = SystemClock()
    with VirtualMdbMachine(clock, MdbBuild(bills=MdbBillBuild())) as machine:
        config = parse(values, EXAMPLE)
        config = replace(config, coin=replace(config.coin, port=machine.serve_pty()))
        finding = next(f for f in look(config, clock) if f.subject == "coin machine")
        assert finding.good
        assert "8: Changer (MDB level 3), KVM KV-M1, serial 000000080001" in finding.facts
        assert finding.facts[-1].startswith("takes ¥10, ¥50, ¥100, ¥500, ¥1000")
        machine.unplug()
        finding = next(f for f in look(config, clock) if f.subject == "coin machine")
    assert not finding.good
    assert finding.facts[0].startswith("coin.lost: ")
