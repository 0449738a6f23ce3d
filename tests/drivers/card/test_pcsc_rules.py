"""When the reader driver tries again and when not, with a service that fails on cue.

What a real pcscd can be brought to do is in `test_pcsc`; here are the answers it gives rarely.
"""

from collections.abc import Callable, Mapping, Sequence

import pytest
from smartcard import scard

from drivers.card.apdu import Command, Response
from drivers.card.contract import CardReaderConfig, PinWrong, Presence, ReaderStatus, Secret
from drivers.card.pcsc import PcscCardReader
from drivers.card.pcsc_service import PcscConnection, PcscService
from drivers.card.service import ReaderState
from drivers.card.virtual import VirtualCard
from drivers.clock import VirtualClock
from drivers.errors import DeviceError, SilenceError
from tests.drivers.card.conftest import MakeFile
from tests.drivers.card.issued import Issued

DIGEST = bytes(32)
IDENTIFY_LENGTH = 11
AGAIN_LENGTH = 8
PRESENT, MUTE, EMPTY, UNAVAILABLE, UNKNOWN = 0x20, 0x200, 0x10, 0x08, 0x04


class CueService:
    """A service without pcscd: the card in memory, and failures by the number of the command."""

    def __init__(self, card: VirtualCard, clock: VirtualClock) -> None:
        self.card = card
        self.clock = clock
        self.names: tuple[str, ...] = ("Reader 00",)
        self.word = self.next_word = PRESENT
        self.failures: dict[int, str] = {}
        self.always = ""
        self.apdu_s = 0.0
        self.sent = 0
        self.connects = 0
        self.ended = 0
        self.waited: list[tuple[tuple[str, ...], float]] = []

    def readers(self) -> tuple[str, ...]:
        if self.always == "card.no_service":
            raise SilenceError(self.always)
        return self.names

    def states(self, readers: Sequence[str]) -> dict[str, ReaderState]:
        assert set(readers) <= set(self.names)
        return {reader: ReaderState(self.word) for reader in readers}

    def wait(self, known: Mapping[str, int], timeout_s: float) -> bool:
        self.readers()
        self.waited.append((tuple(known), timeout_s))
        self.clock.advance(timeout_s)
        self.word = self.next_word
        return set(known.values()) != {self.next_word}

    def cancel(self) -> None:
        raise NotImplementedError

    def connect(self, reader: str, *, exclusive: bool = True) -> "CueService":
        assert reader in self.names
        self.connects += 1
        return self

    def exchange(self, apdu: bytes) -> bytes:
        raise NotImplementedError

    def transmit(self, command: Command) -> Response:
        self.sent += 1
        self.clock.advance(self.apdu_s)
        reason = self.always or self.failures.pop(self.sent, "")
        if reason:
            raise DeviceError(reason)
        return Response.decode(self.card.transmit(command.encode()))

    def end(self) -> None:
        self.ended += 1

    def drop(self) -> None:
        self.end()


@pytest.fixture
def service(card_file: MakeFile) -> CueService:
    return CueService(card_file().make(), VirtualClock())


@pytest.fixture
def reader(service: CueService) -> PcscCardReader:
    return PcscCardReader(CardReaderConfig(), service.clock, service)


def reason_of(action: Callable[[], object]) -> str:
    with pytest.raises(DeviceError) as error:
        action()
    return error.value.reason.name


class TestBeginningAgain:
    def test_after_a_reset(self, reader: PcscCardReader, service: CueService) -> None:
        service.failures = {3: "card.reset", 8: "card.reset", 12: "card.reset"}
        assert reader.identify().tries_left == 3
        assert service.connects == 4

    def test_but_not_for_ever(self, reader: PcscCardReader, service: CueService) -> None:
        service.always = "card.reset"
        assert reason_of(reader.identify) == "card.reset"
        assert service.connects == service.ended == 4

    @pytest.mark.parametrize("reason", ["card.removed", "card.mute", "card.no_reader"])
    def test_not_after_what_only_a_person_can_mend(
        self, reader: PcscCardReader, service: CueService, reason: str
    ) -> None:
        service.failures = {2: reason}
        assert reason_of(reader.identify) == reason
        assert service.connects == service.ended == 1

    def test_once_on_a_connection_that_stood_open(
        self, reader: PcscCardReader, service: CueService, auth: Issued
    ) -> None:
        reader.identify()
        service.failures = {IDENTIFY_LENGTH + 2: "card.removed"}
        reader.authenticate(Secret(b"1234"), auth.der, DIGEST)
        assert service.connects == 2
        service.failures = {service.sent + 1: "card.removed", service.sent + 2: "card.removed"}
        again = Secret(b"1234")
        assert reason_of(lambda: reader.authenticate(again, auth.der, DIGEST)) == "card.removed"
        assert again.open() == b""


class TestThePinIsSentOnce:
    @pytest.mark.parametrize(
        "reason", ["card.reset", "card.removed", "card.no_service", "card.sharing_violation"]
    )
    def test_whatever_becomes_of_the_answer(
        self, reader: PcscCardReader, service: CueService, auth: Issued, reason: str
    ) -> None:
        reader.identify()
        service.failures = {service.sent + AGAIN_LENGTH + 1: reason}
        pin = Secret(b"1234")
        assert reason_of(lambda: reader.authenticate(pin, auth.der, DIGEST)) == "card.pin.unknown"
        # The failed VERIFY, then the APDU that takes its place in pcscd's memory.
        assert service.sent == IDENTIFY_LENGTH + AGAIN_LENGTH + 2
        assert service.card.log[-1].command.startswith("00 A4 04 0C")
        assert service.card.pin_entries == 0
        assert service.ended == 1
        assert pin.open() == b""

    @pytest.mark.parametrize("later", [2, 3])
    def test_and_not_again_when_signing_fails(
        self, reader: PcscCardReader, service: CueService, auth: Issued, later: int
    ) -> None:
        reader.identify()
        service.failures = {service.sent + AGAIN_LENGTH + later: "card.reset"}
        pin = Secret(b"1234")
        assert reason_of(lambda: reader.authenticate(pin, auth.der, DIGEST)) == "card.reset"
        assert service.card.pin_entries == 1
        assert service.ended == 1

    def test_and_wiped_even_where_nothing_was_sent(
        self, reader: PcscCardReader, service: CueService, auth: Issued
    ) -> None:
        service.names = ()
        pin = Secret(b"1234")
        assert reason_of(lambda: reader.authenticate(pin, auth.der, DIGEST)) == "card.no_reader"
        assert pin.open() == b""
        assert service.sent == 0

    def test_a_wrong_one_keeps_the_connection(
        self, reader: PcscCardReader, service: CueService, auth: Issued
    ) -> None:
        reader.identify()
        with pytest.raises(PinWrong):
            reader.authenticate(Secret(b"0000"), auth.der, DIGEST)
        reader.authenticate(Secret(b"1234"), auth.der, DIGEST)
        assert (service.connects, service.ended) == (1, 0)


class TestLimits:
    def test_a_slow_card_is_given_up_after_ten_seconds(
        self, reader: PcscCardReader, service: CueService
    ) -> None:
        service.apdu_s = 3.0
        assert reason_of(reader.identify) == "card.mute"
        assert service.sent == 4
        assert service.ended == 1

    def test_no_pin_is_sent_after_the_limit(
        self, reader: PcscCardReader, service: CueService, auth: Issued
    ) -> None:
        reader.identify()
        service.apdu_s = 15.1 / AGAIN_LENGTH
        pin = Secret(b"1234")
        assert reason_of(lambda: reader.authenticate(pin, auth.der, DIGEST)) == "card.mute"
        assert service.card.pin_entries == 0


class TestStatus:
    @pytest.mark.parametrize(
        ("word", "presence"),
        [
            (EMPTY, Presence.EMPTY),
            (PRESENT, Presence.CARD),
            (PRESENT | MUTE, Presence.MUTE),
            (UNAVAILABLE, Presence.NO_READER),
            (UNKNOWN, Presence.NO_READER),
            (0x00030000 | PRESENT | 0x80, Presence.CARD),
        ],
    )
    def test_of_the_state_word(
        self, reader: PcscCardReader, service: CueService, word: int, presence: Presence
    ) -> None:
        service.word = word
        assert reader.status() == ReaderStatus(presence, "Reader 00")

    def test_unplugged_and_back(self, reader: PcscCardReader, service: CueService) -> None:
        service.names = ()
        assert reader.status() == ReaderStatus(Presence.NO_READER)
        assert reason_of(reader.capabilities) == "card.no_reader"
        service.names = ("Reader 00",)
        gone = ReaderStatus(Presence.NO_READER)
        service.next_word = PRESENT | 0x10000
        assert reader.wait_change(gone, 1.0).presence is Presence.CARD

    def test_a_reader_without_driver_is_named(
        self, reader: PcscCardReader, service: CueService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        undriven = ("Sony RC-S380/P (054c:06c3)",)
        for module in ("pcsc", "pcsc_place"):
            monkeypatch.setattr(f"drivers.card.{module}.without_driver", lambda: undriven)
        service.names = ("Reader 00", "Reader 01")
        able = reader.capabilities()
        assert (able.reader, able.others) == ("Reader 00", ("Reader 01",))
        assert able.without_driver == undriven
        service.names = ()
        with pytest.raises(DeviceError) as error:
            reader.capabilities()
        assert error.value.detail == "no driver for Sony RC-S380/P (054c:06c3)"

    def test_without_service_it_waits_by_the_clock(
        self, reader: PcscCardReader, service: CueService
    ) -> None:
        service.always = "card.no_service"
        known = ReaderStatus(Presence.NO_SERVICE)
        began = service.clock.monotonic_s()
        assert reader.wait_change(known, 1.0) == known
        assert service.clock.monotonic_s() - began == pytest.approx(1.0)

    def test_a_service_that_came_back_is_found_within_poll_s(
        self, reader: PcscCardReader, service: CueService
    ) -> None:
        service.always = "card.no_service"
        known = reader.status()
        assert known.presence is Presence.NO_SERVICE
        service.always = ""
        began = service.clock.monotonic_s()
        assert reader.wait_change(known, 60.0).presence is Presence.CARD
        assert service.clock.monotonic_s() - began == pytest.approx(0.2)

    def test_one_wait_lasts_to_the_end(self, reader: PcscCardReader, service: CueService) -> None:
        known = reader.status()
        assert reader.wait_change(known, 60.0) == known
        assert service.waited == [(("Reader 00",), 60.0)]

    def test_what_makes_no_difference_is_waited_through(
        self, reader: PcscCardReader, service: CueService
    ) -> None:
        """Another program connecting changes the state word, and nothing for us."""
        known = reader.status()
        service.next_word = PRESENT | 0x100
        assert reader.wait_change(known, 1.0) == known
        service.next_word = PRESENT | MUTE
        assert reader.wait_change(known, 1.0).presence is Presence.MUTE

    def test_a_status_of_long_ago_is_looked_at_afresh(
        self, reader: PcscCardReader, service: CueService
    ) -> None:
        known = ReaderStatus(Presence.EMPTY, "Reader 00")
        assert reader.wait_change(known, 1.0).presence is Presence.CARD
        assert service.waited == []

    @pytest.mark.parametrize(
        ("wanted", "names", "chosen"),
        [
            ("", ("Maker SAM 0", "Maker PICC 0"), "Maker PICC 0"),
            ("", ("Maker SAM 0",), ""),
            ("", ("Samtec Reader 00 00",), "Samtec Reader 00 00"),
            ("SAM", ("Maker PICC 0", "Maker SAM 0"), "Maker SAM 0"),
            ("PICC", ("Other 0", "Maker PICC 0"), "Maker PICC 0"),
            ("", ("Maker SAM 0", "Maker ICC 0", "Maker PICC 0"), "Maker ICC 0"),
            ("PICC", ("Other 0",), ""),
        ],
    )
    def test_which_reader(
        self, service: CueService, wanted: str, names: tuple[str, ...], chosen: str
    ) -> None:
        config = CardReaderConfig(reader=wanted)
        driver = PcscCardReader(config, service.clock, service)
        service.names = names
        assert driver.status().reader == chosen


class TestCodes:
    """What pcsc-lite answers, as a reason."""

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (scard.SCARD_W_RESET_CARD, "card.reset"),
            (scard.SCARD_W_REMOVED_CARD, "card.removed"),
            (scard.SCARD_E_NOT_TRANSACTED, "card.removed"),
            (scard.SCARD_W_UNRESPONSIVE_CARD, "card.mute"),
            (scard.SCARD_E_SHARING_VIOLATION, "card.sharing_violation"),
            (scard.SCARD_E_READER_UNAVAILABLE, "card.no_reader"),
            (scard.SCARD_E_NO_SERVICE, "card.no_service"),
            (scard.SCARD_E_INVALID_HANDLE, "card.no_service"),
            (scard.SCARD_F_COMM_ERROR, "card.no_service"),
        ],
    )
    def test_of_transmit(self, monkeypatch: pytest.MonkeyPatch, code: int, reason: str) -> None:
        monkeypatch.setattr(scard, "SCardTransmit", lambda *_: (code, []))
        connection = PcscConnection(1, scard.SCARD_PROTOCOL_T1)
        secret = Command(0x00, 0x20, 0x00, 0x80, b"7319")
        with pytest.raises(DeviceError) as error:
            connection.transmit(secret)
        assert error.value.reason.name == reason
        assert "7319" not in str(error.value)
        assert f"{code & 0xFFFFFFFF:08X}" in error.value.detail

    def test_a_user_whom_pcscd_does_not_let_in_is_told_whom_to_ask(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        denied = (scard.SCARD_W_SECURITY_VIOLATION, 0)
        monkeypatch.setattr(scard, "SCardEstablishContext", lambda _scope: denied)
        with pytest.raises(DeviceError, match=r"8010006A, .*org\.debian\.pcsc-lite") as error:
            PcscService().readers()
        assert error.value.reason.name == "card.no_service"

    def test_success_without_an_answer_is_a_torn_card(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer = (scard.SCARD_S_SUCCESS, [0x90])
        monkeypatch.setattr(scard, "SCardTransmit", lambda *_: answer)
        connection = PcscConnection(1, scard.SCARD_PROTOCOL_T0)
        assert reason_of(lambda: connection.transmit(Command(0, 0xB0, 0, 0))) == "card.removed"

    def test_a_dead_context_is_given_back_and_made_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[int] = []
        released: list[int] = []

        def establish(_scope: int) -> tuple[int, int]:
            made.append(len(made) + 1)
            return scard.SCARD_S_SUCCESS, made[-1]

        def readers(context: int, _groups: object) -> tuple[int, list[str]]:
            good = context > 1
            return (scard.SCARD_S_SUCCESS if good else scard.SCARD_E_INVALID_HANDLE), ["Reader"]

        monkeypatch.setattr(scard, "SCardEstablishContext", establish)
        monkeypatch.setattr(scard, "SCardReleaseContext", released.append)
        monkeypatch.setattr(scard, "SCardListReaders", readers)
        service = PcscService()
        assert reason_of(service.readers) == "card.no_service"
        assert service.readers() == ("Reader",)
        service.drop()
        service.drop()
        assert made == released == [1, 2]
