"""Begins sessions with devices from the bundles that the server has of them (docs/API.md, `preKeys.claim`)."""

from __future__ import annotations

from typing import Any

from . import sessions
from .api import Api, unb64
from .device_list import Device
from .directory import Directory
from .errors import require
from .pqxdh import initiate
from .prekeys import KEM_LAST_RESORT, KEM_ONE_TIME, ONE_TIME, SIGNED, Bundle, PublicPreKey
from .register import now_ms
from .state import Store


def start_sessions(api: Api, store: Store, directory: Directory, user_id: str, devices: list[Device]) -> None:
    """Begins a session with each of the devices that has published prekeys."""
    account, now = store.account(), now_ms()
    given = {"userId": user_id, "deviceIds": [each.device_id for each in devices]}
    bundles = {each["deviceId"]: each for each in api.mutate("preKeys.claim", given)["bundles"]}
    for device in devices:
        if device.device_id not in bundles:
            continue
        record = directory.record_of(user_id, device)
        bundle = read_bundle(bundles[device.device_id])
        own = account.own()
        session = initiate(
            account.tenant_id, own.party, account.dh_private, record.party(), device, bundle, now
        )
        sessions.promote(record, session, now)


def read_bundle(answer: dict[str, Any]) -> Bundle:
    """A bundle of `preKeys.claim`, of which nothing was checked yet."""

    def key(kind: int, given: dict[str, Any], size: int) -> PublicPreKey:
        public = unb64(given["publicKey"])
        require(len(public) == size, "MALFORMED")
        return PublicPreKey(kind, given["keyId"], public, unb64(given["signature"]))

    one_time, kem = answer["oneTimePreKey"], answer["kemPreKey"]
    kem_kind = KEM_ONE_TIME if kem["kind"] == "kemOneTime" else KEM_LAST_RESORT
    return Bundle(
        answer["deviceId"],
        answer["registrationId"],
        key(SIGNED, answer["signedPreKey"], 32),
        None if one_time is None else key(ONE_TIME, one_time, 32),
        key(kem_kind, kem, 1184),
    )
