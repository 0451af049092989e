import {
  createAccountKeys,
  createDeviceKeys,
  createDeviceList,
  type Account,
  type DeviceKeys,
} from '@seal-chat/crypto';
import { newId, type UserId } from '@seal-chat/protocol';
import { curves, rng, type Api, type TestConnection } from './connections.ts';
import { listInput, prove } from './people.ts';

/** The first list of an account. */
export function firstList(account: Account, keys: DeviceKeys) {
  return createDeviceList({ curves, rng, account, device: { keys, name: 'first' }, now: 0 });
}

/** Everything of a new account but its registration on the server. */
export async function newAccount({ api: anonymous }: TestConnection, username: string | null) {
  const { tenantId } = await anonymous.auth.challenge.mutate({});
  const userId = newId<UserId>(rng(16));
  const { account } = await createAccountKeys({ curves, rng, tenantId, userId, username });
  const device = await createDeviceKeys({ curves, rng });
  const list = await firstList(account, device);
  const input = async (api: Api = anonymous) => ({
    ...(await prove(api, device, userId, 'register', list)),
    username,
    ...listInput(list),
    vault: null,
  });
  return { account, device, list, userId, input };
}
