"""Keys: one for each layer of each page, masters that stay."""

from pathlib import Path

import pytest

from center.antiforgery.scramble.keys import (
    FileKeyStore,
    KeyUnknown,
    MemoryKeyStore,
    nonce_of,
    purpose,
)  # fmt: skip


def test_masters_are_added_and_never_lost(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path / "keys")
    with pytest.raises(KeyUnknown):
        store.current()
    assert [store.add(), store.add()] == [1, 2]
    again = FileKeyStore(tmp_path / "keys")
    assert again.current() == 2
    for number in (1, 2):
        assert again.derive(number, b"x") == store.derive(number, b"x")
    assert not [name for name in dir(store) if "delete" in name or "remove" in name]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_a_damaged_master_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "00000001.key").write_bytes(bytes(31))
    with pytest.raises(ValueError, match="key 1 is damaged"):
        FileKeyStore(tmp_path)


def test_no_two_purposes_share_a_key() -> None:
    store = MemoryKeyStore({1: bytes(32)})
    asked = [
        purpose(document, page, layer)
        for document in ("A", "A1", "B") for page in (1, 11) for layer in ("base", "fine")
    ]  # fmt: skip
    assert len({store.derive(1, one) for one in asked}) == len(asked)
    with pytest.raises(KeyUnknown, match="no key 3"):
        store.derive(3, asked[0])


def test_strips_have_nonces_of_their_own_and_none_is_the_header_s() -> None:
    sheet = bytes(range(12))
    assert len({sheet, *(nonce_of(sheet, strip) for strip in range(16))}) == 17


def test_nothing_secret_in_a_repr() -> None:
    assert repr(MemoryKeyStore({7: b"\x07" * 32})) == "MemoryKeyStore([7])"
