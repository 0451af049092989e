"""Everything that the bot keeps, and the file it is in."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from .chain import KnownList
from .content import DeviceListClaim
from .curves import dh_public
from .errors import SealError
from .persist import from_json, to_json
from .prekeys import PreKeyStore
from .pqxdh import Party
from .sessions import Own, PeerDevice
from .transcript import Transcript

SENT_KEPT = 1_000


@dataclass
class Registration:
    """An account that the server may not know yet, with the code that was not shown yet. Without the identity seed."""

    username: str
    device_list: bytes
    device_list_signature: bytes
    vault: bytes
    vault_signature: bytes
    vault_record: bytes
    recovery_code: str


@dataclass
class Account:
    """The account's keys and this device's, which are fixed for its life."""

    tenant_id: str
    user_id: str
    device_id: str
    registration_id: int
    dh_private: bytes
    sign_seed: bytes
    identity_key: bytes
    account_seed: bytes
    archive_epoch: int
    archive_key: bytes

    def own(self) -> Own:
        party = Party(self.user_id, self.device_id, dh_public(self.dh_private))
        return Own(self.tenant_id, party, self.dh_private, self.registration_id)


@dataclass
class Tokens:
    """What the server gave for the session."""

    access: str
    refresh: str


@dataclass
class Peer:
    """A person: their verified list, when it was learned, and a later one that another device has claimed to know."""

    known: KnownList
    learned_at: int
    claimed: DeviceListClaim | None = None
    claimed_in: str | None = None


@dataclass
class Unread:
    """A message that could not be opened, how often its sender was asked, and when to ask again (ms)."""

    seq: int
    message_id: str
    requests: int = 0
    ask_at: int | None = 0


@dataclass
class Conversation:
    """A DM: whom it is with, the transcript, and this device's counters in it."""

    conversation_id: str
    peer_id: str
    transcript: Transcript
    counter: int = 0
    accepted: int = 0
    timer: int = 0
    unread: list[Unread] = field(default_factory=list)
    stale: dict[str, int] = field(default_factory=dict)


@dataclass
class Outgoing:
    """A message on its way; from `sealed` on, the bytes are fixed."""

    conversation_id: str
    message_id: str
    kind: int
    payload: bytes
    lifetime: int | None = None
    counter: int = 0
    sealed: bytes = b""
    key_message: bytes = b""
    versions: dict[str, int] = field(default_factory=dict)
    envelopes: dict[str, bytes] = field(default_factory=dict)


@dataclass
class SentTo:
    """The key of a device, the base key of the session that was used, and how often the message was sent again."""

    dh_key: bytes
    base_key: bytes
    retries: int = 0


@dataclass
class Sent:
    """The key of a message that was sent, and the devices it was encrypted for: what answers a retry."""

    conversation_id: str
    seq: int
    key_message: bytes
    devices: dict[str, SentTo]


@dataclass
class State:
    """All of it. `checkpoint` is the number that was last reported to the server, see rollback.py."""

    server: str
    app_key: str
    checkpoint: int = 0
    account: Account | None = None
    registration: Registration | None = None
    tokens: Tokens | None = None
    position: int = 0
    prekeys: PreKeyStore = field(default_factory=PreKeyStore)
    peers: dict[str, Peer] = field(default_factory=dict)
    devices: dict[str, PeerDevice] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    outbox: list[Outgoing] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)


class Store:
    """The state in a file of one process: written whole, readable by its owner alone, and on the disk on return."""

    def __init__(self, path: Path, server: str, app_key: str) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SealError("DEVICE_CLONED", f"another process uses {path}") from None
        self.state = self._read() or State(server, app_key)
        if (self.state.server, self.state.app_key) != (server, app_key):
            raise SealError("CONFLICT", f"{path} belongs to another server or key")

    def _read(self) -> State | None:
        try:
            return from_json(State, json.loads(self.path.read_text()))
        except FileNotFoundError:
            return None

    def reload(self) -> None:
        """Forgets what was not committed."""
        self.state = self._read() or self.state

    def commit(self) -> None:
        """Writes the state beside the old one and then puts it in its place."""
        self.state.sent = self.state.sent[-SENT_KEPT:]
        new = f"{self.path}.new"
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(to_json(self.state), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def wipe(self) -> None:
        """Deletes the state of a device that was removed from its account."""
        self.path.unlink(missing_ok=True)

    def account(self) -> Account:
        """The account, which exists once `register` has returned."""
        assert self.state.account is not None
        return self.state.account
