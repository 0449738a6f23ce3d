"""The real card reader: a `CardReader` over PC/SC.

Every dialogue but the PIN entry may be repeated, and is, a bounded number of times, where the wire
was at fault. A PIN entry is sent once; when its answer is lost, that is what the caller is told.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from drivers.card import card_ap_dialogues, dialogues, text_dialogues
from drivers.card.apdu import Command, Response
from drivers.card.attributes import Authorities, check_attributes
from drivers.card.contract import (
    CardApConfig,
    CardIdentity,
    CardReaderConfig,
    CardSignature,
    CardUser,
    FourAttributes,
    PinWrong,
    Presence,
    ReaderCapabilities,
    ReaderStatus,
    Secret,
)
from drivers.card.exchange import Dialogue, T, run
from drivers.card.pcsc_place import Place
from drivers.card.pcsc_service import PcscService
from drivers.card.service import CardConnection, CardService
from drivers.card.tables import PROFILES, TEXT_AUTHORITIES, Profile
from drivers.card.usb_readers import without_driver
from drivers.clock import Clock, SystemClock
from drivers.errors import DeviceError, SilenceError

_IDENTIFY_S = 10.0
_AUTHENTICATE_S = 15.0
_PAUSE_S = 0.2
_PATIENCE = {
    # pcscd frees a killed client's card within 0.3 s; another program may take a little longer.
    "card.sharing_violation": 10,
    "card.reset": 3,
    "card.no_service": 5,
}
"""How often a dialogue that costs nothing is begun again, by what ended it."""
_HELD_PATIENCE = {"card.removed": 1, "card.no_reader": 1}
"""More of it on a connection that stood open while a person typed: the card may be back."""
_POWER_OFF_TRIES = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One secret's entry: what goes before and costs nothing, the VERIFY, and the erasing."""

    open: Callable[[], Dialogue[object]]
    verify: Callable[[bytes], Dialogue[None]]
    overwrite: Callable[[], Dialogue[None]]


def _pin_entry(profile: Profile, certificate: bytes) -> Entry:
    return Entry(
        partial(dialogues.identify_again, certificate),
        partial(dialogues.verify, profile),
        partial(dialogues.overwrite_pin, profile),
    )


class PcscCardReader:
    """See `CardReader`, `AttributesReader`, `CardApReader`. One thread owns it."""

    def __init__(
        self,
        config: CardReaderConfig,
        clock: Clock | None = None,
        service: CardService | None = None,
        authorities: Authorities = MappingProxyType(TEXT_AUTHORITIES),
    ) -> None:
        """`service` is another than the one `config` leads to: one in memory, or one shared;
        `authorities` are those whose cards' attributes are believed."""
        self._config = config
        self._clock = clock or SystemClock()
        self._service: CardService = service or PcscService(config.pcscd_socket)
        self._place = Place(self._service, config.reader)
        self._authorities = authorities
        self._connection: CardConnection | None = None
        self._deadline_s = 0.0
        self._seen: ReaderStatus | None = None

    def capabilities(self) -> ReaderCapabilities:
        """See `CardReader`."""
        first, *others = self._place.demand()
        return ReaderCapabilities(first, frozenset(PROFILES), tuple(others), without_driver())

    def status(self) -> ReaderStatus:
        """See `CardReader`."""
        self._seen = self._place.look()
        return self._seen

    def wait_change(self, known: ReaderStatus, timeout_s: float) -> ReaderStatus:
        """See `CardReader`. Sleeps in the service, so that an idle terminal costs nothing."""
        until_s = self._clock.monotonic_s() + timeout_s
        # The state last seen belongs to the status last given: only then need not be asked again.
        now = known if known == self._seen else self.status()
        while now == known:
            left_s = until_s - self._clock.monotonic_s()
            if left_s <= 0 or not self._wait(now, left_s):
                break
            now = self.status()
        return now

    def wake(self) -> None:
        """End `wait_change` early; the one method for another thread. A wait begun later is not
        affected, so the owner looks at its own orders first and keeps its waits finite."""
        self._service.cancel()

    def identify(self) -> CardIdentity:
        """See `CardReader`."""
        self.release()
        self._start(_IDENTIFY_S)
        return self._hold(dialogues.identify)

    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        """See `CardReader`."""
        self._start(_AUTHENTICATE_S)
        try:
            profile = self._hold(lambda: dialogues.identify_again(certificate))
            entry = _pin_entry(profile, certificate)
            self._enter(entry, pin)
            with self._erasing(entry):
                return CardSignature(run(dialogues.sign(profile, digest), self._transmit))
        finally:
            pin.wipe()

    def read_attributes(self, code: Secret) -> FourAttributes:
        """See `AttributesReader`."""
        entry = Entry(
            text_dialogues.open_code, text_dialogues.verify_code, text_dialogues.overwrite_code
        )
        files = self._enter_and_read(entry, text_dialogues.read_files, code)
        return check_attributes(
            files.attributes, files.record, files.certificate, self._authorities
        )

    def read_card_user(self, config: CardApConfig, pin: Secret) -> CardUser:
        """See `CardApReader`."""
        entry = Entry(
            partial(card_ap_dialogues.open_application, config),
            partial(card_ap_dialogues.verify_pin, config),
            partial(card_ap_dialogues.overwrite_entry, config),
        )
        return CardUser(
            self._enter_and_read(entry, partial(card_ap_dialogues.read_user_id, config), pin)
        )

    def release(self) -> None:
        """See `CardReader`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.end()

    def close(self) -> None:
        """Release the card and leave the service. Idempotent."""
        self.release()
        self._service.drop()

    def _wait(self, now: ReaderStatus, timeout_s: float) -> bool:
        """True if it is worth looking again: something changed, or the service is away."""
        with suppress(DeviceError):
            if now.presence is not Presence.NO_SERVICE:
                return self._place.wait(timeout_s)
        self._clock.sleep(min(timeout_s, self._config.poll_s))
        return True

    def _start(self, limit_s: float) -> None:
        self._deadline_s = self._clock.monotonic_s() + limit_s

    def _hold(self, dialogue: Callable[[], Dialogue[T]]) -> T:
        """Run a dialogue that costs nothing, connecting first; begin again where that may help."""
        patience = Counter(_PATIENCE)
        if self._connection is not None:
            patience.update(_HELD_PATIENCE)
        while True:
            try:
                return self._converse(dialogue())
            except DeviceError as error:
                self.release()
                patience.subtract([error.reason.name])
                if patience[error.reason.name] < 0:
                    raise
            self._clock.sleep(_PAUSE_S)

    def _converse(self, dialogue: Dialogue[T]) -> T:
        if self._connection is None:
            self._connection = self._service.connect(self._place.choose())
        return run(dialogue, self._transmit)

    def _enter_and_read(self, entry: Entry, read: Callable[[], Dialogue[T]], secret: Secret) -> T:
        """Open, enter the secret once, read; the card is unpowered whatever happens."""
        self.release()
        self._start(_AUTHENTICATE_S)
        try:
            self._hold(entry.open)
            self._enter(entry, secret)
            with self._erasing(entry):
                return run(read(), self._transmit)
        finally:
            secret.wipe()
            self.release()

    def _enter(self, entry: Entry, secret: Secret) -> None:
        """The secret's entry. A wrong one leaves the connection open for the next one."""
        sent = False

        def transmit_once(command: Command) -> Response:
            nonlocal sent
            self._demand_time()
            sent = True
            try:
                return self._transmit(command)
            except DeviceError as error:
                raise SilenceError("card.pin.unknown", error.detail) from error

        try:
            run(entry.verify(secret.open()), transmit_once)
        except DeviceError:
            if sent:
                self._erase(entry)
            self.release()
            raise
        except PinWrong:
            self._erase(entry)
            raise

    @contextmanager
    def _erasing(self, entry: Entry) -> Iterator[None]:
        """What follows an entry: in the end its VERIFY is gone from pcscd's memory."""
        try:
            yield
        except DeviceError:
            self._erase(entry)
            self.release()
            raise
        else:
            self._erase(entry)

    def _erase(self, entry: Entry) -> None:
        """Take the secret out of pcscd's memory; it reads this APDU even if the card is gone."""
        if self._connection is not None:
            with suppress(DeviceError):
                run(entry.overwrite(), self._connection.transmit)

    def _transmit(self, command: Command) -> Response:
        self._demand_time()
        if self._connection is None:
            raise SilenceError("card.removed")
        return self._connection.transmit(command)

    def _demand_time(self) -> None:
        if self._clock.monotonic_s() > self._deadline_s:
            raise SilenceError("card.mute", "the card took longer than the dialogue's limit")


def power_off_all(config: CardReaderConfig, clock: Clock | None = None) -> tuple[str, ...]:
    """Take the power of every card on every reader, whoever used it last.

    For the supervisor, after a visit died: pcscd resets a dead client's card warm, which keeps its
    PIN verified. Blocks up to 2 s a reader. Idempotent; never raises.

    Returns the names of readers whose card another program would not let go: empty is success.
    """
    clock = clock or SystemClock()
    service = PcscService(config.pcscd_socket)
    try:
        return tuple(name for name in service.readers() if not _power_off(service, name, clock))
    except DeviceError:
        return ()
    finally:
        service.drop()


def _power_off(service: PcscService, reader: str, clock: Clock) -> bool:
    for _ in range(_POWER_OFF_TRIES):
        try:
            service.connect(reader, exclusive=False).end()
        except DeviceError as error:
            if error.reason.name != "card.sharing_violation":
                return True
            clock.sleep(_PAUSE_S)
        else:
            return True
    return False
