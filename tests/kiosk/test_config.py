"""The configuration: strict both ways, and every error one sentence with the key's path."""

import copy
import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kiosk.config import SECTIONS, Config, ConfigError, file_system, load, parse

EXAMPLE = Path(__file__).parents[2] / "firmware.toml"
HERE = Path("firmware.toml")


@pytest.fixture
def values() -> dict[str, Any]:
    """The example, made a demo so that no certificate files are needed."""
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    example["terminal"]["mode"] = "demo"
    return copy.deepcopy(example)


def sentences(values: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(values, HERE)
    return caught.value.sentences


def test_the_example_names_every_key_of_every_section() -> None:
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert set(example) == set(SECTIONS)
    for name, kind in SECTIONS.items():
        assert set(example[name]) == {field.name for field in dataclasses.fields(kind)}, name


def test_the_example_explains_every_section_and_loads(values: dict[str, Any]) -> None:
    config = parse(values, HERE)
    assert isinstance(config, Config)
    assert config.float.stock() == {10: 50, 50: 50, 100: 100, 500: 20}


def test_the_example_shows_the_defaults_that_are_not_its_own(values: dict[str, Any]) -> None:
    chosen = {"fullscreen", "video", "font_cache", "opening", "capacity", "attendant"}
    for name, kind in SECTIONS.items():
        for field in dataclasses.fields(kind):
            if field.default is not dataclasses.MISSING and field.name not in chosen:
                assert values[name][field.name] == field.default, f"{name}.{field.name}"


def test_every_key_explains_itself_and_numbers_have_a_unit() -> None:
    for name, kind in SECTIONS.items():
        for field in dataclasses.fields(kind):
            assert field.metadata.get("doc"), f"{name}.{field.name}"
            if field.name.endswith("_s"):
                assert field.metadata.get("unit") == "s", f"{name}.{field.name}"
                assert "min" in field.metadata, f"{name}.{field.name}"


@pytest.mark.parametrize(
    ("section", "key", "value", "sentence"),
    [
        ("coin", "poll_s", 5.0, "coin.poll_s must be at most 0.9 s."),
        ("coin", "poll_s", "fast", "coin.poll_s must be a number."),
        ("coin", "acceptor", 1, "coin.acceptor must be at least 2."),
        ("coin", "acceptor", True, "coin.acceptor must be a whole number."),
        ("coin", "checksum", "md5", "coin.checksum must be one of 'simple', 'crc'."),
        ("coin", "speed", 1, "coin.speed is not a key of [coin]."),
        ("coin", "hoppers", [3], "coin.hoppers must be a table."),
        ("coin", "hoppers", {"10": "3"}, "coin.hoppers must be a whole number."),
        (
            "coin",
            "hoppers",
            {"10": 3, "50": 4, "100": 5, "500": 6, "ten": 7},
            "coin.hoppers.ten must be named by a face value in yen.",
        ),
        (
            "coin",
            "hoppers",
            {"10": 3, "50": 3, "100": 5, "500": 6},
            "coin.hoppers must give each device an address of its own, 2 to 255.",
        ),
        (
            "change",
            "opening",
            {"5": 1},
            "change.opening.5 names a coin that has no hopper in coin.hoppers.",
        ),
        ("change", "capacity", {"10": -1}, "change.capacity.10 must be at least 0 pieces."),
        ("terminal", "mode", "test", "terminal.mode must be one of 'production', 'demo'."),
        ("terminal", "hours", "9-17", "terminal.hours must be HH:MM-HH:MM or empty."),
        ("terminal", "name", 3, "terminal.name must be a text."),
        (
            "card_ap",
            "aid",
            "F0 01",
            "card_ap.aid must be 5 to 16 bytes in hexadecimal, or empty.",
        ),
        ("card_ap", "pin_min", 5, "card_ap.pin_min must not be above card_ap.pin_max."),
        ("card_ap", "pin_file", 0, "card_ap.pin_file must be at least 1."),
        (
            "center",
            "sites",
            ["http://a"],
            "center.sites must be https:// addresses, not 'http://a'.",
        ),
        ("center", "sites", [], "center.sites must name at least one site."),
        ("center", "sites", "https://a", "center.sites must be a list."),
        ("limits", "repay_within_s", -1, "limits.repay_within_s must be at least 0.0 s."),
    ],
)
def test_each_mistake_is_one_sentence_with_the_path(
    values: dict[str, Any], section: str, key: str, value: object, sentence: str
) -> None:
    values[section][key] = value
    assert sentences(values) == (sentence,)


@pytest.mark.parametrize(
    ("hoppers", "others", "good"),
    [
        (dict.fromkeys(("10", "50", "100", "500"), 55), {}, True),
        ({"10": 55, "50": 55, "100": 55, "500": 6}, {"bills": 40, "escrow": 160}, True),
        (dict.fromkeys(("10", "50", "100", "500"), 4), {}, False),
        (dict.fromkeys(("10", "50", "100", "500"), 2), {}, False),
        ({"10": 3, "50": 4, "100": 5, "500": 6}, {"bills": 6}, False),
        ({"10": 3, "50": 4, "100": 5, "500": 6}, {"bills": 40, "escrow": 40}, False),
        ({"10": 3, "50": 4, "100": 5, "500": 256}, {}, False),
    ],
)
def test_values_share_an_address_only_as_a_changer_does(
    values: dict[str, Any], hoppers: dict[str, int], others: dict[str, int], good: bool
) -> None:
    values["coin"] |= {"hoppers": hoppers, **others}
    if good:
        assert parse(values, HERE).coin.hoppers == hoppers
    else:
        sentence = "coin.hoppers must give each device an address of its own, 2 to 255."
        assert sentences(values) == (sentence,)


def test_a_missing_key_says_what_it_is(values: dict[str, Any]) -> None:
    del values["coin"]["port"]
    assert sentences(values) == ("coin.port is missing: Serial port, e.g. /dev/kiosk-coin.",)


def test_unknown_and_malformed_sections_are_named(values: dict[str, Any]) -> None:
    values["cion"] = {}
    values["ui"] = 3
    assert set(sentences(values)) == {
        "[cion] is not a section of this file.",
        "ui must be a section: [ui].",
    }


def test_every_mistake_is_told_at_once(values: dict[str, Any]) -> None:
    values["coin"]["poll_s"] = 5.0
    values["ui"]["width_px"] = 1
    assert len(sentences(values)) == 2


def test_a_file_that_is_missing_or_not_toml_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="it cannot be read: No such file"):
        load(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[coin")
    with pytest.raises(ConfigError, match="it is not TOML"):
        load(broken)


def production(values: dict[str, Any], trust: Path) -> dict[str, Any]:
    values["terminal"]["mode"] = "production"
    values["printer"]["runtime_dir"] = "/dev/shm/kiosk-cups"
    for name in ("certificate", "tls_roots", "statement_roots", "municipality_roots", "card_roots"):
        values["center"][name] = str(trust)
    return values


@pytest.mark.parametrize(
    ("where", "value", "word"),
    [
        ("ui.remote", "/tmp/glass", "ui.remote is for demonstration only"),
        ("terminal.clock_offset_s", 60.0, "terminal.clock_offset_s is for demonstration only"),
        ("coin.port", "/dev/pts/3", "coin.port must be a device below /dev"),
        ("receipt.port", "/tmp/receipt", "receipt.port must be a device below /dev"),
        ("printer.device_uri", "ipp://127.0.0.1:8/ipp", "printer.device_uri must not be this"),
        ("printer.runtime_dir", "/var/spool/kiosk", "printer.runtime_dir must be on a tmpfs"),
        ("journal.directory", "/dev/shm/kiosk", "journal.directory must be on a disk"),
    ],
)
def test_production_refuses_what_is_virtual(
    values: dict[str, Any], certificate: Path, where: str, value: object, word: str
) -> None:
    given = production(values, certificate)
    section, key = where.split(".")
    given[section][key] = value
    (sentence,) = sentences(given)
    assert sentence.startswith(word)


def test_production_accepts_the_example_with_real_certificates(
    values: dict[str, Any], certificate: Path
) -> None:
    assert parse(production(values, certificate), HERE).production


@pytest.mark.parametrize("organization", ["JPKI-TEST", "KIOSK-TEST"])
def test_production_refuses_test_certificates(
    values: dict[str, Any], tmp_path: Path, organization: str
) -> None:
    path = make_certificate(tmp_path / "test.pem", organization)
    found = sentences(production(values, path))
    assert "center.card_roots holds a test certificate; production refuses it." in found
    assert len(found) == 5


def test_production_needs_its_certificates(values: dict[str, Any], tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    assert "center.key" not in str(sentences(production(values, tmp_path / "none.pem")))
    found = sentences(production(values, empty))
    assert "center.tls_roots holds no certificates in PEM." in found


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path / "real.pem", "Kenbunshi")


def make_certificate(path: Path, organization: str) -> Path:
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=400))
        .sign(key, None)
    )
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return path


def test_the_innermost_mount_tells_the_file_system(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "root / ext4 rw 0 0\nrun /run tmpfs rw 0 0\nstick /run/a\\040stick vfat rw 0 0\n"
    )
    assert file_system(Path("/run/kiosk/cups"), mounts) == "tmpfs"
    assert file_system(Path("/run/a stick/cups"), mounts) == "vfat"
    assert file_system(Path("/running"), mounts) == "ext4"
