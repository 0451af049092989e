import {
  bufferedRng,
  createAccountKeys,
  createDeviceKeys,
  createDeviceList,
  extendDeviceList,
  selectCurves,
} from '@seal-chat/crypto';
import { toBase64, type TenantId, type UserId } from '@seal-chat/protocol';
import type { Json } from './hostile.ts';
import type { AnswerHook } from './lying-server.ts';

const rng = bufferedRng((bytes) => crypto.getRandomValues(bytes));

/** A hook for `devices.lists`: the server shows a key of its own, and two devices, as those of `userId`. */
export async function impostorOf(tenantId: TenantId, userId: UserId): Promise<AnswerHook> {
  const curves = await selectCurves(crypto.subtle);
  const { account } = await createAccountKeys({ curves, rng, tenantId, userId, username: null });
  const [one, two] = await Promise.all([createDeviceKeys({ curves, rng }), createDeviceKeys({ curves, rng })]);
  const now = Date.now();
  const first = await createDeviceList({ curves, rng, account, device: { keys: one, name: 'one' }, now });
  const second = await extendDeviceList({
    curves,
    rng,
    account,
    previous: first,
    author: one.deviceId,
    add: [{ keys: two, name: 'two' }],
    now,
  });
  const chain = [first, second].map(({ signed }) => ({
    bytes: toBase64(signed.bytes),
    signature: toBase64(signed.signature),
  }));
  return (answer) => {
    const lists = (answer['lists'] as Json[]).map((list) => (list['userId'] === userId ? { ...list, chain } : list));
    return { ...answer, lists };
  };
}
