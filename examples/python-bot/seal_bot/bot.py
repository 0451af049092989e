"""The bot: one device that follows its mailbox and answers."""

from __future__ import annotations

import time
from typing import Callable

from .api import Api
from .connection import Subscription
from .content import POST, TEXT, post_payload, text_payload
from .directory import Directory
from .errors import SealError
from .receiving import Incoming, Inbox
from .register import register, renew
from .rollback import check_rollback
from .sending import Outbox
from .state import Conversation, Store
from .stock import keep_stock

#: What another connection cures.
PASSING = {"OFFLINE", "UNAVAILABLE", "SESSION_EXPIRED", "NOT_SIGNED_IN", "TOO_MANY_CONNECTIONS"}
STOCK_EVERY_S = 3_600


class Bot:
    """Signs up or in, and answers every text by `reply`: a text, or None for no answer."""

    def __init__(self, store: Store, reply: Callable[[str], str | None]) -> None:
        self.store = store
        self.reply = reply
        self.api = Api(store.state.server, store.state.app_key)
        self.api.token = lambda: store.state.tokens.access if store.state.tokens else ""
        self.api.renew = lambda: renew(self.api, store)
        self.directory = Directory(self.api, store)
        self.outbox = Outbox(self.api, store, self.directory)
        self.inbox = Inbox(self.api, store, self.directory, self.outbox, self._answer)

    def begin(self, name: str, show_code: Callable[[str], None]) -> None:
        """Opens the account where there is none, and makes the device ready to receive."""
        register(self.api, self.store, name, show_code)
        if check_rollback(self.api, self.store):
            self.inbox.fill_to_the_end()
        keep_stock(self.api, self.store)

    def say(self, conversation: Conversation, said: str) -> None:
        """Puts a text into the outbox, with the conversation's lifetime; the caller commits."""
        if conversation.timer == 0:
            self.outbox.put(conversation, TEXT, text_payload(said))
        else:
            self.outbox.put(conversation, POST, post_payload(said, conversation.timer), conversation.timer)

    def greet(self, name: str, said: str) -> None:
        """Opens the DM with the person of that name and sends a text there."""
        conversation = self.directory.open_dm(self.directory.find_person(name))
        self.say(conversation, said)
        self.store.commit()
        self.outbox.flush()

    def _answer(self, incoming: Incoming) -> None:
        print(f"message {incoming.seq} from {self._name_of(incoming.conversation)}", flush=True)
        answer = self.reply(incoming.text)
        if answer is not None:
            self.say(incoming.conversation, answer)

    def _name_of(self, conversation: Conversation) -> str:
        return self.directory.list_of(conversation.peer_id).username or "a guest"

    def run(self) -> None:
        """Follows the mailbox until the process ends, over lost connections and restarts of the server."""
        wait_s = 0.25
        while True:
            try:
                self._follow(on_ready=lambda: print("ready", flush=True))
            except SealError as error:
                self.store.reload()
                if error.code not in PASSING:
                    raise
                if error.code in ("SESSION_EXPIRED", "NOT_SIGNED_IN"):
                    renew(self.api, self.store)
                print(f"{error.code}: connecting again", flush=True)
                time.sleep(wait_s)
                wait_s = min(wait_s * 2, 10)

    def _follow(self, on_ready: Callable[[], None]) -> None:
        tokens = self.store.state.tokens
        subscription = Subscription(
            self.store.state.server, self.store.state.app_key, tokens.access if tokens else "", self.store.state.position
        )
        try:
            self.outbox.flush()
            looked_at = time.monotonic()
            while True:
                events = subscription.next_events(timeout_s=1)
                for event in events:
                    if event["type"] == "caught-up":
                        on_ready()
                    if event["type"] == "prekeys-low" or time.monotonic() - looked_at > STOCK_EVERY_S:
                        keep_stock(self.api, self.store)
                        looked_at = time.monotonic()
                    self.inbox.take(event)
                if any("position" in event for event in events):
                    self.api.mutate("sync.ack", {"position": self.store.state.position})
                self.inbox.ask_for_unread()
                self.outbox.flush()
                self.inbox.fill_gaps()
        finally:
            subscription.close()
