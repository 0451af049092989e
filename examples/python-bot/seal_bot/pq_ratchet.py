"""The post-quantum ratchet (PROTOCOL, _The post-quantum ratchet_): one end of it."""

from __future__ import annotations

from dataclasses import dataclass

from session_primitives import kdf_ck
from wire import hkdf, u32

from .curves import random
from .errors import SealError
from .kem import decapsulate, encapsulate, kem_public

NOTHING, OFFER, ANSWER = 0, 1, 2
MESSAGES, AGE = 50, 24 * 3_600_000
FIRST_COPIES = {OFFER: 3, ANSWER: 2}
EVERY = 32


@dataclass(frozen=True)
class PqHeader:
    """What an envelope's header says of this ratchet."""

    kind: int
    epoch: int
    number: int
    payload: bytes


@dataclass
class PqRatchet:
    """State of one end. `secret` is that of epoch `newest`, which only one side may be using yet.

    `next_receiving` is the peer's chain of the epoch after `peer_epoch` once it is known, `next_sending` this side's
    where the peer has to enter that epoch first.
    """

    secret: bytes
    newest: int
    epoch: int
    sending: bytes
    sent: int
    began_at: int
    peer_epoch: int
    receiving: bytes
    received: int
    opened: int = 0
    next_receiving: bytes | None = None
    next_sending: bytes | None = None
    offer: bytes | None = None
    answer: bytes | None = None
    copies: int = 0


def _derive(secret: bytes, salt: bytes, epoch: int, is_initiator: bool) -> tuple[bytes, bytes, bytes]:
    """The epoch's secret, this side's chain key and the peer's."""
    out = hkdf(secret, salt, b"SealChat_v2_PqRoot" + u32(epoch), 96)
    of_initiator, of_responder = out[32:64], out[64:]
    return (out[:32], of_initiator, of_responder) if is_initiator else (out[:32], of_responder, of_initiator)


def begin(pq_secret: bytes, is_initiator: bool, now: int) -> PqRatchet:
    """Epoch 0, from the session's PQSK."""
    secret, own, peer = _derive(pq_secret, bytes(32), 0, is_initiator)
    return PqRatchet(secret, 0, 0, own, 0, now, 0, peer, 0)


def _is_offer_due(state: PqRatchet, now: int) -> bool:
    is_idle = state.offer is None and state.answer is None
    in_use = state.epoch == state.peer_epoch == state.newest and state.sent > 0 and state.received > 0
    return is_idle and in_use and (state.sent + state.opened >= MESSAGES or abs(now - state.began_at) >= AGE)


def send(state: PqRatchet, now: int, may_offer: bool) -> tuple[PqHeader, bytes]:
    """The header and the key `pqmk` of the next message."""
    if may_offer and _is_offer_due(state, now):
        state.offer, state.copies = random(64), 0
    kind = OFFER if state.offer is not None else ANSWER if state.answer is not None else NOTHING
    payload = b""
    if kind != NOTHING:
        state.copies += 1
        if state.copies > FIRST_COPIES[kind] and (state.copies - 1) % EVERY != 0:
            kind = NOTHING
    if kind == OFFER and state.offer is not None:
        payload = kem_public(state.offer)
    elif kind == ANSWER and state.answer is not None:
        payload = state.answer
    header = PqHeader(kind, state.epoch, state.sent, payload)
    state.sending, key = kdf_ck(state.sending)
    state.sent += 1
    return header, key


def advance(state: PqRatchet, header: PqHeader, missing: int) -> list[bytes]:
    """The keys of the `missing` messages before this one, in order, and last its own. Raises UNDECRYPTABLE."""
    keys: list[bytes] = []

    def derive(count: int) -> None:
        for _ in range(count):
            state.receiving, key = kdf_ck(state.receiving)
            keys.append(key)

    if header.epoch == state.peer_epoch and header.number == state.received + missing:
        derive(missing + 1)
        state.received += missing + 1
    elif (
        header.epoch == state.peer_epoch + 1 and state.next_receiving is not None and header.number <= missing
    ):
        derive(missing - header.number)
        state.receiving, state.next_receiving = state.next_receiving, None
        state.peer_epoch = header.epoch
        derive(header.number + 1)
        state.received = header.number + 1
    else:
        raise SealError("UNDECRYPTABLE", "a place in the post-quantum ratchet that cannot be")
    return keys


def take(state: PqRatchet, header: PqHeader, is_initiator: bool, now: int) -> None:
    """What an authenticated message changes. Raises MALFORMED for a bad key in it."""
    if state.next_sending is not None and state.peer_epoch == state.newest:
        _enter(state, state.next_sending, now)
        state.next_sending, state.answer = None, None
    state.opened += 1
    if header.epoch != state.peer_epoch or header.epoch != state.newest:
        return
    if header.kind == OFFER and not (state.offer is not None and is_initiator):
        secret, state.answer = encapsulate(header.payload)
        state.offer, state.copies = None, 0
        state.next_sending = _begin_epoch(state, secret, is_initiator)
    elif header.kind == ANSWER and state.offer is not None:
        own = _begin_epoch(state, decapsulate(state.offer, header.payload), is_initiator)
        state.offer = None
        _enter(state, own, now)


def _begin_epoch(state: PqRatchet, secret: bytes, is_initiator: bool) -> bytes:
    """Derives the next epoch; its chain for this side is returned."""
    state.newest += 1
    state.secret, own, state.next_receiving = _derive(secret, state.secret, state.newest, is_initiator)
    return own


def _enter(state: PqRatchet, own: bytes, now: int) -> None:
    """Encrypts in the newest epoch from now on."""
    state.epoch, state.sending, state.sent, state.began_at, state.opened = state.newest, own, 0, now, 0
