"""Names of the account's devices, sealed for them alone (PROTOCOL, _Names_ below _Device list_)."""

from __future__ import annotations

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from wire import box, hkdf, pad, text, u8, u32, u53, uuid

from .curves import random
from .errors import SealError
from .reader import Reader, read_all

Label = tuple[str, int, str]
MAX_LABELS = 20


def _key(tenant_id: str, user_id: str, archive_key: bytes, epoch: int) -> bytes:
    info = text("SealChat_v1_DeviceLabels") + uuid(tenant_id) + uuid(user_id) + u32(epoch)
    return hkdf(archive_key, bytes(32), info, 32)


def seal_labels(tenant_id: str, user_id: str, archive_key: bytes, epoch: int, labels: list[Label]) -> bytes:
    """The box with device id, time of adding (ms) and name of each device."""
    content = u8(len(labels)) + b"".join(uuid(device) + u53(added) + text(name) for device, added, name in labels)
    return box(_key(tenant_id, user_id, archive_key, epoch), random(24), pad(content))


def open_labels(tenant_id: str, user_id: str, archive_key: bytes, epoch: int, sealed: bytes) -> list[Label]:
    """The names; none where the box does not open, which is no reason to refuse a list."""

    def read(reader: Reader) -> list[Label]:
        return reader.list(MAX_LABELS, lambda: (reader.uuid(), reader.u53(), reader.text(64)))

    try:
        key = _key(tenant_id, user_id, archive_key, epoch)
        padded = SecretBox(key).decrypt(sealed[25:], sealed[1:25])
        return read_all(padded[4 : 4 + int.from_bytes(padded[:4], "big")], read)
    except (CryptoError, ValueError, SealError):
        return []
