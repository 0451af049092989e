"""The Double Ratchet of one session, beside the post-quantum one (PROTOCOL, _Double Ratchet_).

Functions change the session they are given: callers pass a copy and keep it when all went well.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from session_primitives import kdf_ck, mac
from wire import hkdf, u8, uuid, variable

from . import pq_ratchet
from .curves import dh, dh_public, random
from .envelope import Envelope, encode_header, encode_tail
from .errors import SealError, require
from .pq_ratchet import PqRatchet

MAX_SKIP, MAX_KEPT, MAX_CHAINS = 2_000, 1_000, 5
KEPT_FOR = 30 * 24 * 3_600_000


@dataclass
class Skipped:
    """The combined key of a message that is late, and since when it is kept (ms)."""

    key: bytes
    since: int


@dataclass
class ReceivingChain:
    """A chain of the peer's; without a chain key it has ended. Below `forgotten` keys were deleted."""

    ratchet_key: bytes
    chain_key: bytes | None
    number: int = 0
    forgotten: int = 0
    skipped: dict[int, Skipped] = field(default_factory=dict)


@dataclass
class Session:
    """One end of a session with one device; `pending` is the initial header until the first answer opens."""

    is_initiator: bool
    base_key: bytes
    session_ad: bytes
    created_at: int
    used_at: int
    root_key: bytes
    own_private: bytes
    pq: PqRatchet
    pending: bytes | None = None
    sending: bytes | None = None
    sent: int = 0
    previous: int = 0
    receiving: list[ReceivingChain] = field(default_factory=list)


def _kdf_rk(root_key: bytes, dh_output: bytes) -> tuple[bytes, bytes]:
    out = hkdf(dh_output, root_key, b"SealChat_v1_RootKey", 64)
    return out[:32], out[32:]


def start_sending(session: Session, peer_key: bytes) -> None:
    """Makes a fresh ratchet pair and its sending chain."""
    session.own_private = random(32)
    session.previous, session.sent = session.sent, 0
    session.root_key, session.sending = _kdf_rk(session.root_key, dh(session.own_private, peer_key))


def _extract(message_key: bytes, pq_key: bytes) -> bytes:
    """HKDF-Extract of a message's key material: what is kept of a message that is late."""
    return mac(bytes(32), message_key + pq_key)


def _expand(key: bytes, data: bytes, header: bytes) -> tuple[bytes, bytes]:
    """The key of the secretbox and its commitment (HKDF-Expand, RFC 5869 §2.3)."""
    info = b"SealChat_v1_MessageKey" + variable(data) + variable(header)
    first = mac(key, info + b"\x01")
    return first, mac(key, first + info + b"\x02")


def _associated_data(session: Session, is_sender: bool, conversation_id: str) -> bytes:
    direction = 0 if session.is_initiator == is_sender else 1
    return session.session_ad + u8(direction) + uuid(conversation_id)


def encrypt(session: Session, plaintext: bytes, conversation_id: str, versions: tuple[int, int], now: int) -> bytes:
    """An envelope. `versions` are those of the sender's and the recipient's device lists."""
    require(session.sending is not None, "NO_SESSION")
    assert session.sending is not None
    session.sending, message_key = kdf_ck(session.sending)
    pq_header, pq_key = pq_ratchet.send(session.pq, now, may_offer=session.pending is None)
    own_key = dh_public(session.own_private)
    header = encode_header(*versions, session.pending, own_key, session.previous, session.sent, pq_header)
    session.sent += 1
    session.used_at = now
    data = _associated_data(session, True, conversation_id)
    key, commitment = _expand(_extract(message_key, pq_key), data, header)
    nonce = random(24)
    return header + encode_tail(commitment, nonce, SecretBox(key).encrypt(plaintext, nonce).ciphertext)


def decrypt(session: Session, envelope: Envelope, conversation_id: str, now: int) -> bytes:
    """The plaintext. Raises DUPLICATE_MESSAGE, UNDECRYPTABLE, TOO_FAR_AHEAD, LOW_ORDER_KEY or MALFORMED."""
    _forget_old(session, now)
    chain = next((each for each in session.receiving if each.ratchet_key == envelope.ratchet_key), None)
    is_late = chain is not None and envelope.number < chain.number
    if is_late and chain is not None:
        combined = _take_skipped(chain, envelope.number)
    else:
        combined = _advance(session, chain, envelope, now)
    data = _associated_data(session, False, conversation_id)
    key, commitment = _expand(combined, data, envelope.header)
    require(hmac.compare_digest(commitment, envelope.commitment), "UNDECRYPTABLE")
    try:
        plaintext = SecretBox(key).decrypt(envelope.ciphertext, envelope.nonce)
    except CryptoError:
        raise SealError("UNDECRYPTABLE") from None
    if chain is None:
        start_sending(session, envelope.ratchet_key)
    pq_ratchet.take(session.pq, envelope.pq, session.is_initiator, now)
    session.pending = None
    session.used_at = now
    return plaintext


def _take_skipped(chain: ReceivingChain, number: int) -> bytes:
    kept = chain.skipped.pop(number, None)
    if kept is not None:
        return kept.key
    raise SealError("UNDECRYPTABLE" if number < chain.forgotten else "DUPLICATE_MESSAGE")


def _advance(session: Session, chain: ReceivingChain | None, envelope: Envelope, now: int) -> bytes:
    """Moves both ratchets up to the message and returns its combined key."""
    current = session.receiving[0] if session.receiving else None
    if chain is not None:
        require(chain is current and chain.chain_key is not None, "UNDECRYPTABLE", "beyond the end of its chain")
        end_missing, missing = 0, envelope.number - chain.number
    else:
        end_missing = 0 if current is None else envelope.previous - current.number
        require(end_missing >= 0, "UNDECRYPTABLE", "a chain shorter than what was received of it")
        missing = envelope.number
    require(max(end_missing, missing) <= MAX_SKIP, "TOO_FAR_AHEAD")
    pq_keys = pq_ratchet.advance(session.pq, envelope.pq, end_missing + missing)
    if chain is None:
        if current is not None:
            _skip(current, pq_keys[:end_missing], now)
            current.chain_key = None
        session.root_key, chain_key = _kdf_rk(session.root_key, dh(session.own_private, envelope.ratchet_key))
        chain = ReceivingChain(envelope.ratchet_key, chain_key)
        session.receiving = [chain, *session.receiving][:MAX_CHAINS]
    _skip(chain, pq_keys[end_missing:-1], now)
    assert chain.chain_key is not None
    chain.chain_key, message_key = kdf_ck(chain.chain_key)
    chain.number += 1
    drop_keys(session, kept_keys(session) - MAX_KEPT)
    return _extract(message_key, pq_keys[-1])


def _skip(chain: ReceivingChain, pq_keys: list[bytes], now: int) -> None:
    for pq_key in pq_keys:
        assert chain.chain_key is not None
        chain.chain_key, message_key = kdf_ck(chain.chain_key)
        chain.skipped[chain.number] = Skipped(_extract(message_key, pq_key), now)
        chain.number += 1


def kept_keys(session: Session) -> int:
    """How many keys of late messages are kept."""
    return sum(len(each.skipped) for each in session.receiving)


def drop_keys(session: Session, surplus: int) -> None:
    """Deletes `surplus` keys, if more than 0: the oldest chain loses first, the lowest numbers first."""
    for chain in reversed(session.receiving):
        for number in sorted(chain.skipped)[: max(surplus, 0)]:
            del chain.skipped[number]
            chain.forgotten = max(chain.forgotten, number + 1)
            surplus -= 1


def _forget_old(session: Session, now: int) -> None:
    for chain in session.receiving:
        for number in [number for number, kept in chain.skipped.items() if now - kept.since > KEPT_FOR]:
            del chain.skipped[number]
            chain.forgotten = max(chain.forgotten, number + 1)
