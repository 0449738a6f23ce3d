"""The keys of blocks: made once, private, and never deleted."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from center.antiforgery.keyring import Keyring, open_keyring, open_readers


def test_made_at_the_first_opening_and_kept(tmp_path: Path) -> None:
    first, again = open_keyring(tmp_path / "ring"), open_keyring(tmp_path / "ring")
    assert first.signing.name == again.signing.name
    assert first.keys.current() == again.keys.current() == 1
    assert first.keys.derive(1, b"x") == again.keys.derive(1, b"x")


def test_whoever_begins_at_the_same_moment_gets_the_same_keys(tmp_path: Path) -> None:
    def opened(_number: int) -> Keyring:
        return open_keyring(tmp_path / "ring")

    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(opened, range(16)))
    assert len({ring.signing.name for ring in rings}) == 1
    assert len({ring.keys.derive(1, b"x") for ring in rings}) == 1


def test_a_reader_needs_no_signing_key(tmp_path: Path) -> None:
    ring = open_keyring(tmp_path / "ring")
    (tmp_path / "ring" / "signing.pem").unlink()
    keys, signers = open_readers(tmp_path / "ring")
    assert set(signers) == {ring.signing.name}
    assert keys.current() == 1


def test_files_are_private(tmp_path: Path) -> None:
    open_keyring(tmp_path / "ring")
    for path in (tmp_path / "ring" / "signing.pem", *(tmp_path / "ring" / "masters").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_key_is_named_and_not_replaced(tmp_path: Path) -> None:
    open_keyring(tmp_path / "ring")
    (master,) = (tmp_path / "ring" / "masters").iterdir()
    master.write_bytes(b"short")
    with pytest.raises(ValueError, match="restore it from a backup"):
        open_keyring(tmp_path / "ring")
    assert master.read_bytes() == b"short"
