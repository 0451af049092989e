import {
  newId,
  type ConversationId,
  type DeviceId,
  type MessageId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import type { ArchiveKey } from '../src/account-secrets.ts';
import type { Curves } from '../src/curves/curves.ts';
import { webCryptoCurves } from '../src/curves/web-crypto.ts';
import type { DeviceListState } from '../src/device-list.ts';
import {
  createAccountKeys,
  createDeviceKeys,
  createDeviceList,
  type Account,
  type DeviceKeys,
  type VaultReference,
} from '../src/identity.ts';
import { extendDeviceList, replaceAccountKey } from '../src/next-device-list.ts';
import type { SignKeyPair } from '../src/keys.ts';
import { seededRng } from './rng.ts';

export const curves: Curves = webCryptoCurves(globalThis.crypto.subtle);

export const TENANT: TenantId = newId<TenantId>(seededRng('tenant')(16));
export const CONVERSATION: ConversationId = newId<ConversationId>(seededRng('conversation')(16));
export const MESSAGE: MessageId = newId<MessageId>(seededRng('message')(16));
const NOW = 1_700_000_000_000;

export interface TestAccount {
  readonly identity: SignKeyPair;
  readonly account: Account;
  readonly device: DeviceKeys;
  readonly state: DeviceListState;
}

/** An account of `TENANT` with one device, the same for the same name. */
export async function testAccount(name: string): Promise<TestAccount> {
  const rng = seededRng(name);
  const owner = { tenantId: TENANT, userId: newId<UserId>(rng(16)), username: name };
  const { identity, account } = await createAccountKeys({ curves, rng, ...owner });
  const keys = await createDeviceKeys({ curves, rng });
  const device = { keys, name: `${name}'s first` };
  const state = await createDeviceList({ curves, rng, account, device, now: NOW });
  return { identity, account, device: keys, state };
}

/** The next version of a test account's list, signed by its first device. */
export function nextList(
  { account, device }: Pick<TestAccount, 'account' | 'device'>,
  previous: DeviceListState,
  change: {
    readonly add?: readonly DeviceKeys[];
    readonly remove?: readonly DeviceId[];
    readonly author?: DeviceId;
    readonly vault?: VaultReference;
    readonly previousArchive?: ArchiveKey;
  },
): Promise<DeviceListState> {
  const { add = [], author = device.deviceId, ...rest } = change;
  const rng = seededRng(`list ${previous.list.version}`);
  const named = add.map((keys) => ({ keys, name: 'another' }));
  return extendDeviceList({ curves, rng, account, previous, author, add: named, now: NOW, ...rest });
}

/** The same account under its next account key. */
export async function withNextKey(alice: TestAccount, previous: DeviceListState): Promise<TestAccount> {
  const { identity } = alice;
  const rng = seededRng(`key ${previous.certificate.number}`);
  return { ...alice, account: await replaceAccountKey({ curves, rng, identity, previous }) };
}
