"""Drivers that are wrong on purpose, on a right card."""

from drivers.card import dialogues
from drivers.card.contract import (
    CardIdentity,
    CardReaderConfig,
    CardSignature,
    PinWrong,
    Presence,
    ReaderStatus,
    Secret,
)
from drivers.card.exchange import read_binary, run, select_application, select_file
from drivers.card.pcsc import PcscCardReader
from drivers.card.service import CardService
from drivers.card.tables import MY_NUMBER, TEXT_AID
from drivers.clock import Clock
from drivers.conformance.card_bench import CardBench
from drivers.conformance.card_specimens import Build, on_bench
from drivers.conformance.proof import Specimen
from drivers.errors import DeviceError


class _Enters(PcscCardReader):
    """Authenticates by dialogues of its own making."""

    def _enter_pin(self, digits: bytes) -> None:
        assert self._connection is not None  # noqa: S101 - for the type checker
        run(dialogues.read_tries_left(MY_NUMBER), self._connection.transmit)
        run(dialogues.verify(MY_NUMBER, digits), self._connection.transmit)

    def _signed(self, digest: bytes) -> CardSignature:
        assert self._connection is not None  # noqa: S101 - for the type checker
        return CardSignature(run(dialogues.sign(MY_NUMBER, digest), self._connection.transmit))


class _EntersTwice(_Enters):
    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        digits = pin.open()
        try:
            return super().authenticate(pin, certificate, digest)
        except PinWrong:
            return super().authenticate(Secret(digits), certificate, digest)


class _KeepsThePin(PcscCardReader):
    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        return super().authenticate(Secret(pin.open()), certificate, digest)


class _TakesAnyCard(_Enters):
    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:  # noqa: ARG002 - what is wrong with it
        try:
            self._enter_pin(pin.open())
            return self._signed(digest)
        finally:
            pin.wipe()


class _SignsAnotherDigest(PcscCardReader):
    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        return super().authenticate(pin, certificate, digest[::-1])


class _CountsByItself(PcscCardReader):
    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        try:
            return super().authenticate(pin, certificate, digest)
        except PinWrong:
            raise PinWrong(MY_NUMBER.tries) from None


class _KeepsTheCard(PcscCardReader):
    """Never takes the card's power."""

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and not self._verified:
            connection.end()

    _verified = False

    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        self._verified = True
        return super().authenticate(pin, certificate, digest)


class _RemembersTheCard(PcscCardReader):
    """Tells what it saw first, whatever lies there now."""

    _identity: CardIdentity | None = None

    def identify(self) -> CardIdentity:
        if self._identity is None:
            self._identity = super().identify()
        return self._identity

    def status(self) -> ReaderStatus:
        return ReaderStatus(Presence.CARD, "remembered")


class _IdentifiesByEntering(_Enters):
    """Tries a PIN that everybody has, to see whether it fits."""

    def identify(self) -> CardIdentity:
        found = super().identify()
        try:
            self._enter_pin(b"0000")
        except (PinWrong, DeviceError):
            return found
        return found


class _PadsThePin(_Enters):
    """Makes four digits of whatever was typed."""

    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        padded = Secret(pin.open().ljust(MY_NUMBER.pin_length, b"0")[: MY_NUMBER.pin_length])
        pin.wipe()
        return super().authenticate(padded, certificate, digest)


class _TellsThePin(PcscCardReader):
    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        sent = pin.open().hex(" ")
        try:
            return super().authenticate(pin, certificate, digest)
        except DeviceError as error:
            raise DeviceError(error.reason.name, f"after 00 20 00 80 04 {sent}") from error


class _LooksAtTheNumber(PcscCardReader):
    def identify(self) -> CardIdentity:
        found = super().identify()
        assert self._connection is not None  # noqa: S101 - for the type checker
        for command in (select_application(TEXT_AID), select_file(1), read_binary(0, 16)):
            self._connection.transmit(command)
        return found


class _SeesNothing(PcscCardReader):
    def status(self) -> ReaderStatus:
        return ReaderStatus(Presence.EMPTY, super().status().reader)


def _specimen(
    name: str, what: str, kind: type[PcscCardReader], *killers: str
) -> Specimen[CardBench]:
    def open_reader(config: CardReaderConfig, clock: Clock, service: CardService) -> PcscCardReader:
        return kind(config, clock, service)

    return Specimen(name, what, on_bench(Build(), open_reader), killers)


WRONG = (
    _specimen(
        "driver-enters-twice",
        "a refused PIN is entered once more",
        _EntersTwice,
        "card.driver.wrong_pin",
        "card.driver.already_verified",
    ),
    _specimen(
        "driver-keeps-the-pin",
        "the PIN is not wiped",
        _KeepsThePin,
        "card.driver.authenticate",
        "card.driver.wrong_pin",
    ),
    _specimen(
        "driver-takes-any-card",
        "the certificate is not compared before the PIN is sent",
        _TakesAnyCard,
        "card.driver.swapped",
    ),
    _specimen(
        "driver-signs-another-digest",
        "the digest is sent backwards",
        _SignsAnotherDigest,
        "card.driver.authenticate",
    ),
    _specimen(
        "driver-counts-by-itself",
        "the tries left are not the card's",
        _CountsByItself,
        "card.driver.wrong_pin",
    ),
    _specimen(
        "driver-keeps-the-card",
        "release leaves the card its power",
        _KeepsTheCard,
        "card.driver.release",
    ),
    _specimen(
        "driver-remembers-the-card",
        "state and identity come from memory",
        _RemembersTheCard,
        "card.driver.taken_away",
    ),
    _specimen(
        "driver-pads-the-pin",
        "an entry of another length is made to fit and sent",
        _PadsThePin,
        "card.driver.malformed_pin",
    ),
    _specimen(
        "driver-sees-nothing",
        "the state is always empty",
        _SeesNothing,
        "card.driver.status",
    ),
    _specimen(
        "driver-tries-a-pin",
        "identify enters a PIN",
        _IdentifiesByEntering,
        "card.driver.identify",
    ),
    _specimen(
        "driver-tells-the-pin",
        "its errors show the command that was sent",
        _TellsThePin,
        "card.driver.keeps_secrets",
    ),
    _specimen(
        "driver-looks-at-the-number",
        "identify selects the individual number's file",
        _LooksAtTheNumber,
        "card.driver.number_untouched",
    ),
)
