import {
  bufferedRng,
  createAccountKeys,
  createDeviceKeys,
  createDeviceList,
  extendDeviceList,
  selectCurves,
  type Account,
  type DeviceKeys,
  type DeviceListState,
  type SignKeyPair,
} from '@seal-chat/crypto';
import { newId, type TenantId, type UserId } from '@seal-chat/protocol';

export const rng = bufferedRng((bytes) => crypto.getRandomValues(bytes));
export const tenantId: TenantId = newId(rng(16));
/** When all lists are made, ms. */
export const NOW = 1_800_000_000_000;
export const curves = await selectCurves(crypto.subtle);

/** An account with its device lists, as its own devices make them. */
export interface Person {
  readonly identity: SignKeyPair;
  readonly account: Account;
  readonly devices: DeviceKeys[];
  readonly chain: DeviceListState[];
}

/** A new account with one device; under the user id of another for an impostor. */
export async function person(userId: UserId = newId(rng(16)), username: string | null = null): Promise<Person> {
  const { identity, account } = await createAccountKeys({ curves, rng, tenantId, userId, username });
  const keys = await createDeviceKeys({ curves, rng });
  const device = { keys, name: 'first' };
  const first = await createDeviceList({ curves, rng, account, device, now: NOW });
  return { identity, account, devices: [keys], chain: [first] };
}

/** Makes the next list of `who`. */
export async function extend(
  who: Person,
  change: { add?: DeviceKeys[]; remove?: DeviceKeys[]; author?: DeviceKeys },
): Promise<void> {
  const { add = [], remove = [], author = who.devices[0]! } = change;
  const previous = who.chain.at(-1)!;
  const removed = remove.map(({ deviceId }) => deviceId);
  who.chain.push(
    await extendDeviceList({
      curves,
      rng,
      account: who.account,
      previous,
      author: author.deviceId,
      add: add.map((keys) => ({ keys, name: 'another' })),
      remove: removed,
      now: NOW,
    }),
  );
}
