"""The terminal's configuration: TOML into frozen dataclasses, strict both ways.

Each section's dataclass stands beside the code that uses it; a field's metadata (`doc`, `unit`,
`min`, `max`, `choices`, `demo_only`) is what is checked here and explained in `firmware.toml`.
An unknown key, a missing key, a value of the wrong type or out of bounds: each is one sentence
with the key's path.
"""

import dataclasses
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from center.wire.calibration import is_calibration
from crypto.certificates import is_for_tests, parse_pem_bundle
from crypto.errors import CheckFailed
from drivers.card.contract import CardApConfig, CardReaderConfig
from drivers.coin.contract import CoinVendorConfig
from drivers.coin.mdb.tables import CHANGER, VALIDATOR
from drivers.coin.tables import HOPPER_ADDRESSES, SLAVE_ADDRESSES
from drivers.printer.contract import PrinterConfig
from drivers.receipt.contract import ReceiptConfig
from kiosk.center_client import CenterConfig
from kiosk.change import ChangeConfig, Float
from kiosk.session.limits import VisitLimits
from kiosk.settle.model import Limits
from ui.config import GlassConfig


class ConfigError(Exception):
    """Everything that is wrong with a configuration, one sentence each."""

    def __init__(self, path: Path, sentences: tuple[str, ...]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(f"{path}: {sentence}" for sentence in sentences))


class Unfit(Exception):
    """A value is not what its key takes; says what must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalConfig:
    """Section `[terminal]`: what this machine is."""

    mode: str = field(
        metadata={
            "doc": "production refuses virtual devices and test certificates",
            "choices": ("production", "demo"),
        }
    )
    name: str = field(metadata={"doc": "Place and shop as printed on the receipt"})
    hours: str = field(
        default="06:30-23:00",
        metadata={"doc": "Service hours, Japan time, HH:MM-HH:MM; empty is always"},
    )
    attendant: str = field(
        default="",
        metadata={
            "doc": "Unix socket on which staff tells the running terminal what was counted and "
            "settled (kiosk stock, kiosk case); empty is none"
        },
    )
    clock_offset_s: float = field(
        default=0.0,
        metadata={
            "doc": "Added to the machine's clock, to show other times of day",
            "unit": "s", "min": -1e6, "max": 1e6, "demo_only": True,
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalConfig:
    """Section `[journal]`."""

    directory: str = field(
        metadata={"doc": "Where the journal and the reports not yet sent lie; never on tmpfs"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration that was found good."""

    terminal: TerminalConfig
    journal: JournalConfig
    card: CardReaderConfig
    card_ap: CardApConfig
    coin: CoinVendorConfig
    change: ChangeConfig
    limits: Limits
    printer: PrinterConfig
    receipt: ReceiptConfig
    center: CenterConfig
    ui: GlassConfig
    visit: VisitLimits

    @property
    def production(self) -> bool:
        """Whether virtual devices and test certificates are refused."""
        return self.terminal.mode == "production"

    @property
    def float(self) -> Float:
        """The coin machine as the operator filled it."""
        escrow = self.coin.escrow_holds if self.coin.escrow else 0
        return self.change.machine((int(value) for value in self.coin.hoppers), escrow)


def load(path: Path) -> Config:
    """The configuration at `path`. Raises ConfigError with every sentence at once."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(path, (f"it cannot be read: {error.strerror}.",)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, (f"it is not TOML: {error}.",)) from None
    return parse(values, path)


def parse(values: Mapping[str, Any], path: Path) -> Config:
    """The configuration in `values`; `path` is named in errors. Raises ConfigError."""
    wrong: list[str] = []
    sections = {}
    for name, kind in SECTIONS.items():
        given = values.get(name, {})
        if not isinstance(given, Mapping):
            wrong.append(f"{name} must be a section: [{name}].")
            continue
        sections[name] = _section(kind, name, given, wrong)
    wrong.extend(f"[{name}] is not a section of this file." for name in values.keys() - SECTIONS)
    if not wrong:
        config = Config(**sections)
        wrong.extend((*_disagreements(config), *_mode_conflicts(config)))
        if not wrong:
            return config
    raise ConfigError(path, tuple(wrong))


def _section(kind: Any, name: str, given: Mapping[str, Any], wrong: list[str]) -> Any:
    fields = {one.name: one for one in dataclasses.fields(kind)}
    hints = get_type_hints(kind)
    wrong.extend(f"{name}.{key} is not a key of [{name}]." for key in given.keys() - fields.keys())
    made = {}
    for key, one in fields.items():
        where = f"{name}.{key}"
        if key not in given:
            if one.default is MISSING and one.default_factory is MISSING:
                wrong.append(f"{where} is missing: {_doc(one)}.")
            continue
        try:
            made[key] = _value(given[key], hints[key], one)
        except Unfit as problem:
            wrong.append(f"{where} {problem}.")
    return None if wrong else kind(**made)


def _value(given: object, hint: Any, one: Field[Any]) -> object:
    """The value in its type and within its bounds. Raises Unfit: what must be."""
    converted = _CONVERTERS[get_origin(hint) or hint](given, get_args(hint))
    unit = f" {one.metadata['unit']}" if "unit" in one.metadata else ""
    low, high = one.metadata.get("min"), one.metadata.get("max")
    if low is not None and converted < low:
        raise Unfit(f"must be at least {low}{unit}")
    if high is not None and converted > high:
        raise Unfit(f"must be at most {high}{unit}")
    choices = one.metadata.get("choices")
    if choices is not None and converted not in choices:
        raise Unfit(f"must be one of {', '.join(repr(choice) for choice in choices)}")
    return converted


def _exactly(kind: type, words: str) -> Callable[[object, tuple[Any, ...]], Any]:
    def convert(given: object, _: tuple[Any, ...]) -> Any:
        if type(given) is not kind:
            raise Unfit(f"must be {words}")
        return given

    return convert


def _number(given: object, _: tuple[Any, ...]) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Unfit("must be a number")
    return float(given)


def _list(given: object, inner: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(given, list):
        raise Unfit("must be a list")
    return tuple(_CONVERTERS[inner[0]](each, ()) for each in given)


def _table(given: object, inner: tuple[Any, ...]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise Unfit("must be a table")
    return {str(key): _CONVERTERS[inner[1]](value, ()) for key, value in given.items()}


_CONVERTERS: dict[Any, Callable[[object, tuple[Any, ...]], Any]] = {
    str: _exactly(str, "a text"),
    bool: _exactly(bool, "true or false"),
    int: _exactly(int, "a whole number"),
    float: _number,
    tuple: _list,
    dict: _table,
}


def _doc(one: Field[Any]) -> str:
    return str(one.metadata.get("doc", "no explanation")).rstrip(".")


_YEN = re.compile(r"[1-9][0-9]{0,3}")
_HOURS = re.compile(r"([01][0-9]|2[0-4]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]")


def _disagreements(config: Config) -> Iterator[str]:
    """What is good by itself and cannot be together."""
    if config.terminal.hours and not _HOURS.fullmatch(config.terminal.hours):
        yield "terminal.hours must be HH:MM-HH:MM or empty."
    yield from config.card_ap.disagreements()
    yield from config.printer.disagreements()
    yield from _hopper_conflicts(config)
    for site in config.center.sites:
        if not site.startswith("https://"):
            yield f"center.sites must be https:// addresses, not {site!r}."
    if not config.center.sites:
        yield "center.sites must name at least one site."
    if config.center.calibration and not is_calibration(config.center.calibration):
        yield "center.calibration must be the line of `kiosk check` with N as 1 to 5, or empty."


def _hopper_conflicts(config: Config) -> Iterator[str]:
    hoppers = config.coin.hoppers
    yield from _address_conflicts(config.coin)
    for value in hoppers:
        if not _YEN.fullmatch(value):
            yield f"coin.hoppers.{value} must be named by a face value in yen."
    for name, given in (("opening", config.change.opening), ("capacity", config.change.capacity)):
        for value, pieces in given.items():
            if value not in hoppers:
                yield f"change.{name}.{value} names a coin that has no hopper in coin.hoppers."
            if pieces < 0:
                yield f"change.{name}.{value} must be at least 0 pieces."


def _address_conflicts(coin: CoinVendorConfig) -> Iterator[str]:
    """By what is spoken: MDB's addresses are given by its standard."""
    if coin.protocol == "mdb":
        if any(address != CHANGER for address in coin.hoppers.values()):
            yield f"coin.hoppers must give each value the address {CHANGER}: MDB has one changer."
        if coin.bills not in {0, VALIDATOR}:
            yield f"coin.bills must be {VALIDATOR}, MDB's address of a bill validator, or 0."
        if coin.escrow:
            yield "coin.escrow must be 0: MDB has no coin escrow."
        return
    yield from _shared_addresses(coin)
    if coin.payout != "coin":
        yield "coin.payout must be 'coin' with ccTalk."


def _shared_addresses(coin: CoinVendorConfig) -> Iterator[str]:
    """Several values may share a changer; where single hoppers stand that is a slip of the pen."""
    each = list(coin.hoppers.values())
    payers = set(each)
    devices = [coin.acceptor, *payers, *(a for a in (coin.bills, coin.escrow) if a)]
    slip = any(each.count(address) > 1 for address in payers.intersection(HOPPER_ADDRESSES))
    if slip or len(set(devices)) != len(devices) or not set(devices) <= set(SLAVE_ADDRESSES):
        yield "coin.hoppers must give each device an address of its own, 2 to 255."


def _mode_conflicts(config: Config) -> Iterator[str]:
    """What a production terminal must not be given."""
    if not config.production:
        return
    for name, kind in SECTIONS.items():
        section = getattr(config, name)
        for one in dataclasses.fields(kind):
            if one.metadata.get("demo_only") and getattr(section, one.name) != one.default:
                yield f"{name}.{one.name} is for demonstration only; production refuses it."
    yield from _virtual_devices(config)
    yield from _test_certificates(config)
    yield from _wrong_storage(config)


def _virtual_devices(config: Config) -> Iterator[str]:
    for where, port in (("coin.port", config.coin.port), ("receipt.port", config.receipt.port)):
        if not port.startswith("/dev/") or port.startswith("/dev/pts/"):
            yield f"{where} must be a device below /dev; production refuses virtual devices."
    if "127.0.0.1" in config.printer.device_uri or "localhost" in config.printer.device_uri:
        yield "printer.device_uri must not be this machine; production refuses virtual devices."


def _test_certificates(config: Config) -> Iterator[str]:
    for name in ("certificate", "tls_roots", "statement_roots", "municipality_roots", "card_roots"):
        try:
            bundle = parse_pem_bundle(Path(getattr(config.center, name)).read_bytes())
        except OSError as error:
            yield f"center.{name} cannot be read: {error.strerror}."
        except CheckFailed:
            yield f"center.{name} holds no certificates in PEM."
        else:
            if any(is_for_tests(certificate) for certificate in bundle):
                yield f"center.{name} holds a test certificate; production refuses it."


_IN_MEMORY = frozenset({"tmpfs", "ramfs"})


def _wrong_storage(config: Config) -> Iterator[str]:
    """Documents pass through the spool and must never reach a disk; the journal must."""
    spool, journal = config.printer.runtime_dir, config.journal.directory
    if file_system(Path(spool)) not in _IN_MEMORY:
        yield f"printer.runtime_dir must be on a tmpfs; {spool} is on a disk."
    if file_system(Path(journal)) in _IN_MEMORY:
        yield f"journal.directory must be on a disk; {journal} is lost with the power."


def file_system(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of file system `path` is, or would be, on; empty if the system does not say.

    Source: proc(5), fstab(5): device, mount point with octal escapes, kind.
    """
    found = Path("/"), ""
    real = path.resolve()
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, kind, *_ = line.split(" ")
        place = Path(point.replace("\\040", " "))
        if real.is_relative_to(place) and place.is_relative_to(found[0]):
            found = place, kind
    return found[1]


SECTIONS: dict[str, Any] = get_type_hints(Config)
