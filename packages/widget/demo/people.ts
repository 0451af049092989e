import type { SealChat } from '../src/element.ts';
import { h } from './element.ts';

/** The demo's tenant has the same publishable key on every server. */
const APP_KEY = 'pk_demo_seal';

/** Someone of the demo, in a widget of their own. */
export interface DemoPerson {
  readonly chat: SealChat;
  readonly userId: string;
  readonly name: string;
}

/** A widget for the demo person `name`: a profile of its own makes it a device of its own. */
export function createChat(name: string, mode: 'inline' | 'page'): SealChat {
  return h('seal-chat', {
    // The people of the demo know each other.
    attributes: {
      server: location.origin,
      'app-key': APP_KEY,
      profile: `demo-${name}`,
      strangers: 'accept',
      mode,
    },
  });
}

/**
 * Signs `chat`, which has to be in the page, in as `name`; under that name with a few letters after it when a
 * person in another browser has it already.
 */
export async function join(chat: SealChat, name: string): Promise<DemoPerson> {
  await customElements.whenDefined('seal-chat');
  for (let username = name; ; username = `${name}-${randomLetters(4)}`) {
    try {
      const account = await chat.signIn({ username, withoutRecoveryCode: true });
      const person = { chat, userId: account.userId, name: account.username ?? name };
      localStorage.setItem(nameKey(name), person.name);
      return person;
    } catch (error) {
      if (codeOf(error) !== 'USERNAME_TAKEN') throw error;
    }
  }
}

/** What the demo person `name` of this browser is called on this server. */
export function nameHere(name: string): string {
  return localStorage.getItem(nameKey(name)) ?? name;
}

function nameKey(name: string): string {
  return `seal-demo-name:${name}`;
}

/** The code of a `SealError`. It comes from the widget's own copy of the class, so `instanceof` would not see it. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function randomLetters(count: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) =>
    String.fromCharCode(97 + (byte % 26)),
  ).join('');
}
