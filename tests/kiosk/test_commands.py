"""`kiosk check` and `kiosk run` as commands: statuses and sentences where nothing is connected."""

from pathlib import Path

import pytest

from kiosk.__main__ import main

EXAMPLE = Path(__file__).parents[2] / "firmware.toml"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The example on a machine that has none of it."""
    text = EXAMPLE.read_text(encoding="utf-8").replace('mode = "production"', 'mode = "demo"')
    text = text.replace("/var/lib/kiosk", str(tmp_path / "state"))
    text = text.replace("/dev/kiosk-", str(tmp_path / "none-"))
    text = text.replace("ipps://printer.kiosk.internal/ipp/print", "ipp://127.0.0.1:9/ipp/print")
    text = text.replace('pcscd_socket = ""', f'pcscd_socket = "{tmp_path / "pcscd.comm"}"')
    path = tmp_path / "firmware.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_device_is_asked_though_none_answers(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["check", "--config", str(config), "--html", str(page)]) == 1
    said = capsys.readouterr().out
    for subject in ("certificates", "card reader", "coin machine", "printer", "receipt printer"):
        assert f"FAIL  {subject}\n" in said
    for reason in ("card.no_service", "coin.lost", "printer.offline", "receipt.offline"):
        assert reason in said
    assert "ok    journal" in said
    assert page.read_text(encoding="utf-8").count('class="bad"') == 5


def test_a_queue_that_is_not_ipp_is_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("ipp://127.0.0.1:9/ipp/print", "socket://127.0.0.1:9100"))
    assert main(["check", "--config", str(config)]) == 1
    assert "printer.not_ipp" in capsys.readouterr().out


def test_a_bad_configuration_is_its_sentences(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text("[terminal]\nmode = 'demo'\n", encoding="utf-8")
    assert main(["check", "--config", str(config)]) == 3
    assert "coin.port is missing" in capsys.readouterr().err


def test_run_refuses_what_another_start_would_not_mend(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "journal.jsonl").write_bytes(b"nonsense\n")
    assert main(["run", "--config", str(config)]) == 3
    assert "settle what is open by hand" in capsys.readouterr().err
