"""The sessions with one device (PROTOCOL, _Sessions with one device_)."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from . import ratchet
from .device_list import Device
from .envelope import MAX_NUMBER, Envelope
from .errors import SealError, require
from .pqxdh import Party, accept
from .prekeys import PreKeyStore
from .ratchet import Session

DAY = 24 * 3_600_000
SEND_FOR, KEEP_FOR, MAX_SESSIONS, MAX_KEPT = 30 * DAY, 60 * DAY, 40, 2_000
ENDS_SEARCH = ("DUPLICATE_MESSAGE", "LOW_ORDER_KEY")


@dataclass
class PeerDevice:
    """The record of a device: what never changes, and the sessions, the one used last first."""

    user_id: str
    device_id: str
    dh_key: bytes
    identity_key: bytes
    sessions: list[Session] = field(default_factory=list)
    #: When a session was last replaced because a message could not be opened, ms.
    reset_at: int = 0

    def party(self) -> Party:
        return Party(self.user_id, self.device_id, self.dh_key)


def check_record(record: PeerDevice, device: Device, identity_key: bytes) -> None:
    """Compares the record with the verified list. Raises IDENTITY_CHANGED."""
    require(record.dh_key == device.dh_key and record.identity_key == identity_key, "IDENTITY_CHANGED")


def promote(record: PeerDevice, session: Session, now: int) -> None:
    """Puts a session to the front, and deletes what is too old or too many."""
    others = [each for each in record.sessions if each.base_key != session.base_key]
    kept = [each for each in others if now - each.used_at < KEEP_FOR]
    record.sessions = [session, *kept]
    while len(record.sessions) > MAX_SESSIONS:
        record.sessions.remove(min(record.sessions, key=lambda each: each.used_at))
    for each in reversed(record.sessions):
        surplus = sum(ratchet.kept_keys(other) for other in record.sessions) - MAX_KEPT
        ratchet.drop_keys(each, surplus)


def sending_session(record: PeerDevice, now: int) -> Session | None:
    """The session that the next message goes out on, if there is one."""
    for each in record.sessions:
        is_young = abs(now - each.created_at) < SEND_FOR
        has_room = each.sending is not None and each.sent <= MAX_NUMBER
        if is_young and has_room:
            return each
    return None


def encrypt(record: PeerDevice, plaintext: bytes, conversation_id: str, versions: tuple[int, int], now: int) -> bytes:
    """An envelope for the device. Raises NO_SESSION where one has to be started first."""
    session = sending_session(record, now)
    if session is None:
        raise SealError("NO_SESSION")
    envelope = ratchet.encrypt(session, plaintext, conversation_id, versions, now)
    promote(record, session, now)
    return envelope


@dataclass(frozen=True)
class Own:
    """This device, as a session needs it."""

    tenant_id: str
    party: Party
    dh_private: bytes
    registration_id: int


def decrypt(
    record: PeerDevice, store: PreKeyStore, own: Own, envelope: Envelope, conversation_id: str, now: int
) -> bytes:
    """The plaintext of an envelope. `record` and `store` are changed when it opens, and not otherwise."""
    if envelope.initial is not None:
        return _decrypt_first(record, store, own, envelope, conversation_id, now)
    with_chain = [
        each for each in record.sessions if any(c.ratchet_key == envelope.ratchet_key for c in each.receiving)
    ]
    first_error: SealError | None = None
    for session in with_chain or record.sessions:
        attempt = copy.deepcopy(session)
        try:
            plaintext = ratchet.decrypt(attempt, envelope, conversation_id, now)
        except SealError as error:
            first_error = first_error or error
            if error.code in ENDS_SEARCH:
                raise
            continue
        promote(record, attempt, now)
        return plaintext
    raise first_error or SealError("NO_SESSION")


def _decrypt_first(
    record: PeerDevice, store: PreKeyStore, own: Own, envelope: Envelope, conversation_id: str, now: int
) -> bytes:
    header = envelope.initial
    assert header is not None
    accepted = next(
        (each for each in record.sessions if not each.is_initiator and each.base_key == header.base_key), None
    )
    if accepted is not None:
        attempt = copy.deepcopy(accepted)
        plaintext = ratchet.decrypt(attempt, envelope, conversation_id, now)
        promote(record, attempt, now)
        return plaintext
    uses = dict(store.last_resort_uses)
    try:
        session, used = accept(
            own.tenant_id, own.party, own.dh_private, own.registration_id, record.party(), store, header, now
        )
        plaintext = ratchet.decrypt(session, envelope, conversation_id, now)
    except SealError:
        store.last_resort_uses = uses
        raise
    store.keys = [each for each in store.keys if each not in used]
    promote(record, session, now)
    return plaintext
