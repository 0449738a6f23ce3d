"""`kiosk-center pki ...`: `center.pki.cli`."""

import argparse
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from center.pki import index
from center.pki.cli import EXPORTED, add_parser
from center.pki.layout import STATE_VARIABLE, State
from tests.center.pki.demo import AT, card_certificate, card_key, demo_state


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers(required=True))
    arguments = parser.parse_args(["pki", *words])
    status: int = arguments.run(arguments, AT)
    return status


@pytest.fixture
def state(tmp_path: Path) -> State:
    shutil.copytree(demo_state().root, tmp_path / "state")
    return State(tmp_path / "state")


def test_make_says_where(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("make", "--out", str(state.root)) == 0
    assert str(state.root) in capsys.readouterr().out


def test_make_by_the_environment(
    state: State, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(STATE_VARIABLE, str(state.root))
    assert run("make") == 0
    assert str(state.root) in capsys.readouterr().out


class TestExport:
    def test_what_somebody_elses_card_needs(self, state: State, tmp_path: Path) -> None:
        out = tmp_path / "mine"
        assert run("export", "yamada-hanako", "--out", str(out), "--state", str(state.root)) == 0
        assert sorted(each.name for each in out.iterdir()) == [
            "ca.pem", "cert.pem", "key.pem", "pin.txt",
        ]  # fmt: skip
        assert (out / "pin.txt").read_text() == "1234\n"
        assert (state.root / EXPORTED).read_text() == "yamada-hanako\n"
        assert stat.S_IMODE((out / "key.pem").stat().st_mode) == 0o600
        assert stat.S_IMODE((out / "pin.txt").stat().st_mode) == 0o600
        assert (
            card_key("yamada-hanako").public_key() == card_certificate("yamada-hanako").public_key()
        )
        for command in (
            ["verify", "-attime", str(int(AT.timestamp())), "-CAfile", str(out / "ca.pem"),
             str(out / "cert.pem")],
            ["rsa", "-in", str(out / "key.pem"), "-check", "-noout"],
        ):  # fmt: skip
            subprocess.run(["openssl", *command], check=True, capture_output=True)

    def test_of_a_special_card_it_is_its_residents(self, state: State, tmp_path: Path) -> None:
        run("export", "revoked", "--out", str(tmp_path / "a"), "--state", str(state.root))
        run("export", "tsujimoto-megumi", "--out", str(tmp_path / "b"), "--state", str(state.root))
        assert (state.root / EXPORTED).read_text() == "tsujimoto-megumi\n"
        assert (tmp_path / "a/cert.pem").read_bytes() == (tmp_path / "b/cert.pem").read_bytes()

    @pytest.mark.parametrize("name", ["nobody", "juki", "yamada-sakura", "../yamada-hanako"])
    def test_of_nobody(self, state: State, tmp_path: Path, name: str) -> None:
        with pytest.raises(SystemExit) as ended:
            run("export", name, "--out", str(tmp_path / "x"), "--state", str(state.root))
        assert "yamada-hanako" in str(ended.value)
        assert not (tmp_path / "x").exists()


def test_revoke_and_undo(state: State) -> None:
    serial = card_certificate("yamada-taro").serial_number
    assert run("revoke", "yamada-taro", "--state", str(state.root)) == 0
    assert index.read(state.index("jpki-auth-3"))[serial].revoked == AT
    assert run("revoke", "yamada-taro", "--undo", "--state", str(state.root)) == 0
    assert index.read(state.index("jpki-auth-3"))[serial].revoked is None
