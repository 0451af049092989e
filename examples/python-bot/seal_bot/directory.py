"""People, their verified device lists, and DMs with them (PROTOCOL, _Device list_ and _Conversations_)."""

from __future__ import annotations

from typing import Any

from wire import sha256, text, uuid, uuid_text

from . import transcript
from .api import Api, unb64
from .chain import follow_chain
from .device_list import PQ_RATCHET, Device, DeviceList
from .errors import SealError, require
from .register import now_ms
from .sessions import PeerDevice, check_record
from .state import Conversation, Peer, Store


class Directory:
    """Asks the server about people and believes only what is signed."""

    def __init__(self, api: Api, store: Store) -> None:
        self.api = api
        self.store = store

    def refresh(self, user_ids: list[str]) -> None:
        """Fetches and verifies newer lists. Raises IDENTITY_CHANGED, DEVICE_LIST_REJECTED or BAD_SIGNATURE."""
        state, account = self.store.state, self.store.account()
        versions = [
            {"userId": each, "since": state.peers[each].known.decoded().version if each in state.peers else 0}
            for each in user_ids
        ]
        answer = self.api.query("devices.lists", {"users": versions})
        for each in answer["lists"]:
            user_id = each["userId"]
            require(user_id in user_ids, "DEVICE_LIST_REJECTED", "a list that was not asked for")
            chain = [(unb64(item["bytes"]), unb64(item["signature"])) for item in each["chain"]]
            peer = state.peers.get(user_id)
            expected = account.identity_key if user_id == account.user_id else None
            known = follow_chain(
                peer.known if peer else None, chain, account.tenant_id, user_id, expected
            )
            if known is None:
                continue
            if peer is None:
                state.peers[user_id] = Peer(known, now_ms())
            elif known.raw != peer.known.raw:
                peer.known, peer.learned_at = known, now_ms()
                self.check_claim(peer)

    def check_claim(self, peer: Peer) -> None:
        """Forgets a claim about the list once the list that the server shows is that one, or a later one."""
        claim, known = peer.claimed, peer.known.decoded()
        if claim is None:
            return
        is_that = known.version == claim.version and claim.hash in (None, sha256(known.raw))
        if known.version > claim.version or is_that:
            peer.claimed = peer.claimed_in = None

    def list_of(self, user_id: str) -> DeviceList:
        """The verified list of a person, fetched where none is known. Raises NOT_FOUND."""
        if user_id not in self.store.state.peers:
            self.refresh([user_id])
        peer = self.store.state.peers.get(user_id)
        if peer is None:
            raise SealError("NOT_FOUND", "a person without a device list")
        return peer.known.decoded()

    def device_of(self, user_id: str, device_id: str) -> Device:
        """A device on the person's list, which is fetched again where it is not. Raises UNVERIFIED_DEVICE."""
        device = self.list_of(user_id).find(device_id)
        if device is None:
            self.refresh([user_id])
            device = self.list_of(user_id).find(device_id)
        if device is None:
            raise SealError("UNVERIFIED_DEVICE")
        return device

    def record_of(self, user_id: str, device: Device) -> PeerDevice:
        """The record of a device, which is compared with the list. Raises IDENTITY_CHANGED, UNSUPPORTED_VERSION."""
        require(device.capabilities & PQ_RATCHET != 0, "UNSUPPORTED_VERSION", "a device without the ratchet")
        identity_key = self.list_of(user_id).certificate.identity_key
        record = self.store.state.devices.setdefault(
            device.device_id, PeerDevice(user_id, device.device_id, device.dh_key, identity_key)
        )
        require(record.user_id == user_id, "UNVERIFIED_DEVICE", "a device of another person")
        check_record(record, device, identity_key)
        return record

    def find_person(self, username: str) -> str:
        """The user id of a name; the person's own signed list has to say the name. Raises NOT_FOUND."""
        found = self.api.query("users.search", {"query": username, "limit": 10})
        match = next((each for each in found if each["username"] == username), None)
        if match is None:
            raise SealError("NOT_FOUND", "nobody has that name")
        signed = self.list_of(match["userId"]).username
        require(signed == username, "DEVICE_LIST_REJECTED", "the list says another name")
        return str(match["userId"])

    def dm_id(self, peer_id: str) -> str:
        """The id of the DM with a person, which follows from both."""
        account = self.store.account()
        low, high = sorted((uuid(account.user_id), uuid(peer_id)))
        digest = bytearray(sha256(text("SealChat_v1_DmId") + uuid(account.tenant_id) + low + high)[:16])
        digest[6] = digest[6] & 0x0F | 0x40
        digest[8] = digest[8] & 0x3F | 0x80
        return uuid_text(bytes(digest))

    def open_dm(self, peer_id: str) -> Conversation:
        """The DM with a person, opened where there is none."""
        return self.learn(self.api.mutate("conversations.openDm", {"userId": peer_id}), peer_id)

    def conversation(self, conversation_id: str) -> Conversation:
        """A DM that the server named. Raises CONVERSATION_REJECTED for anything but a DM of this account's."""
        known = self.store.state.conversations.get(conversation_id)
        if known is not None:
            return known
        return self.learn(self.api.query("conversations.get", {"conversationId": conversation_id}))

    def learn(self, answer: dict[str, Any], peer_id: str | None = None) -> Conversation:
        """Checks a conversation of the server's and keeps it; `peer_id` is who was asked for."""
        own_id = self.store.account().user_id
        members = [each["userId"] for each in answer["members"]]
        others = [each for each in members if each != own_id]
        is_dm = answer["kind"] == "dm" and len(members) == 2 and len(others) == 1
        require(is_dm and peer_id in (None, others[0]), "CONVERSATION_REJECTED")
        conversation_id = answer["conversationId"]
        require(conversation_id == self.dm_id(others[0]), "CONVERSATION_REJECTED", "another id")
        begun = transcript.begin(self.store.account().tenant_id, conversation_id)
        return self.store.state.conversations.setdefault(
            conversation_id, Conversation(conversation_id, others[0], begun)
        )
