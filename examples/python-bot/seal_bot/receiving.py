"""The way in: events of the mailbox, each with all that it changes in one commit (docs/API.md, _The mailbox_)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from wire import sha256

from . import sessions, transcript
from .api import Api, unb64
from .body import Body, open_body, read_key_message
from .content import DEVICE_LIST, READ, TIMER, Content, decode_content, device_list_payload, read_payload
from .directory import Directory
from .envelope import Envelope, decode_envelope
from .errors import SealError
from .register import now_ms
from .sending import NO_ENVELOPE, Outbox
from .state import Conversation, Store, Unread
from .transcript import Entry, Said

PAGE = 100

#: What the cryptography refuses: kept with the message. Anything else stops the bot before it acknowledges.
REFUSALS = {
    "BAD_SIGNATURE",
    "BODY_MISMATCH",
    "IDENTITY_CHANGED",
    "LOW_ORDER_KEY",
    "MALFORMED",
    "NO_SESSION",
    "REPLAYED",
    "TOO_FAR_AHEAD",
    "TOO_LARGE",
    "UNDECRYPTABLE",
    "UNKNOWN_PREKEY",
    "UNSUPPORTED_VERSION",
    "UNVERIFIED_DEVICE",
    "DEVICE_LIST_REJECTED",
}


@dataclass(frozen=True)
class Incoming:
    """A text of another person, for the program that runs the bot."""

    conversation: Conversation
    seq: int
    text: str


@dataclass(frozen=True)
class Opened:
    """What was in an envelope and its body."""

    envelope: Envelope
    body_hash: bytes
    body: Body | None
    content: Content | None


class Inbox:
    """Takes events. `on_text` may put answers into the outbox: they are committed with the message."""

    def __init__(
        self, api: Api, store: Store, directory: Directory, outbox: Outbox, on_text: Callable[[Incoming], None]
    ) -> None:
        self.api = api
        self.store = store
        self.directory = directory
        self.outbox = outbox
        self.on_text = on_text

    def take(self, event: dict[str, Any]) -> None:
        """Takes an event and commits what it changed. One of the mailbox that was taken before changes nothing."""
        position = event.get("position")
        if position is not None and position <= self.store.state.position:
            return
        if event["type"] == "message":
            self._take_message(event)
        elif event["type"] == "retry-request":
            self._answer_retry(event)
        elif event["type"] == "device-list" and event["userId"] in self.store.state.peers:
            self.directory.refresh([event["userId"]])
        if position is not None:
            self.store.state.position = position
            self.store.commit()

    def _answer_retry(self, event: dict[str, Any]) -> None:
        try:
            done = self.outbox.answer_retry(
                event["conversationId"], event["seq"], event["userId"], event["deviceId"]
            )
        except SealError as error:
            if error.code not in REFUSALS | {"NOT_FOUND", "FORBIDDEN", "NOT_A_MEMBER"}:
                raise
            done = False
        print(f"message {event['seq']} {'sent' if done else 'not sent'} again", flush=True)

    def _take_message(self, event: dict[str, Any]) -> None:
        try:
            conversation = self.directory.conversation(event["conversationId"])
        except SealError as error:
            if error.code not in ("CONVERSATION_REJECTED", "NOT_FOUND", "NOT_A_MEMBER"):
                raise
            print(f"{error.code}: a message of no conversation of this account's", flush=True)
            return
        if event["senderDeviceId"] == self.store.account().device_id:
            # What this device has sent itself and forgot.
            self._count(conversation, event, stored_hash(event), None)
            return
        again = next((each for each in conversation.unread if each.seq == event["seq"]), None)
        if again is not None:
            self._open_again(conversation, again, event)
            return
        if event["seq"] <= conversation.transcript.up_to or event["seq"] in conversation.transcript.waiting:
            return
        try:
            opened = self._open(conversation, event)
        except SealError as error:
            if error.code not in REFUSALS | {"DUPLICATE_MESSAGE"}:
                raise
            print(f"{error.code}: message {event['seq']} could not be opened", flush=True)
            conversation.unread.append(Unread(event["seq"], event["messageId"], unb64(event["body"])))
            self._count(conversation, event, stored_hash(event), None)
            return
        self._count(conversation, event, opened.body_hash, opened.body)
        self._apply(conversation, event, opened)

    def _open(self, conversation: Conversation, event: dict[str, Any]) -> Opened:
        """Opens envelope and body. Everything that is fetched is fetched before the ratchet moves."""
        account, state = self.store.account(), self.store.state
        sender, sealed = event["senderUserId"], unb64(event["envelope"])
        if sender not in (conversation.peer_id, account.user_id) or sealed == NO_ENVELOPE:
            raise SealError("UNVERIFIED_DEVICE" if sealed != NO_ENVELOPE else "NO_SESSION")
        envelope = decode_envelope(sealed)
        device = self.directory.device_of(sender, event["senderDeviceId"])
        if envelope.sender_version > self.directory.list_of(sender).version:
            self.directory.refresh([sender])
        record = self.directory.record_of(sender, device)
        key_message = sessions.decrypt(
            record, state.prekeys, account.own(), envelope, conversation.conversation_id, now_ms()
        )
        _, body_hash = read_key_message(key_message)
        if event["body"] == "":
            return Opened(envelope, body_hash, None, None)
        body = open_body(unb64(event["body"]), key_message, event["messageId"], event["conversationId"])
        return Opened(envelope, body_hash, body, decode_content(body.kind, body.payload))

    def _open_again(self, conversation: Conversation, unread: Unread, event: dict[str, Any]) -> None:
        """A new envelope for a message that could not be opened."""
        try:
            opened = self._open(conversation, event)
        except SealError as error:
            if error.code not in REFUSALS | {"DUPLICATE_MESSAGE"}:
                raise
            return
        conversation.unread.remove(unread)
        if opened.body is not None:
            transcript.heal(conversation.transcript, unread.seq, opened.body.counter)
        self._apply(conversation, event, opened)

    def _count(
        self, conversation: Conversation, event: dict[str, Any], body_hash: bytes, body: Body | None
    ) -> None:
        seq, device_id = event["seq"], event["senderDeviceId"]
        claim = None if body is None else body.claim
        said = None if device_id == self.store.account().device_id else Said(
            seq,
            device_id,
            None if claim is None else claim.seq,
            None if claim is None else claim.hash,
            None if body is None else body.counter,
            None if body is None else body.accepted,
        )
        entry = Entry(event["messageId"], event["senderUserId"], device_id, body_hash)
        for problem in transcript.add(conversation.transcript, seq, entry, said):
            print(problem, flush=True)

    def _apply(self, conversation: Conversation, event: dict[str, Any], opened: Opened) -> None:
        content, is_peer = opened.content, event["senderUserId"] == conversation.peer_id
        self._compare_lists(conversation, event, opened.envelope)
        if content is None:
            return
        if content.kind == TIMER and content.timer is not None:
            conversation.timer = content.timer
        elif content.kind == DEVICE_LIST and content.claim is not None:
            self._take_claim(conversation, content)
        elif content.text is not None and is_peer:
            self.on_text(Incoming(conversation, event["seq"], content.text))
            self.outbox.put(conversation, READ, read_payload(event["seq"], event["messageId"]))

    def _take_claim(self, conversation: Conversation, content: Content) -> None:
        """The other side knows a list of one of the two: nothing is sent until the server shows it, or a later one."""
        claim = content.claim
        assert claim is not None
        peer = self.store.state.peers.get(claim.user_id)
        if peer is None or claim.user_id not in (conversation.peer_id, self.store.account().user_id):
            return
        peer.claimed, peer.claimed_in = claim, conversation.conversation_id
        self.directory.refresh([claim.user_id])
        self.directory.check_claim(peer)

    def _compare_lists(self, conversation: Conversation, event: dict[str, Any], envelope: Envelope) -> None:
        """A second message under an older list than this device knows is told to both sides."""
        own_id = self.store.account().user_id
        sender = self.directory.list_of(event["senderUserId"])
        own = self.directory.list_of(own_id)
        for known, version in ((sender, envelope.sender_version), (own, envelope.recipient_version)):
            key = f"{event['senderDeviceId']} {known.user_id}"
            if version >= known.version:
                conversation.stale.pop(key, None)
                continue
            conversation.stale[key] = conversation.stale.get(key, 0) + 1
            if conversation.stale[key] == 2:
                print(f"message {event['seq']} was sent under an old device list", flush=True)
                payload = device_list_payload(known.user_id, known.version, sha256(known.raw))
                self.outbox.put(conversation, DEVICE_LIST, payload)

    def ask_for_unread(self) -> None:
        """Asks the senders of what could not be opened, once for each message."""
        for conversation in self.store.state.conversations.values():
            for unread in [each for each in conversation.unread if not each.asked]:
                given = {"conversationId": conversation.conversation_id, "seq": unread.seq}
                try:
                    self.api.mutate("messages.requestRetry", given)
                except SealError as error:
                    if error.code in ("OFFLINE", "UNAVAILABLE"):
                        raise
                unread.asked = True
                self.store.commit()

    def fill_gaps(self) -> None:
        """Asks for places for which nothing came."""
        for conversation in self.store.state.conversations.values():
            self._fill(conversation, 0)

    def fill_to_the_end(self) -> None:
        """Asks for everything that the server has and a state that was rolled back has not."""
        for conversation in self.store.state.conversations.values():
            given = {"conversationId": conversation.conversation_id}
            self._fill(conversation, self.api.query("conversations.get", given)["lastSeq"])

    def _fill(self, conversation: Conversation, last_seq: int) -> None:
        missing = transcript.gap(conversation.transcript, last_seq)
        before: int | None = None
        while missing is not None:
            first, last = missing
            before = last + 1 if before is None else before
            given = {"conversationId": conversation.conversation_id, "before": before, "limit": PAGE}
            found = self.api.query("messages.history", given)["messages"]
            wanted = [event for event in found if first <= event["seq"] <= last]
            for event in wanted:
                self._take_message({**event, "envelope": event["envelope"] or ""})
            self.store.commit()
            missing = transcript.gap(conversation.transcript, last_seq)
            before = min((event["seq"] for event in wanted), default=first)
            if missing is not None and before <= first:
                print(f"the server holds back message {missing[0]}", flush=True)
                return


def stored_hash(event: dict[str, Any]) -> bytes:
    """The hash of the body that the server has, or had."""
    return unb64(event["bodyHash"]) if event.get("bodyHash") else sha256(unb64(event["body"]))
