"""The two programs of a demo as child processes: the centre, and the terminal itself."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.bench.mortal import spawn_mortal
from drivers.clock import SystemClock

_CENTRE_START_S = 90.0
"""The first start makes a PKI with some twenty RSA keys."""
_STOP_S = 15.0
_LOOK_S = 0.05
_LEAST_LIFE_S = 3.0
"""A terminal that ended sooner would only end again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the demo's terminal finds everything."""

    state: Path
    runtime: Path
    journal: Path
    pcscd_socket: str
    coin: Mapping[str, object]
    """Section `[coin]`."""
    receipt_port: str
    printer_uri: str
    center_port: int
    glass: str
    hoppers: tuple[tuple[int, int], ...]
    """Face value in yen, and pieces in its hopper now."""
    offset_s: float
    deaf_s: float


class DidNotStart(RuntimeError):
    """A program ended or stayed silent; says which, and where its words are."""


class Program:
    """A child process with its own log file, ended with everything it started, and by the death
    of this process."""

    def __init__(self, name: str, runtime: Path) -> None:
        self._name = name
        self.log = runtime / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id; 0 while it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    def run(self, arguments: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start `python -m <arguments>` in a process group of its own."""
        with self.log.open("ab") as log:
            self._process = process = spawn_mortal(
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )
        return process

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for the whole group if it stays. Idempotent."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_S)
        self._end_group(process)

    def last_words(self) -> str:
        """The end of its log."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        except OSError:
            return ""

    @staticmethod
    def _end_group(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class CentreProgram(Program):
    """`kiosk-center serve`: centre, municipality and OCSP responder."""

    def __init__(self, state: Path, runtime: Path) -> None:
        super().__init__("centre", runtime)
        self._state = state
        self._ports_file = runtime / "ports.json"
        self.port = 0

    def start(self, offset_s: float) -> None:
        """Start, and wait until it answers. Raises DidNotStart."""
        self.launch(offset_s)
        self.await_port()

    def launch(self, offset_s: float) -> None:
        """Start; `await_port` says when it answers."""
        self._ports_file.unlink(missing_ok=True)
        self.run(
            ["center", "serve", "--state", str(self._state),
             "--ports-file", str(self._ports_file), "--clock-offset", str(offset_s)],
            os.environ,
        )  # fmt: skip

    def await_port(self) -> int:
        """The port at which it answers now. Raises DidNotStart."""
        clock = SystemClock()
        give_up_s = clock.monotonic_s() + _CENTRE_START_S
        while not self._ports_file.exists():
            if not self.pid or clock.monotonic_s() > give_up_s:
                raise DidNotStart(f"The centre did not start:\n{self.last_words()}")
            clock.sleep(_LOOK_S)
        self.port = int(json.loads(self._ports_file.read_text(encoding="utf-8"))["centre"])
        return self.port


class TerminalProgram(Program):
    """`kiosk run`: the supervisor and, below it, visit and spare.

    One that ends unasked is started anew, as its systemd unit does (`udev/kiosk.service`).
    """

    def __init__(
        self,
        config: Path,
        runtime: Path,
        environment: Mapping[str, str],
        tell: Callable[[str], None],
    ) -> None:
        """`tell` hears a sentence, in a thread of its own, whenever the terminal ended unasked."""
        super().__init__("terminal", runtime)
        self._config = config
        self._environment = environment
        self._tell = tell
        self._clock = SystemClock()
        self._deciding = threading.Lock()
        """Whether it ended or was ended: nothing may be started once `stop` has returned."""

    def start(self) -> None:
        """Start; the glass shows when it is there."""
        process = self.run(["kiosk", "run", "--config", str(self._config)], self._environment)
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        since_s = self._clock.monotonic_s()
        status = process.wait()
        at_once = self._clock.monotonic_s() - since_s < _LEAST_LIFE_S
        with self._deciding:
            if self._process is not process:
                return  # `stop` ended it
            self._end_group(process)
            if not at_once:
                self.start()
        then = f"at once; its words: {self.log}" if at_once else "and was started anew"
        self._tell(f"the terminal ended (status {status}) {then}")

    def stop(self) -> None:
        """As of any program; it is not started anew. Idempotent."""
        with self._deciding:
            super().stop()


def terminal_config(places: Places) -> str:
    """The demo terminal's `firmware.toml`."""
    state, trust = places.state, places.state / "trust"
    sections: dict[str, dict[str, object]] = {
        "terminal": {
            "mode": "demo",
            "name": "見本市役所　証明書コーナー",
            "clock_offset_s": places.offset_s,
            "attendant": str(places.runtime / "attendant.sock"),
        },
        "journal": {"directory": str(places.journal)},
        "card": {"pcscd_socket": places.pcscd_socket},
        "coin": dict(places.coin),
        "change": {
            "opening": {str(yen): pieces for yen, pieces in places.hoppers},
            "capacity": {str(yen): 400 for yen, _ in places.hoppers},
        },
        "printer": {
            "device_uri": places.printer_uri,
            "runtime_dir": str(places.runtime / "cups"),
        },
        "receipt": {"port": places.receipt_port},
        "center": {
            "sites": [f"https://127.0.0.1:{places.center_port}"],
            # Short-lived and in one file, so that the demo's terminal renews it like any other.
            "certificate": str(state / "pki" / "terminal" / "identity.pem"),
            "key": str(state / "pki" / "terminal" / "identity.pem"),
            "tls_roots": str(trust / "centre-tls.pem"),
            "statement_roots": str(trust / "centre-statements.pem"),
            "municipality_roots": str(trust / "municipalities.pem"),
            "municipality_crls": [str(trust / "municipalities.crl")],
            "card_roots": str(trust / "jpki-auth.pem"),
        },
        "ui": {"remote": places.glass, "deaf_s": places.deaf_s},
    }
    return "\n".join(_toml_section(name, values) for name, values in sections.items())


def _toml_section(name: str, values: Mapping[str, object]) -> str:
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    return "\n".join((f"[{name}]", *lines, ""))


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    # Texts, lists and numbers are spelled in TOML as in JSON.
    return json.dumps(value, ensure_ascii=False)
