"""A sealed file: only the whole of it opens, and only with its key."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.errors import ConfigurationError
from store.sealing.sealed_stream import CHUNK, SealedReader, SealingWriter, read_header
from store.sealing.vault import KeyRing, Vault

VAULT = Vault(KeyRing({"k1": bytes(range(32))}, "k1", bytes(32)))
MAGIC = b"TEST-1\n"
TAG = 16


def seal(content: bytes, *, pieces: int = 1000) -> bytes:
    file = io.BytesIO()
    writer = SealingWriter(file, VAULT, magic=MAGIC, header={"kind": "test"})
    for start in range(0, len(content), pieces):
        writer.write(content[start : start + pieces])
    writer.finish()
    return file.getvalue()


def unseal(sealed: bytes, vault: Vault = VAULT) -> bytes:
    return io.BufferedReader(SealedReader(io.BytesIO(sealed), vault, magic=MAGIC)).read()


def head_of(sealed: bytes) -> int:
    return sealed.index(b"\n", len(MAGIC)) + 1


@given(st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7]), st.integers(999, 70_000))
def test_any_length_comes_back_as_it_was(length: int, pieces: int) -> None:
    content = bytes(number % 251 for number in range(length))

    assert unseal(seal(content, pieces=pieces)) == content


def test_nothing_of_the_content_and_no_key_is_to_be_seen() -> None:
    sealed = seal(b"canario " * 100)

    assert b"canario" not in sealed
    assert bytes(range(32)).hex().encode() not in sealed
    assert read_header(io.BytesIO(sealed), magic=MAGIC)["kind"] == "test"


def test_two_files_of_one_content_are_nowhere_alike() -> None:
    one, other = seal(bytes(1000)), seal(bytes(1000))

    assert one[head_of(one) :] != other[head_of(other) :]


@pytest.mark.parametrize("kept", [0, 1, CHUNK + TAG, CHUNK + TAG + 1, 2 * (CHUNK + TAG)])
def test_a_file_that_is_cut_off_does_not_open(kept: int) -> None:
    sealed = seal(bytes(2 * CHUNK + 5))

    with pytest.raises(ConfigurationError, match="damaged or cut off"):
        unseal(sealed[: head_of(sealed) + kept])


@given(st.data())
def test_a_file_with_one_bit_changed_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(seal(b"hola" * 50))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))

    sealed[place // 8] ^= 1 << place % 8

    with pytest.raises(ConfigurationError):
        unseal(bytes(sealed))


def test_chunks_in_another_order_or_added_do_not_open() -> None:
    sealed = seal(bytes(3 * CHUNK))
    start, step = head_of(sealed), CHUNK + TAG
    head, chunks = sealed[:start], [sealed[start + n * step : start + (n + 1) * step] for n in range(3)]

    for order in ([1, 0, 2], [0, 1, 2, 2], [0, 2], [2]):
        with pytest.raises(ConfigurationError, match="damaged"):
            unseal(head + b"".join(chunks[number] for number in order))


def test_a_file_of_another_key_says_which_key_it_wants() -> None:
    other = Vault(KeyRing({"k2": bytes(32)}, "k2", bytes(32)))

    with pytest.raises(ConfigurationError, match="another key: k1"):
        unseal(seal(b"hola"), other)


@pytest.mark.parametrize("content", [b"", b"TEST-2\n{}\n", b"PK\x03\x04"])
def test_another_kind_of_file_is_told_as_such(content: bytes) -> None:
    with pytest.raises(ConfigurationError, match="not a backup"):
        unseal(content)
