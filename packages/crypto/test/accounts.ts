import { newId, type ConversationId, type MessageId, type TenantId, type UserId } from '@seal-chat/protocol';
import type { Curves } from '../src/curves/curves.ts';
import { webCryptoCurves } from '../src/curves/web-crypto.ts';
import type { DeviceListState } from '../src/device-list.ts';
import {
  createAccountKey,
  createDeviceKeys,
  createDeviceList,
  type Account,
  type DeviceKeys,
} from '../src/identity.ts';
import { seededRng } from './rng.ts';

export const curves: Curves = webCryptoCurves(globalThis.crypto.subtle);

export const TENANT: TenantId = newId<TenantId>(seededRng('tenant')(16));
export const CONVERSATION: ConversationId = newId<ConversationId>(seededRng('conversation')(16));
export const MESSAGE: MessageId = newId<MessageId>(seededRng('message')(16));

export interface TestAccount {
  readonly account: Account;
  readonly device: DeviceKeys;
  readonly state: DeviceListState;
}

/** An account of `TENANT` with one device, the same for the same name. */
export async function testAccount(name: string): Promise<TestAccount> {
  const rng = seededRng(name);
  const key = await createAccountKey({ curves, rng });
  const account = { tenantId: TENANT, userId: newId<UserId>(rng(16)), key };
  const device = await createDeviceKeys({ curves, rng });
  return { account, device, state: await createDeviceList({ curves, account, device, now: 1_700_000_000_000 }) };
}
