"""Changes of the key file: a sealing key added or taken away. One command at a time; ids are never used twice."""

from dataclasses import replace
from pathlib import Path

from conversation.errors import ConfigurationError
from store.sealing.secret_file import changing, replace_secret_file
from store.sealing.vault import KeyRing, new_key, read_keys, render_keys


def prepare_key(path: Path) -> KeyRing:
    """Add a sealing key that seals nothing yet; return the keys as they are now.

    Raises:
        ConfigurationError: one is prepared already; see also `read_keys` and `changing`.
    """
    with changing(path):
        ring = read_keys(path)
        if ring.prepared:
            raise ConfigurationError(
                f"{ring.prepared} is prepared already: `puente keys rotate` makes it the current key"
            )
        return _write(path, _add(ring))


def add_key(path: Path, *, now_s: float) -> KeyRing:
    """Make the prepared sealing key, or else a new one, the current one; return the keys as they are now.

    Args:
        now_s: seconds since the epoch; `retire` counts from it until every process seals with the new key.

    Raises:
        ConfigurationError: see `read_keys` and `changing`; the file is then as it was.
    """
    with changing(path):
        ring = read_keys(path)
        ring = ring if ring.prepared else _add(ring)
        assert ring.prepared is not None
        return _write(path, replace(ring, current=ring.prepared, prepared=None, changed_at=now_s))


def drop_key(path: Path, key_id: str) -> KeyRing:
    """Take a sealing key away for good; return the keys as they are now. The caller knows that nothing needs it.

    Raises:
        ConfigurationError: there is no such key, or it is the current one; see also `read_keys` and `changing`.
    """
    with changing(path):
        ring = read_keys(path)
        if key_id not in ring.sealing:
            raise ConfigurationError(f"the key file holds no key {key_id}: {', '.join(sorted(ring.sealing))}")
        if key_id == ring.current:
            raise ConfigurationError(f"{key_id} is the current key: `puente keys rotate` first")
        kept = {other: key for other, key in ring.sealing.items() if other != key_id}
        prepared = None if ring.prepared == key_id else ring.prepared
        return _write(path, replace(ring, sealing=kept, retired=(*ring.retired, key_id), prepared=prepared))


def _add(ring: KeyRing) -> KeyRing:
    key_id = _next_id(ring)
    return replace(ring, sealing={**ring.sealing, key_id: new_key()}, prepared=key_id)


def _write(path: Path, ring: KeyRing) -> KeyRing:
    replace_secret_file(path, render_keys(ring))
    return ring


def _next_id(ring: KeyRing) -> str:
    """Return "k2" after "k1": a value names its key, so that an id must never name another one later."""
    used = {*ring.sealing, *ring.retired}
    return next(f"k{number}" for number in range(1, len(used) + 2) if f"k{number}" not in used)
