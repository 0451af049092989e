import { h } from './element.ts';
import { codeOf, createChat, join, nameHere, type DemoPerson } from './people.ts';
import { StoredPane } from './stored.ts';

/** `/demo`: Alice and Bob side by side. `/demo?user=alice`: one alone; with `&peer=bob` in a chat with the other. */

const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{1,31}$/u;
const query = new URLSearchParams(location.search);
const user = query.get('user');

try {
  if (user !== null && NAME.test(user)) await showOne(user, query.get('peer'));
  else await showBoth();
} catch (error) {
  const code = codeOf(error);
  document.body.append(
    h('p', {
      class: 'failure',
      text: `The demo could not start${code === null ? '' : ` (${code})`}. Is the server running?`,
      attributes: { role: 'alert' },
    }),
  );
}

async function showOne(name: string, peer: string | null): Promise<void> {
  document.title = `${name} · Seal`;
  const chat = createChat(name, 'page');
  document.body.replaceChildren(h('header', { class: 'unseen' }, h('h1', { text: document.title })), chat);
  await join(chat, name);
  if (peer !== null && NAME.test(peer)) await chat.openDirect(nameHere(peer));
}

async function showBoth(): Promise<void> {
  const people = [
    { name: 'alice', peer: 'bob', chat: createChat('alice', 'inline') },
    { name: 'bob', peer: 'alice', chat: createChat('bob', 'inline') },
  ];
  const stored = new StoredPane();
  document.body.replaceChildren(
    h(
      'header',
      { class: 'top' },
      h('h1', { text: 'Seal' }),
      h('p', { text: 'Two people, each on a device of their own, and the server between them.' }),
    ),
    h('main', {}, ...people.map(({ name, peer, chat }) => personPane(name, peer, chat)), stored.element),
  );
  const [alice, bob] = (await Promise.all(people.map(({ name, chat }) => join(chat, name)))) as [
    DemoPerson,
    DemoPerson,
  ];
  const conversationId = await alice.chat.openDirect(bob.name);
  await bob.chat.openDirect(alice.name);
  stored.watch(conversationId, new Map([alice, bob].map((person) => [person.userId, person.name])));
  alice.chat.focusComposer();
}

function personPane(name: string, peer: string, chat: HTMLElement): HTMLElement {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return h(
    'section',
    { class: 'pane', attributes: { 'aria-label': title } },
    h(
      'header',
      {},
      h('h2', { text: `${title}’s device` }),
      h('a', {
        text: 'open alone',
        attributes: { href: `/demo?user=${name}&peer=${peer}`, target: '_blank', rel: 'noopener' },
      }),
    ),
    chat,
  );
}
