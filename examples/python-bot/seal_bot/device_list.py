"""Certificates and device lists (PROTOCOL, _Certificate_ and _Device list_): made, read and verified."""

from __future__ import annotations

from dataclasses import dataclass

from wire import sha256, text, u8, u32, u53, uuid, variable

from .curves import verify_labeled
from .errors import require
from .reader import Reader, read_all

CERTIFICATE_LABEL = "SealChat_v1_AccountKey"
LIST_LABEL = "SealChat_v2_DeviceList"
ZEROS = bytes(32)
PQ_RATCHET = 1
"""The bit of a device's capabilities that says it has the post-quantum ratchet."""


@dataclass(frozen=True)
class Certificate:
    """What makes an account key the account's."""

    raw: bytes
    tenant_id: str
    user_id: str
    identity_key: bytes
    number: int
    account_key: bytes
    previous_hash: bytes


@dataclass(frozen=True)
class Device:
    """A device as a list has it."""

    device_id: str
    dh_key: bytes
    sign_key: bytes
    registration_id: int
    capabilities: int
    added_in: int


@dataclass(frozen=True)
class DeviceList:
    """A verified device list; `raw` are the bytes that were signed."""

    raw: bytes
    tenant_id: str
    user_id: str
    username: str | None
    certificate: Certificate
    certificate_signature: bytes
    version: int
    previous_hash: bytes
    issued_at: int
    author: str
    archive_epoch: int
    labels: bytes
    vault_version: int
    vault_hash: bytes
    devices: tuple[Device, ...]

    def find(self, device_id: str) -> Device | None:
        """The device with that id, if it is on the list."""
        return next((each for each in self.devices if each.device_id == device_id), None)


def encode_certificate(tenant_id: str, user_id: str, identity_key: bytes, account_key: bytes) -> bytes:
    """The first certificate of an account."""
    ids = uuid(tenant_id) + uuid(user_id)
    return u8(1) + ids + identity_key + u32(1) + account_key + ZEROS


def decode_certificate(raw: bytes) -> Certificate:
    def read(reader: Reader) -> Certificate:
        require(reader.u8() == 1, "UNSUPPORTED_VERSION")
        return Certificate(
            raw, reader.uuid(), reader.uuid(), reader.take(32), reader.u32(), reader.take(32), reader.take(32)
        )

    certificate = read_all(raw, read)
    require(certificate.number >= 1, "MALFORMED")
    require((certificate.number == 1) == (certificate.previous_hash == ZEROS), "MALFORMED")
    return certificate


def encode_list(
    *,
    tenant_id: str,
    user_id: str,
    username: str | None,
    certificate: bytes,
    certificate_signature: bytes,
    version: int,
    previous_hash: bytes,
    issued_at: int,
    author: str,
    archive_epoch: int,
    labels: bytes,
    vault_version: int,
    vault_hash: bytes,
    devices: list[Device],
) -> bytes:
    """The bytes of a list, for the account key to sign."""
    content = u8(2) + uuid(tenant_id) + uuid(user_id)
    content += u8(0) if username is None else u8(1) + text(username)
    content += variable(certificate) + certificate_signature
    content += u32(version) + previous_hash + u53(issued_at) + uuid(author) + u32(archive_epoch) + variable(labels)
    content += u32(vault_version) + vault_hash + u8(len(devices))
    for each in sorted(devices, key=lambda device: uuid(device.device_id)):
        content += uuid(each.device_id) + each.dh_key + each.sign_key
        content += u32(each.registration_id) + u32(each.capabilities) + u32(each.added_in)
    return content


def decode_list(raw: bytes) -> DeviceList:
    """Reads a list without verifying its signatures. Raises MALFORMED or UNSUPPORTED_VERSION."""
    require(len(raw) <= 5120, "MALFORMED")

    def read_device(reader: Reader) -> Device:
        return Device(reader.uuid(), reader.take(32), reader.take(32), reader.u32(), reader.u32(), reader.u32())

    def read(reader: Reader) -> DeviceList:
        require(reader.u8() == 2, "UNSUPPORTED_VERSION")
        return DeviceList(
            raw,
            reader.uuid(),
            reader.uuid(),
            reader.optional(lambda: reader.text(128)),
            decode_certificate(reader.variable(256)),
            reader.take(64),
            reader.u32(),
            reader.take(32),
            reader.u53(),
            reader.uuid(),
            reader.u32(),
            reader.variable(2304),
            reader.u32(),
            reader.take(32),
            tuple(reader.list(20, lambda: read_device(reader))),
        )

    found = read_all(raw, read)
    ids = [uuid(each.device_id) for each in found.devices]
    require(len(ids) >= 1 and all(a < b for a, b in zip(ids, ids[1:])), "MALFORMED", "devices out of order")
    require(found.version >= 1 and (found.version == 1) == (found.previous_hash == ZEROS), "MALFORMED")
    require(all(each.registration_id > 0 for each in found.devices), "MALFORMED")
    return found


def verify_list(raw: bytes, signature: bytes) -> DeviceList:
    """Checks that a list is valid on its own. Raises BAD_SIGNATURE or DEVICE_LIST_REJECTED."""
    found = decode_list(raw)
    certificate = found.certificate
    verify_labeled(certificate.identity_key, CERTIFICATE_LABEL, certificate.raw, found.certificate_signature)
    verify_labeled(certificate.account_key, LIST_LABEL, raw, signature)
    same_account = (certificate.tenant_id, certificate.user_id) == (found.tenant_id, found.user_id)
    require(same_account, "DEVICE_LIST_REJECTED", "a certificate of another account")
    has_hash = found.vault_hash != ZEROS
    require((found.vault_version > 0) == has_hash, "DEVICE_LIST_REJECTED", "a vault without version or hash")
    require(all(1 <= each.added_in <= found.version for each in found.devices), "DEVICE_LIST_REJECTED")
    keys = [certificate.identity_key, certificate.account_key]
    keys += [key for each in found.devices for key in (each.dh_key, each.sign_key)]
    require(len(set(keys)) == len(keys), "DEVICE_LIST_REJECTED", "a key that occurs twice")
    return found


def _replaces(after: Certificate, before: Certificate) -> bool:
    return (
        after.number == before.number + 1
        and after.previous_hash == sha256(before.raw)
        and after.account_key != before.account_key
    )


def require_continues(before: DeviceList, after: DeviceList, removed: set[str]) -> None:
    """Checks that `after` continues `before`; `removed` are the devices known to have left.

    Raises IDENTITY_CHANGED or DEVICE_LIST_REJECTED.
    """
    require(after.certificate.identity_key == before.certificate.identity_key, "IDENTITY_CHANGED")
    same_account = (after.tenant_id, after.user_id) == (before.tenant_id, before.user_id)
    follows = after.version == before.version + 1 and after.previous_hash == sha256(before.raw)
    require(same_account and follows, "DEVICE_LIST_REJECTED", "it does not follow the known one")
    certified = after.certificate.raw == before.certificate.raw or _replaces(after.certificate, before.certificate)
    require(certified, "DEVICE_LIST_REJECTED", "its certificate does not follow the known one")
    same_vault = after.vault_hash == before.vault_hash
    step = after.vault_version - before.vault_version
    require(step == (0 if same_vault else 1), "DEVICE_LIST_REJECTED", "its vault does not follow the known one")
    stays_behind = same_vault and after.vault_version > 0 and after.certificate.raw != before.certificate.raw
    require(not stays_behind, "DEVICE_LIST_REJECTED", "its vault opens the account key before")
    for each in after.devices:
        known = before.find(each.device_id)
        fine = each == known if known else each.added_in == after.version and each.device_id not in removed
        require(fine, "DEVICE_LIST_REJECTED", "a device that was changed or came back")
    author_known = before.find(after.author) is not None or after.find(after.author) is not None
    require(author_known, "DEVICE_LIST_REJECTED", "its author is unknown")
    changed = (
        after.username != before.username
        or after.certificate.raw != before.certificate.raw
        or after.vault_version != before.vault_version
        or after.devices != before.devices
    )
    require(changed, "DEVICE_LIST_REJECTED", "it changes nothing")
