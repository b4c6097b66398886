"""Sealing at rest, keyed hashes, and the file of keys."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.errors import ConfigurationError, SealError
from store.vault import KeyRing, Vault, create_keys, read_keys

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
LOOKUP = bytes(32)
VAULT = Vault(KeyRing({"k1": OLD}, "k1", LOOKUP))


def key_file(path: Path, **changes: Any) -> Path:
    data = {"sealing": {"k1": OLD.hex()}, "current": "k1", "lookup": LOOKUP.hex()} | changes
    path.write_text(json.dumps(data))
    path.chmod(0o600)
    return path


@given(st.text(st.characters(exclude_categories=[]), max_size=50))
def test_any_text_comes_back_as_it_was_sealed(text: str) -> None:
    assert VAULT.open(VAULT.seal(text, "message.body"), "message.body") == text


@given(st.text(st.characters(codec="utf-8"), min_size=4, max_size=30))
def test_a_sealed_text_does_not_show_the_text_and_never_looks_the_same(text: str) -> None:
    first, second = VAULT.seal(text, "message.body"), VAULT.seal(text, "message.body")

    assert text.encode() not in first
    assert first != second


@given(st.binary(max_size=80))
def test_what_was_never_sealed_does_not_open(damaged: bytes) -> None:
    with pytest.raises(SealError):
        VAULT.open(damaged, "message.body")


@given(st.data())
def test_a_value_with_one_bit_changed_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal("hola", "message.body"))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))

    sealed[place // 8] ^= 1 << place % 8

    with pytest.raises(SealError):
        VAULT.open(bytes(sealed), "message.body")


def test_a_value_copied_into_another_column_does_not_open() -> None:
    sealed = VAULT.seal("hola", "message.body")

    with pytest.raises(SealError, match=r"address\.address"):
        VAULT.open(sealed, "address.address")


def test_after_a_new_key_old_values_open_and_new_ones_use_it() -> None:
    sealed = VAULT.seal("hola", "message.body")

    rotated = Vault(KeyRing({"k1": OLD, "k2": NEW}, "k2", LOOKUP))

    assert rotated.open(sealed, "message.body") == "hola"
    assert rotated.seal("hola", "message.body").startswith(b"\x02k2")
    with pytest.raises(SealError):
        Vault(KeyRing({"k2": NEW}, "k2", LOOKUP)).open(sealed, "message.body")


def test_a_fingerprint_depends_on_the_key_and_only_on_it() -> None:
    other = Vault(KeyRing({"k1": OLD}, "k1", NEW))

    assert VAULT.fingerprint("+12025550123") == VAULT.fingerprint("+12025550123")
    assert VAULT.fingerprint("+12025550123") != other.fingerprint("+12025550123")
    assert VAULT.fingerprint("+12025550123") != VAULT.fingerprint("+12025550124")


def test_neither_keys_nor_texts_are_in_a_repr_or_an_error() -> None:
    ring = KeyRing({"k1": OLD}, "k1", LOOKUP)

    with pytest.raises(SealError) as caught:
        VAULT.open(VAULT.seal("canario", "message.body"), "address.address")

    assert OLD.hex() not in repr(ring)
    assert str(OLD) not in repr(ring)
    assert "canario" not in str(caught.value)


def test_new_keys_are_for_their_owner_only_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"

    made, again = create_keys(path), create_keys(path)

    assert (made, again) == (True, False)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Vault(read_keys(path)).seal("hola", "message.body")
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_keys_that_others_can_read_or_write_are_refused(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path / "keys.json")

    path.chmod(mode)

    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_keys(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"current": "k9"},
        {"current": ["k1"]},
        {"sealing": {}},
        {"sealing": None},
        {"sealing": {"k1": OLD.hex()[:-2]}},
        {"sealing": {"k1": "no hex"}},
        {"sealing": {"k1": None}},
        {"sealing": {"clé": OLD.hex()}, "current": "clé"},
        {"sealing": {"k" * 300: OLD.hex()}, "current": "k" * 300},
        {"sealing": {"": OLD.hex()}, "current": ""},
        {"lookup": ""},
        {"lookup": 5},
    ],
    ids=str,
)
def test_a_file_that_is_no_key_file_is_refused_without_repeating_it(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = key_file(tmp_path / "keys.json", **changes)

    with pytest.raises(ConfigurationError) as caught:
        read_keys(path)

    assert OLD.hex()[:16] not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"null"])
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(ConfigurationError, match="not a key file"):
        read_keys(path)


def test_a_missing_key_file_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="puente setup"):
        read_keys(tmp_path / "keys.json")
