import type { StoredAnswer, StoredRow } from '@seal-chat/protocol/api';
import { h } from './element.ts';

const POLL_MS = 1_000;

/** The third pane: what the server has of a conversation, read again every second while the page is looked at. */
export class StoredPane {
  readonly element: HTMLElement;
  readonly #count = h('p', { class: 'count' });
  readonly #messages = h('ol', {
    class: 'rows',
    attributes: { tabindex: '0', 'aria-label': 'Rows of the table of messages' },
  });
  readonly #mailboxTitle = h('h3', { text: 'Key envelopes waiting' });
  readonly #mailbox = h('ol', { class: 'rows small' });
  #seen = 0;
  #shown = '';

  constructor() {
    this.element = h(
      'section',
      { class: 'pane stored', attributes: { 'aria-label': 'What the server has' } },
      h(
        'header',
        {},
        h('h2', { text: 'What the server has' }),
        h('p', {
          text: 'Read from its database every second: who, when, how many bytes, and the bytes themselves, which only Alice’s and Bob’s devices can open. Notices that something was read are rows like any other.',
        }),
      ),
      this.#count,
      this.#messages,
      h(
        'div',
        { class: 'mailbox' },
        this.#mailboxTitle,
        h('p', { class: 'note', text: 'One for each device that has not fetched a message yet; deleted once it has.' }),
        this.#mailbox,
      ),
    );
    this.#mailbox.parentElement!.hidden = true;
    this.#count.textContent = 'Nothing yet. Write something.';
  }

  /** Shows `conversationId` from now on; `names` says who is behind a user id. */
  watch(conversationId: string, names: ReadonlyMap<string, string>): void {
    const url = `/demo/stored?conversation=${encodeURIComponent(conversationId)}`;
    const poll = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await this.#load(url, names).catch(() => undefined);
      setTimeout(() => void poll(), POLL_MS);
    };
    void poll();
  }

  async #load(url: string, names: ReadonlyMap<string, string>): Promise<void> {
    const response = await fetch(url);
    if (!response.ok) return;
    const text = await response.text();
    if (text === this.#shown) return;
    this.#shown = text;
    this.#show(JSON.parse(text) as StoredAnswer, names);
  }

  #show(stored: StoredAnswer, names: ReadonlyMap<string, string>): void {
    const { messages, mailbox, totals } = stored;
    this.#count.textContent = `${totals.messages} ${totals.messages === 1 ? 'row' : 'rows'} in “messages”, newest first`;
    this.#messages.replaceChildren(...messages.map((message) => this.#messageRow(message, names)));
    this.#seen = Math.max(this.#seen, ...messages.map((message) => message.seq));
    this.#mailbox.parentElement!.hidden = mailbox.length === 0;
    this.#mailboxTitle.textContent = `Key envelopes waiting: ${totals.envelopes}`;
    this.#mailbox.replaceChildren(
      ...mailbox.map((envelope) =>
        h(
          'li',
          {},
          facts([
            ['for device', envelope.deviceId.slice(0, 8)],
            ['of message', String(envelope.seq)],
            ['size', `${envelope.size} bytes`],
          ]),
          h('code', { text: spaced(envelope.envelopePrefix) }),
        ),
      ),
    );
  }

  #messageRow(message: StoredRow, names: ReadonlyMap<string, string>): HTMLElement {
    const isNew = this.#seen > 0 && message.seq > this.#seen;
    return h(
      'li',
      { class: isNew ? 'new' : '' },
      facts([
        ['seq', String(message.seq)],
        ['from', names.get(message.senderUserId) ?? message.senderUserId.slice(0, 8)],
        ['at', new Date(message.acceptedAt).toLocaleTimeString()],
        ['body', `${message.size} bytes`],
      ]),
      h('code', { text: `${spaced(message.bodyPrefix)} …` }),
    );
  }
}

/** Names and values in one line. */
function facts(pairs: readonly (readonly [string, string])[]): HTMLElement {
  return h('dl', {}, ...pairs.map(([name, value]) => h('div', {}, h('dt', { text: name }), h('dd', { text: value }))));
}

/** Bytes in groups of four, so that the line can break between them. */
function spaced(hex: string): string {
  return hex.replace(/(.{8})(?=.)/g, '$1 ');
}
