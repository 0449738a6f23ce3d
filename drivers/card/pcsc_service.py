"""The PC/SC service as this terminal uses it; pyscard's only home.

pyscard's low-level calls are used and not its `CardMonitor`, whose thread ends for ever when pcscd
stops. Every failure becomes a `DeviceError` with a reason; a context that died with its pcscd is
dropped, and the next call makes a new one.

Source: pcsc-lite `winscard_clnt.c` and its API manual for the codes.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from smartcard import scard

from drivers.card.apdu import Command, Response
from drivers.card.service import ReaderState
from drivers.errors import DeviceError, MisuseError, SilenceError

_SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
_HOTPLUG = "\\\\?PnP?\\Notification"
_MS = 1000
_HEADER = 4

_REASONS: dict[int, str] = {
    scard.SCARD_E_NO_READERS_AVAILABLE: "card.no_reader",
    scard.SCARD_E_UNKNOWN_READER: "card.no_reader",
    scard.SCARD_E_READER_UNAVAILABLE: "card.no_reader",
    scard.SCARD_E_SHARING_VIOLATION: "card.sharing_violation",
    scard.SCARD_E_NO_SMARTCARD: "card.removed",
    scard.SCARD_W_REMOVED_CARD: "card.removed",
    scard.SCARD_E_NOT_TRANSACTED: "card.removed",
    scard.SCARD_E_COMM_DATA_LOST: "card.removed",
    scard.SCARD_W_RESET_CARD: "card.reset",
    scard.SCARD_W_UNRESPONSIVE_CARD: "card.mute",
    scard.SCARD_W_UNPOWERED_CARD: "card.mute",
    scard.SCARD_W_UNSUPPORTED_CARD: "card.mute",
    scard.SCARD_E_PROTO_MISMATCH: "card.mute",
    scard.SCARD_E_INSUFFICIENT_BUFFER: "card.protocol",
}
"""What is not here means that the service, or our context in it, is gone."""
_HINTS: dict[int, str] = {
    scard.SCARD_W_SECURITY_VIOLATION: "pcscd does not let this user in: polkit must allow "
    "org.debian.pcsc-lite.access_pcsc and access_card",
    scard.SCARD_E_NO_SERVICE: "nobody listens on its socket",
}
"""What a technician is told besides the code."""
_IN_VAIN = frozenset({scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED})
_SILENT = frozenset({"card.no_service", "card.no_reader", "card.removed", "card.mute"})


def _demand(code: int, step: str) -> None:
    if code == scard.SCARD_S_SUCCESS:
        return
    reason = _REASONS.get(code, "card.no_service")
    error = SilenceError if reason in _SILENT else DeviceError
    said = (f"{step}: PC/SC says {code & 0xFFFFFFFF:08X}", _HINTS.get(code, ""))
    raise error(reason, ", ".join(filter(None, said)))


def choose_socket(path: str) -> None:
    """Lead this process to the pcscd at `path`; empty leaves it as the environment says.

    libpcsclite reads the variable once a process, so a second choice would be ignored silently.

    Raises:
        MisuseError: if this process uses another pcscd already.
    """
    if not path:
        return
    if _Used.socket not in {"", path}:
        raise MisuseError("card.no_service", f"this process already uses pcscd at {_Used.socket}")
    _Used.socket = path
    os.environ[_SOCKET_VARIABLE] = path


def chosen_socket() -> str:
    """The pcscd this process was led to, or empty."""
    return _Used.socket


class _Used:
    """Which pcscd this process was led to."""

    socket = ""


_UNKNOWN = ReaderState(int(scard.SCARD_STATE_UNKNOWN))


class PcscConnection:
    """One connection to the card on a reader; ends with `end`."""

    def __init__(self, handle: Any, protocol: int) -> None:
        self._handle = handle
        t0 = protocol == scard.SCARD_PROTOCOL_T0
        self._pci = scard.SCARD_PCI_T0 if t0 else scard.SCARD_PCI_T1

    def transmit(self, command: Command) -> Response:
        """Send one short APDU. Blocks as long as the reader's driver lets it.

        Raises:
            SilenceError: `card.removed`, `card.no_service`, ...
            DeviceError: `card.reset`.
        """
        return Response.decode(self.exchange(command.encode()))

    def exchange(self, apdu: bytes) -> bytes:
        """Send bytes as they are; at least a status word comes back. Raises as `transmit`."""
        code, answer = scard.SCardTransmit(self._handle, self._pci, list(apdu))
        step = f"transmit {apdu[:_HEADER].hex()}"
        _demand(code, step)
        if len(answer) < 2:  # noqa: PLR2004 - SW1 SW2
            # Some reader drivers report a card torn away in a command as success without an answer.
            raise SilenceError("card.removed", f"{step}: no answer")
        return bytes(answer)

    def end(self) -> None:
        """Disconnect and take the card's power, which ends what was verified. Never raises."""
        with suppress(scard.error):
            scard.SCardDisconnect(self._handle, scard.SCARD_UNPOWER_CARD)


class PcscService:
    """A context of the PC/SC service, made when needed and again after the service was away."""

    def __init__(self, socket_path: str = "") -> None:
        choose_socket(socket_path)
        self._context: Any = None

    def readers(self) -> tuple[str, ...]:
        """Names of the readers, in the service's order. Raises DeviceError (`card.no_service`)."""
        code, names = scard.SCardListReaders(self._established(), [])
        if code == scard.SCARD_E_NO_READERS_AVAILABLE:
            return ()
        self._demand(code, "list readers")
        return tuple(names)

    def states(self, readers: Sequence[str]) -> dict[str, ReaderState]:
        """The state of each reader now, in the order given. Raises DeviceError."""
        asked = [(reader, scard.SCARD_STATE_UNAWARE) for reader in readers]
        found = {name: ReaderState(word, bytes(atr)) for name, word, atr in self._watch(asked, 0)}
        return {name: found.get(name, _UNKNOWN) for name in readers}

    def wait(self, known: Mapping[str, int], timeout_s: float) -> bool:
        """Block until a reader leaves its state word in `known`, or readers come or go: True.

        False when the time is up, or after `cancel`. Raises DeviceError.
        """
        watched = [(_HOTPLUG, scard.SCARD_STATE_UNAWARE)]
        watched += [(name, word & ~scard.SCARD_STATE_CHANGED) for name, word in known.items()]
        return bool(self._watch(watched, int(timeout_s * _MS)))

    def cancel(self) -> None:
        """End a `wait` of another thread. Never raises."""
        context = self._context
        if context is not None:
            scard.SCardCancel(context)

    def connect(self, reader: str, *, exclusive: bool = True) -> PcscConnection:
        """Connect to the card on `reader`. Raises DeviceError."""
        share = scard.SCARD_SHARE_EXCLUSIVE if exclusive else scard.SCARD_SHARE_SHARED
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, handle, protocol = scard.SCardConnect(self._established(), reader, share, protocols)
        self._demand(code, "connect")
        return PcscConnection(handle, protocol)

    def drop(self) -> None:
        """Give the context back. Idempotent; never raises."""
        context, self._context = self._context, None
        if context is not None:
            with suppress(scard.error):
                scard.SCardReleaseContext(context)

    def _established(self) -> Any:
        if self._context is None:
            code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
            _demand(code, "establish context")
            self._context = context
        return self._context

    def _watch(self, watched: Sequence[tuple[str, int]], timeout_ms: int) -> Sequence[Any]:
        code, states = scard.SCardGetStatusChange(self._established(), timeout_ms, list(watched))
        if code in _IN_VAIN:
            return ()
        self._demand(code, "get status change")
        return tuple(states)

    def _demand(self, code: int, step: str) -> None:
        try:
            _demand(code, step)
        except DeviceError as error:
            if error.reason.name == "card.no_service":
                self.drop()
            raise
