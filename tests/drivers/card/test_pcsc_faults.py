"""Lines, readers, cards and services that misbehave, each behind a real pcscd."""

import hashlib
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.contract import Presence, Secret
from drivers.card.pcsc import PcscCardReader
from drivers.card.pcsc_service import PcscService
from drivers.card.virtual import VirtualCard
from drivers.card.vpcd import VirtualSlot
from drivers.errors import DeviceError
from tests.drivers.card.conftest import MakeFile
from tests.drivers.card.issued import Issued
from tests.drivers.card.waiting import put_down, wait_for

pytestmark = pytest.mark.daemon

STATEMENT = b"a statement"
PIN_AT = 9
"""Which command of an authentication is the VERIFY; `test_pcsc` has the whole trace."""
DIGEST = hashlib.sha256(STATEMENT).digest()


def authenticate(reader: PcscCardReader, issued: Issued) -> None:
    """One whole authentication whose signature is good."""
    certificate = reader.identify().certificate
    assert certificate == issued.der
    signed = reader.authenticate(Secret(b"1234"), certificate, DIGEST)
    public = issued.key.public_key()
    public.verify(signed.signature, STATEMENT, padding.PKCS1v15(), hashes.SHA256())


@pytest.fixture
def card(reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile) -> VirtualCard:
    """A good card that lies on the reader."""
    return put_down(reader, slot, card_file().make())


class TestHowAnswersCome:
    @pytest.mark.parametrize("longest", [250, 128, 29, 13])
    def test_a_card_that_gives_less_at_a_time(
        self,
        reader: PcscCardReader,
        slot: VirtualSlot,
        card_file: MakeFile,
        auth: Issued,
        longest: int,
    ) -> None:
        """Short T=CL frames, 32 and 16 bytes too: every READ BINARY ends early, with 9000."""
        put_down(reader, slot, card_file(f"[quirks]\nlongest_read = {longest}\n").make())
        authenticate(reader, auth)

    @pytest.mark.parametrize("piece", [255, 128, 31])
    def test_a_line_that_brings_answers_in_pieces(
        self,
        reader: PcscCardReader,
        slot: VirtualSlot,
        card_file: MakeFile,
        auth: Issued,
        piece: int,
    ) -> None:
        """T=0: 61xx and GET RESPONSE, the signature too."""
        more = f"[quirks]\npiece = {piece}\n"
        card = put_down(reader, slot, card_file(more).make())
        authenticate(reader, auth)
        assert card.pin_entries == 1

    @pytest.mark.parametrize("passes", [257, 256, 200, 64])
    def test_a_reader_that_cuts_long_answers(
        self, pcscd: PrivatePcscd, reader: PcscCardReader, card_file: MakeFile, passes: int
    ) -> None:
        """What can be read in smaller parts is; the signature cannot, and that is said."""
        slot = VirtualSlot(pcscd.vpcd_host, pcscd.vpcd_port, passes=passes)
        card = put_down(reader, slot, card_file().make())
        identity = reader.identify()
        assert identity.tries_left == 3
        with pytest.raises(DeviceError) as error:
            reader.authenticate(Secret(b"1234"), identity.certificate, DIGEST)
        assert error.value.reason.name == "card.protocol"
        assert "the reader cuts answers" in error.value.detail
        assert card.pin_entries == 1
        assert reader.identify().tries_left == 3
        slot.pull()


class TestSlowCards:
    def test_a_signature_may_take_three_seconds(
        self, reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile, auth: Issued
    ) -> None:
        card = put_down(reader, slot, card_file("[timing]\nsign_s = 3.0\n").make())
        authenticate(reader, auth)
        assert card.busy_s >= 3.0


class TestSelfDiagnosis:
    def test_6f00_after_every_power_up(
        self, reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile, auth: Issued
    ) -> None:
        card = put_down(reader, slot, card_file("[quirks]\nfirst_6f00 = true\n").make())
        for _ in range(2):
            authenticate(reader, auth)
            reader.release()
        assert [exchange.sw for exchange in card.log].count(0x6F00) >= 2
        assert card.pin_entries == 2


RESET = """
import sys
from smartcard import scard
_, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
code, card, _ = scard.SCardConnect(
    context, sys.argv[1], scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T1)
print(code, flush=True)
if code == 0:
    print(scard.SCardReconnect(
        card, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T1, scard.SCARD_RESET_CARD)[0])
"""


def reset_by_another_program(pcscd: PrivatePcscd, reader: str) -> list[int]:
    """What another program is told that connects to the card and resets it."""
    done = subprocess.run(
        [sys.executable, "-c", RESET, reader],
        env=pcscd.environment,
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    return [int(code) & 0xFFFFFFFF for code in done.stdout.split()]


class TestAnotherProgramResetsTheCard:
    SHARING_VIOLATION = 0x8010000B

    def test_it_cannot_while_ours_is_open(
        self, pcscd: PrivatePcscd, reader: PcscCardReader, card: VirtualCard
    ) -> None:
        certificate = reader.identify().certificate
        name = reader.status().reader
        assert reset_by_another_program(pcscd, name) == [self.SHARING_VIOLATION]
        reader.authenticate(Secret(b"1234"), certificate, DIGEST)
        assert card.pin_entries == 1

    @pytest.mark.parametrize(
        "case", [(3, "goes on"), (PIN_AT, "card.pin.unknown"), (PIN_AT + 1, "card.reset")]
    )
    def test_on_a_shared_connection_it_is_noticed(
        self,
        pcscd: PrivatePcscd,
        reader: PcscCardReader,
        card: VirtualCard,
        monkeypatch: pytest.MonkeyPatch,
        case: tuple[int, str],
    ) -> None:
        """A reader that gives no exclusive access: before the PIN the dialogue begins again."""
        at, outcome = case
        service = reader._service
        monkeypatch.setattr(service, "connect", partial(service.connect, exclusive=False))
        name = reader.status().reader
        certificate = reader.identify().certificate
        self.before_command(reader, at, lambda: reset_by_another_program(pcscd, name))
        if outcome == "goes on":
            reader.authenticate(Secret(b"1234"), certificate, DIGEST)
        else:
            with pytest.raises(DeviceError) as error:
                reader.authenticate(Secret(b"1234"), certificate, DIGEST)
            assert error.value.reason.name == outcome
        assert card.pin_entries == (0 if at == PIN_AT else 1)

    def before_command(self, reader: PcscCardReader, number: int, action: object) -> None:
        """Do `action` before the n-th command from now is handed to the service."""
        connection = reader._connection
        assert connection is not None
        transmit, left = connection.transmit, [number]

        def interrupted(command: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                assert callable(action)
                action()
            return transmit(command)  # type: ignore[arg-type]

        connection.transmit = interrupted  # type: ignore[assignment, method-assign]


class TestTheServiceGoes:
    @pytest.mark.parametrize("at", [PIN_AT + 1, PIN_AT + 2, PIN_AT + 3])
    def test_killed_in_a_command_after_the_pin(
        self,
        pcscd: PrivatePcscd,
        reader: PcscCardReader,
        card: VirtualCard,
        auth: Issued,
        at: int,
    ) -> None:
        """Mid-APDU: the card has the command, and nobody is left to take its answer."""
        certificate = reader.identify().certificate
        transmit, left = card.transmit, [at]

        def interrupted(apdu: bytes) -> bytes:
            left[0] -= 1
            if left[0] == 0:
                pcscd.kill()
            return transmit(apdu)

        card.transmit = interrupted  # type: ignore[method-assign]
        if at == PIN_AT + 3:
            # Only the overwriting command is lost: the signature is there already.
            reader.authenticate(Secret(b"1234"), certificate, DIGEST)
        else:
            with pytest.raises(DeviceError) as error:
                reader.authenticate(Secret(b"1234"), certificate, DIGEST)
            assert error.value.reason.name == "card.no_service"
        assert card.pin_entries == 1
        pcscd.start()
        wait_for(reader, Presence.CARD)
        authenticate(reader, auth)
        assert card.pin_entries == 2

    def test_a_stopped_one_is_found_by_the_wait(
        self, pcscd: PrivatePcscd, reader: PcscCardReader, card: VirtualCard
    ) -> None:
        pcscd.kill()
        wait_for(reader, Presence.NO_SERVICE)
        with pytest.raises(DeviceError) as error:
            PcscService().readers()
        assert error.value.reason.name == "card.no_service"
        pcscd.start()
        wait_for(reader, Presence.CARD)
