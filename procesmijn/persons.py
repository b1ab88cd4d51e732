"""Keeps persons out of the store: pseudonyms, a hash that gives nothing away, encrypted payloads.

Nothing here reaches further back than the first write. **The raw Kafka topics hold what producers
put there**, names included: who may read them, and how long they are kept, is set at the broker.

A pseudonym tells persons apart without saying who they are: the same text gives the same pseudonym
for as long as the key is the same, and nobody without the key can make one or check a guess. Texts
are taken as they are: ``Jan`` and ``jan`` are two persons.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import lru_cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from procesmijn.errors import ProcesmijnError
from schemas.event import Event
from schemas.objects import PERSON_TYPES

KEY_BYTES: Final = 32
CONTENT_MAC_BYTES: Final = 16
EVENT_ID_BYTES: Final = 16

_ID, _OBJECTS, _PERFORMER, _DATA = map(Event._fields.index, ("id", "objects", "performer", "data"))
_CACHED_PSEUDONYMS: Final = 1 << 16
_PSEUDONYM: Final = re.compile(r"p_[a-z2-7]{26}")
_MAC_BYTES: Final = 12
_SEAL_BYTES: Final = 4
_NONCE_BYTES: Final = 12


class KeysError(ProcesmijnError):
    """The keys cannot be used; the message says why, and how to put it right."""


class PayloadError(ProcesmijnError):
    """A payload does not decrypt: it was made with other keys, is another's, or was changed."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Three secrets of 32 bytes. Whoever has them can tell which person a pseudonym stands for.

    As text they are three words, ``pseudonym=... content=... payload=...``, each in URL-safe
    base64: one line for an environment variable, one word a line in a file.
    """

    pseudonym: bytes = field(repr=False)
    """Makes pseudonyms. Another one makes every person a new one."""
    content: bytes = field(repr=False)
    """Hashes what was said. Never rotated: it decides between two contents of one revision."""
    payload: bytes = field(repr=False)
    """Encrypts the payloads of dead letters."""

    def __post_init__(self) -> None:
        for secret in fields(self):
            if len(getattr(self, secret.name)) != KEY_BYTES:
                raise KeysError(f"the key {secret.name!r} is not {KEY_BYTES} bytes: make new keys")

    @classmethod
    def generate(cls) -> Keys:
        """Make new ones from the operating system's randomness."""
        return cls(*(secrets.token_bytes(KEY_BYTES) for _ in fields(cls)))

    @classmethod
    def parse(cls, text: str) -> Keys:
        """Read them from a text, such as the environment variable ``PROCESMIJN_KEYS``.

        Raises :class:`KeysError`, which never shows the text.
        """
        names = [secret.name for secret in fields(cls)]
        words = dict(word.partition("=")[::2] for word in text.split())
        if sorted(words) != sorted(names):
            raise KeysError(f"keys are three words, {' '.join(f'{name}=...' for name in names)}")
        try:
            return cls(
                **{
                    name: base64.b64decode(word, altchars=b"-_", validate=True)
                    for name, word in words.items()
                }
            )
        except ValueError:
            raise KeysError("a key is not URL-safe base64: was it cut off in copying?") from None

    def text(self) -> str:
        """Write them as :meth:`parse` reads them, one word a line: to be kept as a password is."""
        return "".join(
            f"{secret.name}={base64.urlsafe_b64encode(getattr(self, secret.name)).decode()}\n"
            for secret in fields(self)
        )

    @classmethod
    def load(cls, path: Path) -> Keys:
        """Read them from a file that only its owner can read.

        Raises :class:`KeysError` where it is missing, or open to others.
        """
        try:
            with path.open(encoding="ascii") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                if mode & 0o077:
                    raise KeysError(
                        f"others than its owner can get at the keys in {path} (mode {mode:03o}): "
                        f"run 'chmod 600 {path}'"
                    )
                return cls.parse(file.read())
        except OSError as error:
            raise KeysError(f"the keys in {path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise KeysError(f"{path} holds no keys: it is not plain text") from error

    def save(self, path: Path) -> None:
        """Write them to a new file of mode 600, whole or not at all.

        Raises :class:`KeysError` where the file exists: keys that are gone make data unreadable, so
        none are ever overwritten.
        """
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            created = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(created, "w") as file:
                file.write(self.text())
                file.flush()
                os.fsync(file.fileno())
            path.hardlink_to(draft)
        except FileExistsError:
            raise KeysError(
                f"there are keys in {path} already: they are never overwritten"
            ) from None
        except OSError as error:
            raise KeysError(f"the keys cannot be written to {path}: {error.strerror}") from error
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits by which a database remembers its keys; they reveal nothing."""
        together = b"".join(getattr(self, secret.name) for secret in fields(self))
        return sha256(b"procesmijn keys\0" + together).hexdigest()[:16]


class Persons:
    """All that is done to persons before anything is stored, with one set of keys.

    Texts have to be valid Unicode (no lone surrogates), as the contract requires.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._cipher = AESGCM(keys.payload)
        self._content = blake2b(key=keys.content, digest_size=CONTENT_MAC_BYTES)
        # Under the key that is never rotated; "person" is BLAKE2's word for what tells uses apart.
        self._event_id = blake2b(key=keys.content, digest_size=EVENT_ID_BYTES, person=b"event id")
        self.fingerprint = keys.fingerprint
        self._record_key = blake2b(
            key=keys.content, digest_size=EVENT_ID_BYTES, person=b"record key"
        )
        self.pseudonym = lru_cache(maxsize=_CACHED_PSEUDONYMS)(self._pseudonym)

    def _pseudonym(self, text: str) -> str:
        """Replace what names a person by ``p_`` and 26 characters.

        A pseudonym made with these keys stays what it is, so that a person who is named once in
        clear and once by pseudonym (a rating that comes back from the page) is one person. It is
        known by its seal, which takes the key to make; a text that only looks like a pseudonym is
        a text like any other.
        """
        if _PSEUDONYM.fullmatch(text):
            mac = base64.b32decode(text[2:].upper() + "======")[:_MAC_BYTES]
            if hmac.compare_digest(self._sealed(mac), text):
                return text
        key = self._keys.pseudonym
        return self._sealed(hmac.digest(key, b"person\0" + text.encode(), "sha256")[:_MAC_BYTES])

    def _sealed(self, mac: bytes) -> str:
        seal = hmac.digest(self._keys.pseudonym, b"seal\0" + mac, "sha256")[:_SEAL_BYTES]
        return "p_" + _base32(mac + seal)

    def event_id(self, source: str, id_: str) -> str:
        """Replace the id of an event by ``e_`` and 32 hexadecimal digits: keyed BLAKE2b.

        Producers make ids of what an event is about (``contract-issued-E0001234``), which would
        undo the pseudonym beside it, and files have hashes of whole rows, in which a name can be
        found by trying. So every id is replaced, by nothing but itself and its source: corrections
        and retractions of an event, which need not name its persons, have the same one.
        """
        mac = self._event_id.copy()
        mac.update(f"{source}\x1f{id_}".encode())
        return "e_" + mac.hexdigest()

    def key_hash(self, key: bytes) -> str:
        """Replace the key of a record by ``k_`` and 32 hexadecimal digits: keyed BLAKE2b. It is
        often the number of an employee."""
        mac = self._record_key.copy()
        mac.update(key)
        return "k_" + mac.hexdigest()

    def conceal(self, event: Event) -> Event:
        """Replace the id of an event, and every person in it by a pseudonym; to be done once.

        What is stored, its key included, is what comes out of this; only :meth:`content_mac` is
        made from what goes in.
        """
        members = list(event)
        members[_ID] = self.event_id(event.source, event.id)
        if event.performer is not None:
            members[_PERFORMER] = self.pseudonym(event.performer)
        for kind, _ in event.objects:
            if kind in PERSON_TYPES:
                members[_OBJECTS] = self._conceal_objects(event.objects)
                break
        if event.persons:
            members[_DATA] = self._conceal_data(event.data, event.persons)
        return Event._make(members)

    def _conceal_objects(self, objects: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        if len(objects) == 1:
            kind, name = objects[0]
            return ((kind, self.pseudonym(name)),)
        concealed = {
            (kind, self.pseudonym(name) if kind in PERSON_TYPES else name) for kind, name in objects
        }
        return tuple(sorted(concealed))

    def _conceal_data(self, data: Mapping[str, Any], persons: tuple[str, ...]) -> dict[str, Any]:
        return {
            name: self._conceal_member(value) if name in persons else value
            for name, value in data.items()
        }

    def _conceal_member(self, value: object) -> object:
        match value:
            case None:
                return None
            case str():
                return self.pseudonym(value)
            case list() | tuple():
                return [self._conceal_member(each) for each in value]
            case _:
                raise TypeError(f"a member that names persons holds {type(value).__name__}")

    def content_mac(self, event: Event) -> bytes:
        """16 bytes that stand for what an event says, in clear, and give nothing of it away: keyed
        BLAKE2b.

        The same for two deliveries of one fact, whatever the order of members in their JSON. Where
        it came from and which one it is (source, id, revision, sequence) is no part of it, nor is
        what the contract says of it (extras, persons), nor a time that is only its record's.
        """
        said = (
            event.type,
            None if event.is_time_of_record else event.occurred_us,
            event.started_us,
            event.is_retracted,
            int(event.lifecycle),
            event.process,
            event.activity,
            event.party,
            event.team,
            event.performer,
            event.receiver,
            event.objects,
            event.data,
        )
        canonical = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
        mac = self._content.copy()  # keyed once: a third of the time of an HMAC
        mac.update(canonical)
        return mac.digest()

    def encrypt(self, payload: bytes, context: bytes) -> bytes:
        """Encrypt a payload (AES-256-GCM), tied to its context: the position of a dead letter."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, payload, context)

    def decrypt(self, encrypted: bytes, context: bytes) -> bytes:
        """Give back what :meth:`encrypt` was given.

        Raises :class:`PayloadError` for other keys, another context, or changed bytes.
        """
        try:
            return self._cipher.decrypt(encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as error:
            raise PayloadError(
                "the payload does not decrypt: it was stored with other keys, or was changed; "
                "set PROCESMIJN_KEYS to the keys of that time"
            ) from error


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
