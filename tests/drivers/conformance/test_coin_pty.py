"""The kit's command over a pseudo terminal: real time, real bytes, whole output."""

import json
from pathlib import Path

import pytest

from drivers.__main__ import main

_FEW = ("--only", "coin.link.silent_elsewhere", "--only", "coin.link.unknown_header")


def test_a_run_is_written_signed_verified_and_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["conform", "coin", "--out", str(out), "--hands", "virtual", *_FEW]) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {
        "report.html", "report.json", "junit.xml", "transcript.jsonl", "transcript.txt",
        "profile.toml", "signing-key.pem",
    }  # fmt: skip
    report = json.loads((out / "report.json").read_text())["report"]
    assert report["verdicts"] == {"passed": 2}
    assert len(report["subject"]) == 5
    assert main(["conform", "verify", str(out)]) == 0
    assert "conforms" in capsys.readouterr().out
    assert main(["replay", str(out / "transcript.jsonl")]) == 0
    assert capsys.readouterr().out.count("same coin.link.") == 2
    with (out / "transcript.jsonl").open("a") as file:
        file.write("\n")
    assert main(["conform", "verify", str(out)]) != 0


def test_what_cannot_be_used_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "out")]
    assert main(["conform", "coin", *out, "--hopper", "ten"]) == 2
    assert "YEN=ADDRESS" in capsys.readouterr().err
    assert main(["conform", "coin", *out, "--driver", "nowhere:Nothing"]) == 2
    assert "package.module:Class" in capsys.readouterr().err
    assert main(["conform", "verify", str(tmp_path)]) == 2
    assert main(["replay", str(tmp_path / "none.jsonl")]) == 2
