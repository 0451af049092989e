"""Envelopes (PROTOCOL, _Double Ratchet_): read and written to the byte."""

from __future__ import annotations

from dataclasses import dataclass

from wire import u8, u32, variable

from .errors import require
from .pq_ratchet import ANSWER, OFFER, PqHeader
from .reader import Reader

VERSION = 2
PAYLOAD_SIZES = {0: 0, OFFER: 1184, ANSWER: 1088}
MAX_ENVELOPE, MAX_NUMBER = 4096, 2**31 - 1


@dataclass(frozen=True)
class InitialHeader:
    """What PQXDH's initiator tells the responder; `raw` is its encoding."""

    raw: bytes
    registration_id: int
    base_key: bytes
    signed_id: int
    one_time_id: int | None
    kem_id: int
    kem_is_last_resort: bool
    kem_ciphertext: bytes


@dataclass(frozen=True)
class Envelope:
    """A decoded envelope; `header` is the part that goes into the key, as it came."""

    header: bytes
    sender_version: int
    recipient_version: int
    initial: InitialHeader | None
    ratchet_key: bytes
    previous: int
    number: int
    pq: PqHeader
    commitment: bytes
    nonce: bytes
    ciphertext: bytes


def encode_initial(
    registration_id: int,
    base_key: bytes,
    signed_id: int,
    one_time_id: int | None,
    kem_id: int,
    kem_is_last_resort: bool,
    ciphertext: bytes,
) -> bytes:
    one_time = u8(0) if one_time_id is None else u8(1) + u32(one_time_id)
    return (
        u32(registration_id) + base_key + u32(signed_id) + one_time + u32(kem_id) + u8(int(kem_is_last_resort))
    ) + ciphertext


def encode_header(
    sender_version: int,
    recipient_version: int,
    initial: bytes | None,
    ratchet_key: bytes,
    previous: int,
    number: int,
    pq: PqHeader,
) -> bytes:
    """The header of an envelope of version 2, the one with the post-quantum ratchet."""
    content = u8(VERSION) + u32(sender_version) + u32(recipient_version)
    content += u8(0) if initial is None else u8(1) + initial
    content += ratchet_key + u32(previous) + u32(number)
    return content + u8(pq.kind) + u32(pq.epoch) + u32(pq.number) + pq.payload


def encode_tail(commitment: bytes, nonce: bytes, ciphertext: bytes) -> bytes:
    return commitment + nonce + variable(ciphertext)


def decode_initial(reader: Reader) -> InitialHeader:
    start = reader.at
    fields = (
        reader.u32(),
        reader.take(32),
        reader.u32(),
        reader.optional(reader.u32),
        reader.u32(),
        reader.flag(),
        reader.take(1088),
    )
    return InitialHeader(reader.data[start : reader.at], *fields)


def decode_envelope(data: bytes) -> Envelope:
    """Reads an envelope. Raises MALFORMED, UNSUPPORTED_VERSION or TOO_LARGE."""
    require(len(data) <= MAX_ENVELOPE, "TOO_LARGE")
    reader = Reader(data)
    require(reader.u8() == VERSION, "UNSUPPORTED_VERSION")
    sender_version, recipient_version = reader.u32(), reader.u32()
    initial = decode_initial(reader) if reader.flag() else None
    ratchet_key, previous, number = reader.take(32), reader.u32(), reader.u32()
    kind, epoch, epoch_number = reader.u8(), reader.u32(), reader.u32()
    require(kind in PAYLOAD_SIZES, "MALFORMED")
    pq = PqHeader(kind, epoch, epoch_number, reader.take(PAYLOAD_SIZES[kind]))
    require(initial is None or (kind == 0 and epoch == 0), "MALFORMED")
    require(max(previous, number, epoch_number) <= MAX_NUMBER, "MALFORMED")
    header = data[: reader.at]
    tail = (reader.take(32), reader.take(24), reader.variable(MAX_ENVELOPE))
    reader.end()
    return Envelope(
        header, sender_version, recipient_version, initial, ratchet_key, previous, number, pq, *tail
    )
