"""How much of a card authentication is ours: measured side by side on one card and one pcscd.

Three ways to the same signature: our driver, the same APDUs through pyscard alone, and OpenSC's
`pkcs15-crypt` as a whole process. What the card itself took is subtracted from the first two.
"""

import datetime
import hashlib
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.apdu import Command, Response
from drivers.card.contract import CardReaderConfig, Presence, Secret
from drivers.card.pcsc import PcscCardReader
from drivers.card.pcsc_service import PcscConnection, PcscService
from drivers.card.virtual import VirtualCard
from drivers.card.virtual_contents import Pair, jpki_application
from drivers.card.vpcd import VirtualSlot
from drivers.clock import Clock, SystemClock

_ATR = bytes.fromhex("3b888001000005e0b381a1007f")
_PIN = b"1234"
_DIGEST = hashlib.sha256(b"a statement of the bench").digest()
_APPEAR_S = 5.0
_MS = 1000.0


def bench_card(
    rounds: int = 200, opensc_rounds: int = 20, directory: Path | None = None
) -> dict[str, float]:
    """Times in ms (p50 and p95) of one authentication by each way, interleaved.

    `directory` is the private pcscd's, for a process that already used one. Keys: `driver_p50`,
    `driver_p95`, `pyscard_p50`, `pyscard_p95` (without the card's own time), `opensc_p50`,
    `opensc_p95` (whole process), `card_p50`, `apdus` and `driver_to_pyscard` (ratio of p50).
    `driver_cpu_p50`, `driver_cpu_p95`: processor time of the driver's own thread, which other
    programs' load does not change.
    """
    clock = SystemClock()
    with PrivatePcscd(directory) as daemon:
        slot = VirtualSlot(daemon.vpcd_host, daemon.vpcd_port, daemon.open_line)
        card = _make_card()
        slot.insert(card)
        reader = PcscCardReader(CardReaderConfig(pcscd_socket=str(daemon.socket_path)))
        try:
            _await_card(reader)
            driver, cpu, raw, apdus = _compare(reader, card, clock, rounds)
            reader.close()
            opensc = [_run_opensc(daemon, clock) for _ in range(opensc_rounds)]
        finally:
            reader.close()
            slot.pull()
    figures = {
        **_percentiles("driver", [total - busy for total, busy in driver]),
        **_percentiles("driver_cpu", cpu),
        **_percentiles("pyscard", [total - busy for total, busy in raw]),
        **_percentiles("opensc", opensc),
        "card_p50": _percentiles("card", [busy for _, busy in driver])["card_p50"],
        "apdus": float(apdus),
    }
    figures["driver_to_pyscard"] = figures["driver_p50"] / figures["pyscard_p50"]
    return figures


_Sample = tuple[float, float]


def _compare(
    reader: PcscCardReader, card: VirtualCard, clock: Clock, rounds: int
) -> tuple[list[_Sample], list[float], list[_Sample], int]:
    certificate = reader.identify().certificate
    before = len(card.log)
    reader.authenticate(Secret(_PIN), certificate, _DIGEST)
    commands = [_replayable(entry.command) for entry in card.log[before:]]
    driver: list[_Sample] = []
    raw: list[_Sample] = []
    cpu: list[float] = []
    for _ in range(rounds):
        reader.identify()
        enter = partial(reader.authenticate, Secret(_PIN), certificate, _DIGEST)
        began = _thread_s()
        driver.append(_timed(clock, card, enter))
        cpu.append((_thread_s() - began) * _MS)
        reader.release()
        raw.append(_raw_round(reader, card, clock, commands))
    return driver, cpu, raw, len(commands)


def _raw_round(
    reader: PcscCardReader, card: VirtualCard, clock: Clock, commands: list[Command]
) -> _Sample:
    service = PcscService()
    connection = service.connect(reader.status().reader)
    try:
        # The driver's card is awake when its time begins, so this one is too.
        connection.transmit(commands[0])
        return _timed(clock, card, partial(_replay, connection, commands))
    finally:
        connection.end()
        service.drop()


def _replay(connection: PcscConnection, commands: list[Command]) -> list[Response]:
    return [connection.transmit(command) for command in commands]


def _replayable(shown: str) -> Command:
    """The command of a log entry, with the PIN in its place again."""
    digits = iter(_PIN)
    encoded = [f"{next(digits):02x}" if part[0] not in _HEX else part for part in shown.split()]
    return Command.decode(bytes.fromhex("".join(encoded)))


_HEX = frozenset("0123456789ABCDEF")


def _timed(clock: Clock, card: VirtualCard, action: Callable[[], object]) -> _Sample:
    """Whole and card's own milliseconds of `action`."""
    busy, began = card.busy_s, clock.monotonic_s()
    action()
    return (clock.monotonic_s() - began) * _MS, (card.busy_s - busy) * _MS


def _thread_s() -> float:
    """Processor time of this thread, in seconds."""
    used = resource.getrusage(resource.RUSAGE_THREAD)
    return used.ru_utime + used.ru_stime


def _run_opensc(daemon: PrivatePcscd, clock: Clock) -> float:
    with tempfile.TemporaryDirectory(prefix="k") as scratch:
        digest = Path(scratch) / "digest"
        digest.write_bytes(_DIGEST)
        began = clock.monotonic_s()
        subprocess.run(
            [
                *("pkcs15-crypt", "--sign", "--key", "01", "--pkcs1", "--sha-256"),
                *("--input", str(digest), "--output", f"{scratch}/signature"),
                *("--pin", _PIN.decode()),
            ],
            env={**os.environ, **daemon.environment, "OPENSC_DRIVER": "jpki"},
            check=True,
            capture_output=True,
        )
        return (clock.monotonic_s() - began) * _MS


def _await_card(reader: PcscCardReader) -> None:
    status = reader.status()
    while status.presence is not Presence.CARD:
        seen = reader.wait_change(status, _APPEAR_S)
        if seen == status:
            raise RuntimeError(f"The virtual card did not appear; the reader says {status}.")
        status = seen


def _make_card() -> VirtualCard:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "card of the bench")])
    begins = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.392.200149.8.5.1.0.20"), None)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=365))
        .add_extension(x509.CertificatePolicies([policy]), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    pair = Pair(secret=_PIN, limit=3, left=3, key=key, certificate=certificate, ca=certificate)
    # OpenSC wants both key pairs on the card.
    return VirtualCard(_ATR, (jpki_application("JPKIAPICCTOKEN2", pair, pair),))


def _percentiles(name: str, samples: list[float]) -> dict[str, float]:
    ordered = sorted(samples)
    return {
        f"{name}_p{percent}": ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
        for percent in (50, 95)
    }
