"""What the command refuses before it answers anybody, and what it warns of."""

from pathlib import Path

import pytest

from center.__main__ import main
from center.inquiry.cli import swaps

HEAD = "Filename\tType\tSize\tUsed\tPriority\n"
DEVICE = "/dev/sda2 partition 1048572 0 -2\n"


def test_a_site_without_keys_does_not_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else it would tell every holder that the key is unknown."""
    assert main(["inquiry", "--state", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert str(tmp_path) in said.err
    assert "--state" in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("listed", "own_limit", "expected"),
    [(HEAD, "", False), (HEAD + DEVICE, "", True), (HEAD + DEVICE, "max\n", True),
     (HEAD + DEVICE, "0\n", False), (HEAD, "max\n", False)],
)  # fmt: skip
def test_whether_memory_may_reach_a_disk(listed: str, own_limit: str, expected: bool) -> None:
    assert swaps(listed, own_limit) is expected
