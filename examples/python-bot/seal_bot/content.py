"""Kinds of content (PROTOCOL, _Kinds of content_): those that the bot reads and those that it writes."""

from __future__ import annotations

from dataclasses import dataclass

from wire import text, u8, u32, u53, uuid

from .errors import require
from .reader import Reader, read_all

TEXT, READ, POST, TIMER, DEVICE_LIST = 1, 2, 3, 7, 16
MAX_TEXT = 16_384
MIN_LIFETIME, MAX_LIFETIME = 30, 7_776_000


@dataclass(frozen=True)
class DeviceListClaim:
    """A device list as the sender knows it; without a hash where only its version was named."""

    user_id: str
    version: int
    hash: bytes | None


@dataclass(frozen=True)
class Content:
    """What a body says, as far as the bot acts on it; other kinds have none of the fields."""

    kind: int
    text: str | None = None
    timer: int | None = None
    claim: DeviceListClaim | None = None


def text_payload(said: str) -> bytes:
    return text(said)


def post_payload(said: str, lifetime: int) -> bytes:
    """A text that disappears after `lifetime` seconds: no reply, no mentions, no attachments."""
    return text(said) + u8(0) + u8(0) + u8(0) + u8(1) + u32(lifetime)


def read_payload(up_to: int, message_id: str) -> bytes:
    return u53(up_to) + uuid(message_id)


def device_list_payload(user_id: str, version: int, digest: bytes) -> bytes:
    return uuid(user_id) + u32(version) + digest


def decode_content(kind: int, payload: bytes) -> Content:
    """What a payload says. Raises MALFORMED where a kind that the bot reads was made wrongly."""
    if kind == TEXT:
        return Content(kind, text=read_all(payload, lambda reader: reader.text(MAX_TEXT)))
    if kind == POST:
        return Content(kind, text=read_all(payload, _read_post))
    if kind == TIMER:
        seconds = read_all(payload, lambda reader: reader.u32())
        require(seconds == 0 or MIN_LIFETIME <= seconds <= MAX_LIFETIME, "MALFORMED")
        return Content(kind, timer=seconds)
    if kind == DEVICE_LIST:
        claim = read_all(payload, lambda reader: DeviceListClaim(reader.uuid(), reader.u32(), reader.take(32)))
        return Content(kind, claim=claim)
    return Content(kind)


def _read_post(reader: Reader) -> str:
    said = reader.text(MAX_TEXT)
    reader.optional(lambda: (reader.u53(), reader.uuid()))
    reader.list(50, lambda: (reader.uuid(), reader.u32(), reader.u32()))
    attachments = reader.list(10, lambda: _skip_attachment(reader))
    lifetime = reader.optional(reader.u32)
    require(lifetime is None or MIN_LIFETIME <= lifetime <= MAX_LIFETIME, "MALFORMED")
    require(said != "" or len(attachments) > 0, "MALFORMED")
    return said


def _skip_attachment(reader: Reader) -> None:
    reader.uuid()
    require(reader.u8() <= 4, "MALFORMED")
    reader.take(64)
    reader.u53()
    reader.text(255)
    reader.text(127)
    for _ in range(3):
        reader.optional(reader.u32)
    reader.optional(lambda: reader.variable(128))
    reader.optional(lambda: reader.variable(12_288))
