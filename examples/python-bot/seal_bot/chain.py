"""Follows the chain of an account's device lists (PROTOCOL, _Device list_)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .device_list import DeviceList, decode_list, require_continues, verify_list
from .errors import require


@dataclass
class KnownList:
    """The newest list that was verified, and the devices that are known to have left."""

    raw: bytes
    removed: list[str] = field(default_factory=list)

    def decoded(self) -> DeviceList:
        return decode_list(self.raw)


def follow_chain(
    known: KnownList | None,
    chain: list[tuple[bytes, bytes]],
    tenant_id: str,
    user_id: str,
    identity_key: bytes | None = None,
) -> KnownList | None:
    """The newest list of `chain` (bytes and signature each), if it leads on from the known one.

    Raises IDENTITY_CHANGED where `identity_key`, or that of the known list, is not the chain's; BAD_SIGNATURE;
    DEVICE_LIST_REJECTED for another account, a gap, a fork and an end before the known list.
    """
    last = None if known is None else known.decoded()
    removed = set() if known is None else set(known.removed)
    previous: DeviceList | None = None
    for raw, signature in chain:
        found = verify_list(raw, signature)
        same_account = (found.tenant_id, found.user_id) == (tenant_id, user_id)
        require(same_account, "DEVICE_LIST_REJECTED", "a list of another account")
        expected = identity_key if last is None else last.certificate.identity_key
        require(expected in (None, found.certificate.identity_key), "IDENTITY_CHANGED")
        if previous is not None:
            require_continues(previous, found, removed)
            removed |= {each.device_id for each in previous.devices if found.find(each.device_id) is None}
        elif last is not None and found.version == last.version + 1:
            require_continues(last, found, removed)
            removed |= {each.device_id for each in last.devices if found.find(each.device_id) is None}
        elif last is not None:
            require(found.version <= last.version, "DEVICE_LIST_REJECTED", "a gap")
        if last is not None and found.version == last.version:
            require(found.raw == last.raw, "DEVICE_LIST_REJECTED", "another list of a known version")
        previous = found
    if previous is None:
        return known
    require(last is None or previous.version >= last.version, "DEVICE_LIST_REJECTED", "it ends before the known one")
    return KnownList(previous.raw, sorted(removed))
