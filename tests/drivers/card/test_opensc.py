"""OpenSC, an independent implementation of this card, on the virtual card behind a real pcscd.

OpenSC knows the card by its `jpki` driver (`card-jpki.c`), found by itself or named by
OPENSC_DRIVER; `openssl` judges what comes out.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.contract import Presence
from drivers.card.pcsc import PcscCardReader
from drivers.card.virtual import VirtualCard
from drivers.card.vpcd import VirtualSlot
from tests.drivers.card.conftest import MakeFile
from tests.drivers.card.issued import Issued
from tests.drivers.card.waiting import wait_for

pytestmark = pytest.mark.daemon

MODULES = sorted(Path("/usr/lib").glob("*/opensc-pkcs11.so"))
USER, SIGNER = "JPKI (User Authentication PIN)", "JPKI (Digital Signature PIN)"
CLOSED = "02"
"""The signing certificate's id; 01 is the user certificate, 03 its CA."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def card(reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile) -> VirtualCard:
    card = card_file().make()
    slot.insert(card)
    wait_for(reader, Presence.CARD)
    reader.close()
    return card


@pytest.fixture(params=["jpki", ""], ids=["named", "found"])
def run(
    request: pytest.FixtureRequest, pcscd: PrivatePcscd, card: VirtualCard, tmp_path: Path
) -> Run:
    """Run a program against this pcscd, with OPENSC_DRIVER set and unset."""
    environment = {**os.environ, **pcscd.environment, "HOME": str(tmp_path), "LC_ALL": "C"}
    environment.pop("OPENSC_DRIVER", None)
    if request.param:
        environment["OPENSC_DRIVER"] = request.param

    def program(*arguments: object, ok: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(argument) for argument in arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done

    return program


@pytest.fixture
def module() -> Path:
    assert MODULES, "opensc-pkcs11.so is missing; install the Debian package opensc-pkcs11"
    return MODULES[0]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.write_bytes(b"what is signed")
    return path


def verifies(run: Run, tmp_path: Path, issued: Issued, signature: str, data: Path) -> None:
    issued.write(tmp_path, "judge")
    key = run("openssl", "x509", "-in", "judge-certificate.pem", "-noout", "-pubkey").stdout
    (tmp_path / "public.pem").write_text(key)
    command = ("openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature", signature)
    assert "Verified OK" in run(*command, data).stdout


def tries(run: Run) -> list[str]:
    listed = run("pkcs15-tool", "--list-pins").stdout
    return [line.split(":")[1].strip() for line in listed.splitlines() if "Tries left" in line]


class TestRecognition:
    def test_reader_and_atr(self, run: Run) -> None:
        assert "Virtual PCD 00 00" in run("opensc-tool", "-l").stdout
        atr = "3b:88:80:01:00:00:05:e0:b3:81:a1:00:7f"
        assert run("opensc-tool", "-a", "-r", "0").stdout.strip() == atr

    def test_driver(self, run: Run) -> None:
        assert "jpki" in run("opensc-tool", "-n", "-r", "0").stdout.lower()

    def test_pcsc_scan(self, run: Run) -> None:
        assert "Virtual PCD 00 00" in run("pcsc_scan", "-r").stdout
        assert "3B 88 80 01 00 00 05 E0 B3 81 A1 00 7F" in run("pcsc_scan", "-c").stdout

    def test_raw_commands(self, run: Run) -> None:
        said = run(
            *("opensc-tool", "-r", "0"),
            *("-s", "00:A4:04:0C:0A:D3:92:F0:00:26:01:00:00:00:01"),
            *("-s", "00:A4:02:0C:02:00:06", "-s", "00:B0:00:00:20"),
        ).stdout
        assert said.count("SW1=0x90, SW2=0x00") == 3
        assert "JPKIAPICCTOKEN2" in said


class TestCertificates:
    def test_file_map(self, run: Run) -> None:
        said = run("pkcs15-tool", "-D").stdout
        assert said.count("X.509 Certificate [") == 4
        assert said.count("Private RSA Key [") == 2
        assert tries(run) == ["3", "5"]

    def test_user_certificate_and_its_chain(self, run: Run, tmp_path: Path, auth: Issued) -> None:
        run("pkcs15-tool", "--read-certificate", "01", "-o", "auth.pem")
        run("pkcs15-tool", "--read-certificate", "03", "-o", "ca.pem")
        auth.write(tmp_path, "issued")
        read = run("openssl", "x509", "-in", "auth.pem", "-outform", "PEM").stdout
        assert read == (tmp_path / "issued-certificate.pem").read_text()
        verified = run("openssl", "verify", "-no_check_time", "-CAfile", "ca.pem", "auth.pem")
        assert verified.stdout == "auth.pem: OK\n"

    def test_signing_certificate_is_closed_until_its_password(self, run: Run) -> None:
        run("pkcs15-tool", "--read-certificate", CLOSED, ok=False)
        run(
            *("pkcs15-tool", "--read-certificate", CLOSED, "--auth-id", "02"),
            *("--verify-pin", "--pin", "ABC123", "-o", "sign.pem"),
        )
        text = run("openssl", "x509", "-in", "sign.pem", "-noout", "-subject").stdout
        assert "CN = 20251027130000000000001" in text


class TestPins:
    def enter(self, run: Run, digits: str, *, ok: bool) -> str:
        arguments = ("--auth-id", "01", "--verify-pin", "--pin", digits)
        return run("pkcs15-tool", *arguments, ok=ok).stderr

    def test_wrong_counts_down_and_right_restores(self, run: Run) -> None:
        assert "PIN code or key incorrect" in self.enter(run, "9999", ok=False)
        assert tries(run) == ["2", "5"]
        self.enter(run, "1234", ok=True)
        assert tries(run) == ["3", "5"]

    def test_three_wrong_ones_lock_it(self, run: Run) -> None:
        for _ in range(3):
            self.enter(run, "9999", ok=False)
        for digits in ("9999", "1234"):
            assert "Reference data not usable" in self.enter(run, digits, ok=False)
        assert tries(run) == ["0", "5"]
        run("pkcs15-tool", "--read-certificate", "01")


class TestSignatures:
    def test_pkcs15_crypt(self, run: Run, tmp_path: Path, auth: Issued, data: Path) -> None:
        run("openssl", "dgst", "-sha256", "-binary", "-out", "hash", data)
        run(
            *("pkcs15-crypt", "-s", "-k", "01", "--pkcs1", "--sha-256"),
            *("-i", "hash", "-o", "signature", "--pin", "1234"),
        )
        verifies(run, tmp_path, auth, "signature", data)

    def pkcs11(self, run: Run, module: Path, token: tuple[str, str, str], data: Path) -> None:
        label, pin, key = token
        run(
            *("pkcs11-tool", "--module", module, "--token-label", label, "-l", "-p", pin),
            *("-s", "-m", "SHA256-RSA-PKCS", "--id", key, "-i", data, "-o", "signature"),
        )

    def test_pkcs11_with_the_user_key(
        self, run: Run, tmp_path: Path, module: Path, data: Path, auth: Issued
    ) -> None:
        self.pkcs11(run, module, (USER, "1234", "01"), data)
        verifies(run, tmp_path, auth, "signature", data)

    def test_pkcs11_with_the_signing_key(
        self, run: Run, tmp_path: Path, module: Path, data: Path, sign: Issued
    ) -> None:
        """Here the password is sent again before each signature (context-specific login)."""
        self.pkcs11(run, module, (SIGNER, "ABC123", "02"), data)
        verifies(run, tmp_path, sign, "signature", data)

    def test_both_ways_give_the_same_bytes(
        self, run: Run, tmp_path: Path, module: Path, data: Path
    ) -> None:
        run("openssl", "dgst", "-sha256", "-binary", "-out", "hash", data)
        run(
            *("pkcs15-crypt", "-s", "-k", "01", "--pkcs1", "--sha-256"),
            *("-i", "hash", "-o", "one", "--pin", "1234"),
        )
        self.pkcs11(run, module, (USER, "1234", "01"), data)
        assert (tmp_path / "one").read_bytes() == (tmp_path / "signature").read_bytes()


class TestPkcs11:
    def slots(self, run: Run, module: Path) -> str:
        return run("pkcs11-tool", "--module", module, "-L").stdout

    def test_two_tokens(self, run: Run, module: Path) -> None:
        said = self.slots(run, module)
        assert USER in said
        assert SIGNER in said

    def test_flags_follow_the_counter(self, run: Run, module: Path) -> None:
        login = ("pkcs11-tool", "--module", module, "--token-label", USER, "-l", "-O")
        for flag in ("user PIN count low", "final user PIN try", "user PIN locked"):
            assert flag not in self.slots(run, module)
            run(*login, "-p", "9999", ok=False)
            assert flag in self.slots(run, module)

    def test_whole_self_test(self, run: Run, module: Path) -> None:
        login = ("--token-label", USER, "-l", "-p", "1234")
        said = run("pkcs11-tool", "--module", module, *login, "-t").stdout
        assert "No errors" in said
        for mechanism in ("RSA-PKCS: OK", "SHA256-RSA-PKCS: OK"):
            assert mechanism in said

    def test_ssh_keygen_lists_the_key(self, run: Run, module: Path, auth: Issued) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = auth.key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        assert public.decode() in run("ssh-keygen", "-D", module).stdout


BUILDS = {
    "in pieces": "[quirks]\npiece = 255\n",
    "in small pieces": "[quirks]\npiece = 100\n",
    "in short frames": "[quirks]\nlongest_read = 250\n",
    "forgetful": "[quirks]\nselect_clears_pin = true\n",
}


class TestOtherBuilds:
    """OpenSC fetches what 61xx announces by itself, so it judges how our card brings answers."""

    @pytest.fixture(params=sorted(BUILDS))
    def card(
        self,
        request: pytest.FixtureRequest,
        reader: PcscCardReader,
        slot: VirtualSlot,
        card_file: MakeFile,
    ) -> VirtualCard:
        card = card_file(BUILDS[request.param]).make()
        slot.insert(card)
        wait_for(reader, Presence.CARD)
        reader.close()
        return card

    def test_certificate(self, run: Run, tmp_path: Path, auth: Issued) -> None:
        run("pkcs15-tool", "--read-certificate", "01", "-o", "read.pem")
        text = (tmp_path / "read.pem").read_text()
        assert x509.load_pem_x509_certificate(text.encode()) == auth.certificate

    def test_signature(
        self, run: Run, card: VirtualCard, tmp_path: Path, auth: Issued, data: Path
    ) -> None:
        run("openssl", "dgst", "-sha256", "-binary", "-out", "digest", data)
        sign = ("pkcs15-crypt", "--sign", "--key", "01", "--pkcs1", "--sha-256", "--pin", "1234")
        run(*sign, "--input", "digest", "--output", "signature")
        if card.quirks.piece:
            # `card-jpki.c` asks for a signature with le = 0, for which OpenSC never fetches what
            # 61xx announces: it gets as far as the card's announcement, and ours is right.
            assert card.log[-1].sw == 0x6100
        else:
            verifies(run, tmp_path, auth, "signature", data)
