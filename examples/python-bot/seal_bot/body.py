"""Sealed bodies and key messages (PROTOCOL, _Sealed body_)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from wire import box, context, pad, sha256, u8, u53, uuid, variable

from .curves import random
from .errors import SealError, require
from .reader import Reader, read_all

MAX_SEALED = 65_536


@dataclass(frozen=True)
class Claim:
    """What a sender says of the transcript: everything up to `seq` is there, and this is its hash."""

    seq: int
    hash: bytes


@dataclass(frozen=True)
class Body:
    """A body; `accepted` is the counter of its device's last body that the server had accepted."""

    message_id: str
    conversation_id: str
    sent_at: int
    counter: int
    kind: int
    payload: bytes
    claim: Claim | None
    accepted: int


def _commitment(content_key: bytes) -> bytes:
    return sha256(b"SealChat_v1_BodyKey" + content_key)


def seal(body: Body) -> tuple[bytes, bytes]:
    """The sealed body, and the key message that each device gets."""
    fields: dict[int, bytes] = {}
    if body.claim is not None:
        fields |= {1: u53(body.claim.seq) + body.claim.hash[:16], 3: body.claim.hash[16:]}
    if body.accepted != body.counter - 1:
        fields[4] = u53(body.accepted)
    content = u8(2) + uuid(body.message_id) + uuid(body.conversation_id) + u53(body.sent_at) + u53(body.counter)
    content += u8(body.kind) + variable(body.payload) + context(fields)
    content_key = random(32)
    boxed = box(content_key, random(24), pad(content))
    sealed = boxed[:1] + _commitment(content_key) + boxed[1:]
    require(len(sealed) <= MAX_SEALED, "TOO_LARGE")
    return sealed, u8(1) + content_key + sha256(sealed)


def read_key_message(key_message: bytes) -> tuple[bytes, bytes]:
    """The content key and the body's hash."""

    def read(reader: Reader) -> tuple[bytes, bytes]:
        require(reader.u8() == 1, "UNSUPPORTED_VERSION")
        return reader.take(32), reader.take(32)

    return read_all(key_message, read)


def open_body(sealed: bytes, key_message: bytes, message_id: str, conversation_id: str) -> Body:
    """The body of a message. Raises BODY_MISMATCH, MALFORMED or UNSUPPORTED_VERSION."""
    content_key, body_hash = read_key_message(key_message)
    require(hmac.compare_digest(sha256(sealed), body_hash), "BODY_MISMATCH", "another body was stored")
    require(len(sealed) >= 73 and sealed[0] == 1, "BODY_MISMATCH")
    require(hmac.compare_digest(sealed[1:33], _commitment(content_key)), "BODY_MISMATCH", "a wrong commitment")
    try:
        padded = SecretBox(content_key).decrypt(sealed[57:], sealed[33:57])
    except CryptoError:
        raise SealError("BODY_MISMATCH") from None
    body = read_all(_unpad(padded), _read_body)
    require((body.message_id, body.conversation_id) == (message_id, conversation_id), "BODY_MISMATCH", "other ids")
    return body


def _unpad(padded: bytes) -> bytes:
    require(len(padded) >= 4, "MALFORMED")
    content = padded[4 : 4 + int.from_bytes(padded[:4], "big")]
    require(pad(content) == padded, "MALFORMED", "padding of another length")
    return content


def _read_body(reader: Reader) -> Body:
    require(reader.u8() == 2, "UNSUPPORTED_VERSION")
    ids = reader.uuid(), reader.uuid()
    sent_at, counter = reader.u53(), reader.u53()
    kind, payload = reader.u8(), reader.variable(MAX_SEALED)
    fields = reader.list(16, lambda: (reader.u8(), reader.variable(256)))
    kinds = [each for each, _ in fields]
    require(all(a < b for a, b in zip([0, *kinds], kinds)), "MALFORMED", "a context out of order")
    require(counter >= 1 and kind != 0, "MALFORMED")
    claim, accepted = _read_context(dict(fields), counter)
    return Body(*ids, sent_at, counter, kind, payload, claim, accepted)


def _read_context(fields: dict[int, bytes], counter: int) -> tuple[Claim | None, int]:
    for kind, size in ((1, 24), (3, 16), (4, 8)):
        require(kind not in fields or len(fields[kind]) == size, "MALFORMED")
    require((1 in fields) == (3 in fields), "MALFORMED", "one half of a hash")
    claim = None
    if 1 in fields:
        claim = Claim(read_all(fields[1][:8], lambda reader: reader.u53()), fields[1][8:] + fields[3])
    accepted = counter - 1
    if 4 in fields:
        accepted = read_all(fields[4], lambda reader: reader.u53())
        require(accepted < counter, "MALFORMED", "an earlier counter that is not lower")
    return claim, accepted
