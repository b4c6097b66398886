"""Sealing at rest, keyed hashes, and the file of keys."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.errors import ConfigurationError, SealError
from store.sealing import vault
from store.sealing.key_changes import add_key, drop_key, prepare_key
from store.sealing.vault import LOOK_S, KeyFile, KeyRing, Vault, create_keys, read_keys
from tests.fakes import FakeClock

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
        {"prepared": "k9"},
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


# A key file that changes while processes run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return key_file(tmp_path / "keys.json")


class Following:
    """A vault of another process, which follows the key file by a clock of ours."""

    def __init__(self, path: Path) -> None:
        self.clock = FakeClock()
        self.vault = Vault(read_keys(path), file=KeyFile(path), monotonic=lambda: self.clock().timestamp())

    def after(self, seconds: float) -> Vault:
        self.clock.advance(seconds)
        return self.vault


def test_a_value_of_a_key_made_meanwhile_opens_without_a_restart(path: Path) -> None:
    web = Following(path)
    worker = Vault(add_key(path, now_s=1.0))

    opened = web.after(0).open(worker.seal("hola", "message.body"), "message.body")

    assert opened == "hola"
    assert web.vault.seal("hola", "message.body").startswith(b"\x02k2")


def test_a_process_that_only_seals_takes_the_new_key_after_a_while(path: Path) -> None:
    web = Following(path)
    add_key(path, now_s=1.0)

    soon, later = (web.after(seconds).seal("hola", "message.body") for seconds in (LOOK_S - 1, 2))

    assert (soon[:3], later[:3]) == (b"\x02k1", b"\x02k2")


def test_a_key_that_exists_nowhere_is_no_crash_and_the_file_is_read_only_when_it_has_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, reads = Following(path), []
    monkeypatch.setattr(vault, "read_keys", lambda path: (reads.append(path), read_keys(path))[1])

    for number in range(10):
        with pytest.raises(SealError):
            web.after(0).open(b"\x02k9" + bytes(40), "message.body")
        if number == 4:
            add_key(path, now_s=1.0)

    assert reads == [path]


@pytest.mark.parametrize("content", ["", "{}", None])
def test_a_key_file_that_breaks_leaves_a_running_process_its_keys(path: Path, content: str | None) -> None:
    web = Following(path)
    sealed = VAULT.seal("hola", "message.body")
    path.unlink()
    if content is not None:
        path.write_text(content)

    assert web.after(LOOK_S + 1).open(sealed, "message.body") == "hola"
    assert web.after(LOOK_S + 1).open(web.vault.seal("adiós", "message.body"), "message.body") == "adiós"


def test_a_key_file_with_another_look_up_key_is_not_taken_over(path: Path) -> None:
    web = Following(path)
    before = web.vault.fingerprint("+12025550123")

    key_file(path, lookup=NEW.hex(), sealing={"k1": OLD.hex(), "k2": NEW.hex()}, current="k2")

    assert web.after(LOOK_S + 1).seal("hola", "message.body").startswith(b"\x02k1")
    assert web.vault.fingerprint("+12025550123") == before


@pytest.mark.parametrize(
    "sealing", [{"k1": OLD.hex()}, {"k1": OLD.hex(), "k2": LOOKUP.hex()}], ids=["an old copy", "another k2"]
)
def test_a_key_file_that_has_lost_a_key_in_use_is_not_taken_over(path: Path, sealing: dict[str, str]) -> None:
    add_key(path, now_s=1.0)
    web = Following(path)
    sealed = web.vault.seal("hola", "message.body")

    key_file(path, sealing=sealing)

    assert web.after(LOOK_S + 1).open(sealed, "message.body") == "hola"
    assert web.vault.seal("hola", "message.body").startswith(b"\x02k2")


def test_a_retired_key_leaves_running_processes(path: Path) -> None:
    web = Following(path)
    add_key(path, now_s=1.0)
    drop_key(path, "k1")

    web.after(LOOK_S + 1).seal("adiós", "message.body")

    with pytest.raises(SealError):
        web.vault.open(VAULT.seal("hola", "message.body"), "message.body")


def test_a_key_file_that_was_copied_open_to_others_is_taken_over_once_it_is_closed(path: Path) -> None:
    web = Following(path)
    worker = Vault(add_key(path, now_s=1.0))
    path.chmod(0o644)
    with pytest.raises(SealError):
        web.after(0).open(worker.seal("hola", "message.body"), "message.body")

    path.chmod(0o600)

    assert web.after(0).open(worker.seal("hola", "message.body"), "message.body") == "hola"


def test_a_new_key_is_current_and_the_old_one_stays(path: Path) -> None:
    changed = add_key(path, now_s=5.0)

    read = read_keys(path)
    assert read == changed
    assert (read.current, sorted(read.sealing), read.changed_at) == ("k2", ["k1", "k2"], 5.0)
    assert (read.lookup, read.sealing["k1"]) == (LOOKUP, OLD)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_prepared_key_opens_everywhere_before_it_seals_anywhere(path: Path) -> None:
    web = Following(path)
    ring = prepare_key(path)

    before = web.after(LOOK_S + 1).seal("hola", "message.body")
    rotated = add_key(path, now_s=1.0)
    other_machine = Vault(ring)  # has the file as it was before the rotation

    assert (ring.prepared, ring.current) == ("k2", "k1")
    assert before.startswith(b"\x02k1")
    assert (rotated.current, rotated.prepared, len(rotated.sealing)) == ("k2", None, 2)
    assert other_machine.open(web.after(LOOK_S + 1).seal("hola", "message.body"), "message.body") == "hola"


def test_one_key_is_prepared_at_a_time_and_may_be_taken_away(path: Path) -> None:
    prepare_key(path)

    with pytest.raises(ConfigurationError, match="k2 is prepared already"):
        prepare_key(path)

    assert drop_key(path, "k2").prepared is None
    assert add_key(path, now_s=1.0).current == "k3"


def test_the_name_of_a_key_that_went_is_never_given_again(path: Path) -> None:
    add_key(path, now_s=1.0)
    drop_key(path, "k1")

    ring = add_key(path, now_s=2.0)

    assert (sorted(ring.sealing), ring.retired) == (["k2", "k3"], ("k1",))


@pytest.mark.parametrize(("key_id", "why"), [("k1", "current key"), ("k7", "no key k7")])
def test_the_current_key_and_an_unknown_one_cannot_be_taken_away(path: Path, key_id: str, why: str) -> None:
    before = path.read_bytes()

    with pytest.raises(ConfigurationError, match=why):
        drop_key(path, key_id)

    assert path.read_bytes() == before


def test_many_rotations_at_once_lose_no_key(path: Path) -> None:
    refused: list[ConfigurationError] = []

    def rotate() -> None:
        try:
            add_key(path, now_s=1.0)
        except ConfigurationError as error:
            refused.append(error)

    threads = [threading.Thread(target=rotate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(read_keys(path).sealing) == 1 + 8 - len(refused)
    assert all("another command" in str(error) for error in refused)


def test_keys_open_to_others_are_not_changed_either(path: Path) -> None:
    path.chmod(0o644)

    with pytest.raises(ConfigurationError, match="chmod 600"):
        add_key(path, now_s=1.0)


def test_the_name_of_the_look_up_key_tells_keys_apart_and_nothing_of_them() -> None:
    one, same, other = (KeyRing({"k1": OLD}, "k1", lookup).lookup_id for lookup in (LOOKUP, LOOKUP, NEW))

    assert one == same != other
    assert LOOKUP.hex()[:8] != one
