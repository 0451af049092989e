"""Under which device lists messages are sent (PROTOCOL, _Which lists a message was sent under_)."""

from __future__ import annotations

from typing import Any

from wire import sha256

from .content import DEVICE_LIST, DeviceListClaim, device_list_payload
from .device_list import DeviceList
from .directory import Directory
from .envelope import Envelope
from .errors import REFUSALS, SealError
from .sending import Outbox
from .state import Conversation, Store

CLOCK_SLACK = 5 * 60_000


class ListWatch:
    """Notices that the server withholds a list from one of the two sides, and tells the other."""

    def __init__(self, store: Store, directory: Directory, outbox: Outbox) -> None:
        self.store = store
        self.directory = directory
        self.outbox = outbox

    def compare(
        self, conversation: Conversation, event: dict[str, Any], envelope: Envelope, sent_at: int
    ) -> None:
        """Compares the versions that an envelope names with those known here, the sender's and this account's."""
        own_id = self.store.account().user_id
        named = {own_id: envelope.recipient_version, event["senderUserId"]: envelope.sender_version}
        for user_id, version in named.items():
            known = self.directory.list_of(user_id)
            learned_at = self.store.state.peers[user_id].learned_at
            was_on_its_way = event["acceptedAt"] <= learned_at and sent_at <= learned_at + CLOCK_SLACK
            if version > known.version:
                self.take_claim(conversation, DeviceListClaim(user_id, version, None))
            elif version < known.version and not was_on_its_way:
                self._tell(conversation, event, known)

    def _tell(self, conversation: Conversation, event: dict[str, Any], known: DeviceList) -> None:
        """Tells both sides of the second message under an old list."""
        key = f"{event['senderDeviceId']} {known.user_id} {known.version}"
        conversation.stale[key] = conversation.stale.get(key, 0) + 1
        if conversation.stale[key] == 2:
            print(f"message {event['seq']} was sent under an old device list", flush=True)
            payload = device_list_payload(known.user_id, known.version, sha256(known.raw))
            self.outbox.put(conversation, DEVICE_LIST, payload)

    def take_claim(self, conversation: Conversation, claim: DeviceListClaim) -> None:
        """Sends nothing more here until the server shows the list that the other side knows, or a later one."""
        peer = self.store.state.peers.get(claim.user_id)
        if peer is None or claim.user_id not in (conversation.peer_id, self.store.account().user_id):
            return
        peer.claimed, peer.claimed_in = claim, conversation.conversation_id
        self.refresh(claim.user_id)
        self.directory.check_claim(peer)

    def refresh(self, user_id: str) -> None:
        """Fetches the list of a person that has changed; one that is refused is not taken."""
        try:
            self.directory.refresh([user_id])
        except SealError as error:
            if error.code not in REFUSALS:
                raise
            print(f"{error.code}: a device list was refused", flush=True)
