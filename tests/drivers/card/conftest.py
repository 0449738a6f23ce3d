"""A card issuer for tests, and a private pcscd with a slot on its reader."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.cardfile import CardFile, read_card_file
from drivers.card.contract import CardReaderConfig
from drivers.card.pcsc import PcscCardReader
from drivers.card.pcsc_service import chosen_socket
from drivers.card.vpcd import VirtualSlot
from tests.drivers.card.issued import Issued, issue


@pytest.fixture(scope="session")
def auth() -> Issued:
    return issue("user authentication", "997794E9AGCIEG13221003A", "1.2.392.200149.8.5.1.3.30")


@pytest.fixture(scope="session")
def sign() -> Issued:
    return issue("digital signature", "20251027130000000000001", "1.2.392.200149.8.5.1.1.20")


@pytest.fixture(scope="session")
def stranger() -> Issued:
    return issue("user authentication", "112233A1BCDEFG13221003B", "1.2.392.200149.8.5.1.3.30")


CARD = """
[card]
kind = "my_number"
label = "A card for tests"
[auth]
pin = "1234"
key = "auth-key.pem"
certificate = "auth-certificate.pem"
ca = "auth-ca.pem"
[sign]
password = "ABC123"
key = "sign-key.pem"
certificate = "sign-certificate.pem"
ca = "sign-ca.pem"
[person]
name = "架空　花子"
address = "東京都千代田区架空１丁目２番３号"
birth = "19800217"
sex = "2"
individual_number = "123456789018"
"""

MakeFile = Callable[..., CardFile]


@pytest.fixture(scope="session")
def card_file(
    auth: Issued, sign: Issued, stranger: Issued, tmp_path_factory: pytest.TempPathFactory
) -> MakeFile:
    """Write a card file made of CARD and more text, and read it."""

    def make(more: str = "", text: str = CARD) -> CardFile:
        directory = tmp_path_factory.mktemp("card")
        auth.write(directory, "auth")
        sign.write(directory, "sign")
        stranger.write(directory, "stranger")
        path = directory / "card.toml"
        path.write_text(text + more, encoding="utf-8")
        return read_card_file(path)

    return make


@pytest.fixture(scope="session")
def pcscd_directory() -> Iterator[Path]:
    """libpcsclite knows one socket path a process, so every daemon here gets the same.

    A test elsewhere that wants no daemon to be there leads to a `pcscd.comm` too, so that one may
    come there afterwards.
    """
    chosen = chosen_socket()
    if chosen:
        yield Path(chosen).parent
        return
    directory = Path(tempfile.mkdtemp(prefix="k", dir="/tmp"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def pcscd(pcscd_directory: Path) -> Iterator[PrivatePcscd]:
    with PrivatePcscd(pcscd_directory) as daemon:
        yield daemon


@pytest.fixture
def slot(pcscd: PrivatePcscd) -> Iterator[VirtualSlot]:
    place = VirtualSlot(pcscd.vpcd_host, pcscd.vpcd_port)
    yield place
    place.pull()


@pytest.fixture
def reader(pcscd: PrivatePcscd) -> Iterator[PcscCardReader]:
    driver = PcscCardReader(CardReaderConfig(pcscd_socket=str(pcscd.socket_path)))
    yield driver
    driver.close()
