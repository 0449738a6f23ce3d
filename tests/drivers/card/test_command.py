"""`kiosk-drivers card`: what it lists, serves, and says when it cannot."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.__main__ import main
from drivers.bench.pcscd import PrivatePcscd
from drivers.card.contract import CardKind, Presence
from drivers.card.pcsc import PcscCardReader
from tests.drivers.card.conftest import CARD
from tests.drivers.card.issued import Issued
from tests.drivers.card.waiting import wait_for

ROOT = Path(__file__).parents[3]


@pytest.fixture
def cards(tmp_path: Path, auth: Issued, sign: Issued) -> Path:
    """A directory with two cards."""
    for name, text in (("hanako", CARD), ("suica", '[card]\nkind = "other"\n')):
        directory = tmp_path / "cards" / name
        directory.mkdir(parents=True)
        auth.write(directory, "auth")
        sign.write(directory, "sign")
        (directory / "card.toml").write_text(text, encoding="utf-8")
    return tmp_path / "cards"


def said(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], str]:
    captured = capsys.readouterr()
    return captured.out.splitlines(), captured.err


class TestList:
    def test_the_name_comes_first(self, cards: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["card", "list", "--dir", str(cards)]) == 0
        out, _ = said(capsys)
        assert [line.split() for line in out] == [
            ["hanako", "my_number", "A", "card", "for", "tests"],
            ["suica", "other"],
        ]

    def test_the_demos_state_is_the_default(
        self,
        cards: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("KIOSK_DEMO_STATE", str(cards.parent))
        assert main(["card", "list"]) == 0
        assert len(said(capsys)[0]) == 2

    def test_beside_the_packages_without_the_variable(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from drivers.card.command import default_directory

        monkeypatch.delenv("KIOSK_DEMO_STATE", raising=False)
        assert default_directory() == ROOT / "demo-state" / "cards"

    def test_no_cards_yet(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["card", "list", "--dir", str(tmp_path)]) == 1
        assert said(capsys)[1] == (
            f"No cards in {tmp_path}; the demo makes them when it first starts.\n"
        )

    def test_a_broken_card_is_named(self, cards: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (cards / "suica" / "card.toml").write_text('[card]\nkind = "gold"\n')
        assert main(["card", "list", "--dir", str(cards)]) == 1
        assert "suica/card.toml: [card] kind must be one of" in said(capsys)[1]


class TestServe:
    def test_an_unknown_card(self, cards: Path, capsys: pytest.CaptureFixture[str]) -> None:
        command = ["card", "serve", "jiro", "--vpcd", "127.0.0.1:1", "--dir", str(cards)]
        assert main(command) == 1
        assert said(capsys)[1].startswith(f"There is no card jiro in {cards};")

    @pytest.mark.parametrize("address", ["127.0.0.1", ":35963", "localhost:vpcd"])
    def test_what_is_no_address(self, address: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["card", "serve", "hanako", "--vpcd", address])
        assert f"{address} is not HOST:PORT" in said(capsys)[1]


@pytest.fixture
def served(pcscd: PrivatePcscd, cards: Path) -> Iterator["subprocess.Popen[str]"]:
    peer = f"{pcscd.vpcd_host}:{pcscd.vpcd_port}"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "drivers", "card", "serve", "hanako"),
            *("--vpcd", peer, "--dir", str(cards)),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process:
        yield process
        process.kill()


def read_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.daemon
class TestServed:
    def test_is_used_survives_a_restart_and_goes_with_ctrl_c(
        self,
        pcscd: PrivatePcscd,
        reader: PcscCardReader,
        served: "subprocess.Popen[str]",
        auth: Issued,
    ) -> None:
        assert read_line(served).startswith("hanako lies on the reader at 127.0.0.1:")
        wait_for(reader, Presence.CARD)
        assert reader.identify().certificate == auth.der
        reader.release()
        assert "00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01  ->  9000" in read_line(served)
        pcscd.restart()
        wait_for(reader, Presence.CARD)
        assert reader.identify().kind is CardKind.MY_NUMBER
        reader.release()
        served.send_signal(signal.SIGINT)
        rest = served.communicate()[0]
        assert "The reader went away; waiting for it." in rest
        assert rest.endswith("The card was taken away.\n")
        assert served.returncode == 0
        wait_for(reader, Presence.EMPTY)

    def test_waits_for_a_reader_that_is_not_there_yet(self, cards: Path, auth: Issued) -> None:
        with socket.socket() as nobody:
            # Bound and never listening: refused, and nobody else can be given this port.
            nobody.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{nobody.getsockname()[1]}"
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "drivers", "card", "serve"),
                    *(str(cards / "hanako" / "card.toml"), "--vpcd", place),
                ],
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            with process:
                try:
                    assert "Nothing answers at" in read_line(process)
                    process.send_signal(signal.SIGINT)
                    assert process.communicate()[0] == "The card was taken away.\n"
                    assert process.returncode == 0
                finally:
                    process.kill()

    def test_a_card_file_may_tear_it_away(self, pcscd: PrivatePcscd, cards: Path) -> None:
        file = cards / "hanako" / "card.toml"
        with file.open("a") as more:
            more.write("[quirks]\ntorn_at = 1\n")
        peer = f"{pcscd.vpcd_host}:{pcscd.vpcd_port}"
        process = subprocess.Popen(
            [sys.executable, "-m", "drivers", "card", "serve", str(file.parent), "--vpcd", peer],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        with process:
            assert "lies on the reader" in read_line(process)
            environment = {**os.environ, **pcscd.environment}
            subprocess.run(
                ["opensc-tool", "-w", "-n"], env=environment, capture_output=True, check=False
            )
            assert process.communicate()[0] == (
                "The card was pulled off the reader, as its card file says.\n"
            )
            assert process.returncode == 0
