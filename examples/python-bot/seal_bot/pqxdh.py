"""PQXDH (PROTOCOL, _PQXDH_): how two devices begin a session."""

from __future__ import annotations

from dataclasses import dataclass

from wire import hkdf, sha256, u8, uuid

from . import pq_ratchet
from .curves import dh, dh_public, random, require_prime_order
from .device_list import Device
from .envelope import InitialHeader, encode_initial
from .errors import require
from .kem import decapsulate, encapsulate
from .prekeys import KEM_LAST_RESORT, KEM_ONE_TIME, ONE_TIME, SIGNED, Bundle, PreKey, PreKeyStore
from .ratchet import Session, start_sending


@dataclass(frozen=True)
class Party:
    """A device and whose it is."""

    user_id: str
    device_id: str
    dh_key: bytes


def _shared(secrets: list[bytes]) -> tuple[bytes, bytes]:
    """SK and PQSK."""
    out = hkdf(b"\xff" * 32 + b"".join(secrets), bytes(32), b"SealChat_CURVE25519_SHA-256_ML-KEM-768", 64)
    return out[:32], out[32:]


def _session_ad(tenant_id: str, initiator: Party, responder: Party, kem_key: bytes) -> bytes:
    content = b"SealChat_v1_Session" + b"\x01" + initiator.dh_key + b"\x01" + responder.dh_key + uuid(tenant_id)
    for party in (initiator, responder):
        content += uuid(party.user_id) + uuid(party.device_id)
    return sha256(content + b"\x02" + kem_key + u8(1))


def initiate(
    tenant_id: str, own: Party, own_private: bytes, peer: Party, device: Device, bundle: Bundle, now: int
) -> Session:
    """Begins a session with a device of a verified list. Raises UNVERIFIED_DEVICE, BAD_SIGNATURE, LOW_ORDER_KEY."""
    fits = bundle.device_id == device.device_id and bundle.registration_id == device.registration_id
    require(fits, "UNVERIFIED_DEVICE", "a bundle of another device")
    bundle.verify(tenant_id, peer.user_id, device.sign_key)
    ephemeral = random(32)
    shared, ciphertext = encapsulate(bundle.kem.public)
    signed = bundle.signed.public
    secrets = [dh(own_private, signed), dh(ephemeral, device.dh_key), dh(ephemeral, signed)]
    if bundle.one_time is not None:
        secrets.append(dh(ephemeral, bundle.one_time.public))
    secret, pq_secret = _shared([*secrets, shared])
    base_key = dh_public(ephemeral)
    pending = encode_initial(
        device.registration_id,
        base_key,
        bundle.signed.key_id,
        None if bundle.one_time is None else bundle.one_time.key_id,
        bundle.kem.key_id,
        bundle.kem.kind == KEM_LAST_RESORT,
        ciphertext,
    )
    session = Session(
        is_initiator=True,
        base_key=base_key,
        session_ad=_session_ad(tenant_id, own, peer, bundle.kem.public),
        created_at=now,
        used_at=now,
        root_key=secret,
        own_private=bytes(32),
        pending=pending,
        pq=pq_ratchet.begin(pq_secret, True, now),
    )
    start_sending(session, signed)
    return session


def accept(
    tenant_id: str,
    own: Party,
    own_private: bytes,
    registration_id: int,
    peer: Party,
    store: PreKeyStore,
    header: InitialHeader,
    now: int,
) -> tuple[Session, list[PreKey]]:
    """The session of a first message, and the one-time keys to delete once it has opened.

    Raises UNKNOWN_PREKEY, LOW_ORDER_KEY or REPLAYED.
    """
    require(header.registration_id == registration_id, "UNKNOWN_PREKEY", "for another registration")
    signed = store.find(SIGNED, header.signed_id)
    one_time = None if header.one_time_id is None else store.find(ONE_TIME, header.one_time_id)
    kem = store.find(KEM_LAST_RESORT if header.kem_is_last_resort else KEM_ONE_TIME, header.kem_id)
    base_key = header.base_key
    require_prime_order(base_key)
    secrets = [dh(signed.private, peer.dh_key), dh(own_private, base_key), dh(signed.private, base_key)]
    if one_time is not None:
        secrets.append(dh(one_time.private, base_key))
    secrets.append(decapsulate(kem.private, header.kem_ciphertext))
    secret, pq_secret = _shared(secrets)
    if header.kem_is_last_resort:
        store.record_last_resort(header.kem_id, header.signed_id, base_key)
    session = Session(
        is_initiator=False,
        base_key=base_key,
        session_ad=_session_ad(tenant_id, peer, own, kem.public()),
        created_at=now,
        used_at=now,
        root_key=secret,
        own_private=signed.private,
        pq=pq_ratchet.begin(pq_secret, False, now),
    )
    used = [key for key in (one_time, kem if kem.kind == KEM_ONE_TIME else None) if key is not None]
    return session, used
