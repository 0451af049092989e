import { randomBytes } from 'node:crypto';
import Olm from '@matrix-org/olm';
import type { Beginnings, Contender, Conversation } from './contender.ts';
import { installedVersion } from './version.ts';

type OlmSealed = ReturnType<Olm.Session['encrypt']>;

/** Olm takes text; base64 keeps it at one byte a character. */
const plaintext = (length: number): string => randomBytes(length).toString('base64').slice(0, length);

function createAccount(): Olm.Account {
  const account = new Olm.Account();
  account.create();
  return account;
}

const curveKey = (account: Olm.Account): string =>
  (JSON.parse(account.identity_keys()) as { curve25519: string }).curve25519;

function makeOneTimeKeys(account: Olm.Account, count: number): readonly string[] {
  account.generate_one_time_keys(count);
  const keys = JSON.parse(account.one_time_keys()) as { curve25519: Record<string, string> };
  account.mark_keys_as_published();
  return Object.values(keys.curve25519);
}

function acceptFirst(account: Olm.Account, sealed: OlmSealed): readonly [Olm.Session, string] {
  const session = new Olm.Session();
  session.create_inbound(account, sealed.body);
  account.remove_one_time_keys(session);
  return [session, session.decrypt(sealed.type, sealed.body)];
}

async function converse(): Promise<Conversation<string, OlmSealed>> {
  const accounts = [createAccount(), createAccount()] as const;
  const opened = new Olm.Session();
  opened.create_outbound(accounts[0], curveKey(accounts[1]), makeOneTimeKeys(accounts[1], 1)[0]!);
  const [answered] = acceptFirst(accounts[1], opened.encrypt('a'));
  const reply = answered.encrypt('b');
  opened.decrypt(reply.type, reply.body);
  const sessions = [opened, answered] as const;
  return {
    encrypt: (from, plain) => sessions[from].encrypt(plain),
    decrypt: (to, sealed) => sessions[to].decrypt(sealed.type, sealed.body),
  };
}

async function begin(count: number): Promise<Beginnings<string, OlmSealed>> {
  const sender = createAccount();
  const receivers = Array.from({ length: count }, () => {
    const account = createAccount();
    return { account, identityKey: curveKey(account), oneTimeKey: makeOneTimeKeys(account, 1)[0]! };
  });
  return {
    start(index, plain) {
      const receiver = receivers[index]!;
      const session = new Olm.Session();
      session.create_outbound(sender, receiver.identityKey, receiver.oneTimeKey);
      return session.encrypt(plain);
    },
    accept: (index, sealed) => acceptFirst(receivers[index]!.account, sealed)[1],
  };
}

/** Matrix's libolm in WebAssembly. Its sessions start by classical triple Diffie-Hellman, without a KEM or signatures. */
export async function createOlm(): Promise<Contender<string, OlmSealed>> {
  await Olm.init();
  return { name: 'Olm', version: installedVersion('@matrix-org/olm'), plaintext, converse, begin };
}
