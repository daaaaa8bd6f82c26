"""What reading a configuration gave, remembered for the next start.

To read and check the default plan takes half a second of imports and work; what came of it is read in a hundredth. It
is the same as long as the text is the same and the code that reads it: both are part of a reading's name. A damaged
file, or one of somebody else, is passed over, and the folder may be removed at any time (decision 0015).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bot.settings import Config
from matchers.shape import Secret

_ME = os.geteuid() if hasattr(os, "geteuid") else 0  # as the owner of every file is called where there are no users
_KEPT = 16  # readings; a configuration has one, and one for each further plan

READERS = (
    "bot/remembered.py",
    "bot/settings.py",
    "bot/yamlfile.py",
    "bot/meant.py",
    "bot/telegram/template.py",
    "feeds/item.py",
    "matchers/plan.py",
    "matchers/rules.py",
    "matchers/shape.py",
)
"""The code that a reading comes from: a change to any of it makes old readings void."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, and the id of the rules in it."""

    config: Config
    rules: str


def folder(environ: Mapping[str, str]) -> Path | None:
    """Where this user's readings lie, as the XDG base directories have it; None where there is no such place."""
    if cache := environ.get("XDG_CACHE_HOME"):
        return Path(cache) / "pactwatch"
    return Path(home) / ".cache" / "pactwatch" if (home := environ.get("HOME")) else None


def recall(text: str, folder: Path | None) -> Reading | None:
    """What that text was found to say before; None where it is not known."""
    if folder is None:
        return None
    try:
        with (folder / _name(text)).open("rb") as file:
            if os.fstat(file.fileno()).st_uid != _ME:
                return None
            digest, said = file.read(_DIGEST_LENGTH), file.read()
        return _DECODER.decode(said) if digest == _digest(said) else None
    except (OSError, msgspec.MsgspecError):
        return None


def remember(text: str, reading: Reading, folder: Path | None) -> None:
    """Keep that for the next start, where that can be: not on a disk that is full or not ours to write on, and not
    where the text holds a secret."""
    if folder is None:
        return
    with contextlib.suppress(OSError, _HoldsSecret):
        said = _ENCODER.encode(reading)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = folder / f"{_name(text)}.{os.getpid()}"
        new.touch(mode=0o600)
        new.write_bytes(_digest(said) + said)
        new.replace(folder / _name(text))
        _forget_old(folder)


def _forget_old(folder: Path) -> None:
    by_age = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in by_age[_KEPT:]:
        old.unlink()


def _name(text: str) -> str:
    root = Path(__file__).parent.parent
    code = b"".join((root / name).read_bytes() for name in READERS)
    return hashlib.sha256(hashlib.sha256(code).digest() + text.encode()).hexdigest()


def _digest(said: bytes) -> bytes:
    return hashlib.sha256(said).digest()


_DIGEST_LENGTH = hashlib.sha256().digest_size


class _HoldsSecret(Exception):
    """A secret stands in the configuration itself: it is not written down a second time."""


def _as_text(value: object) -> str:
    assert isinstance(value, Secret)
    if not value.value.startswith("file:"):
        raise _HoldsSecret
    return value.value


def _from_text(kind: type, said: object) -> Secret:
    assert kind is Secret
    return Secret(str(said))


_ENCODER = msgspec.json.Encoder(enc_hook=_as_text)
_DECODER = msgspec.json.Decoder(Reading, dec_hook=_from_text)
