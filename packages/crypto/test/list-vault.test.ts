import { describe, expect, it } from 'vitest';
import { checkDeviceListContinues, type DeviceListState } from '../src/device-list.ts';
import { createDeviceKeys } from '../src/identity.ts';
import { curves, nextList, testAccount, withNextKey } from './accounts.ts';
import { codeOf } from './seal-error.ts';
import { seededRng } from './rng.ts';

describe('the vault that a device list names', () => {
  it('is the same as before or the next one, and the next one where the account key is another', async () => {
    const alice = await testAccount('alice');
    const vault = (version: number, fill = version) => ({ version, hash: new Uint8Array(32).fill(fill) });
    const first = await nextList(alice, alice.state, { vault: vault(1) });
    const previous = await nextList(alice, first, { vault: vault(2) });
    const successor = await withNextKey(alice, previous);
    const archives = { previousArchive: alice.account.archive };
    const phone = await createDeviceKeys({ curves, rng: seededRng('after the vault') });
    const accepted = [
      await nextList(alice, previous, { vault: vault(3) }),
      await nextList(alice, previous, { add: [phone] }),
      await nextList(successor, previous, { vault: vault(3), ...archives }),
    ];
    for (const next of accepted) {
      expect(() => checkDeviceListContinues({ previous, next, removed: previous.removed })).not.toThrow();
    }
    const refused: [string, DeviceListState][] = [
      ['the vault before', await nextList(alice, previous, { vault: vault(1) })],
      ['the vault before under the next number', await nextList(alice, previous, { vault: vault(3, 2) })],
      ['another vault of the same number', await nextList(alice, previous, { vault: vault(2, 9) })],
      ['one that is left out', await nextList(alice, previous, { vault: vault(4) })],
      ['none any more', await nextList(alice, previous, { vault: vault(0) })],
      ['the vault of the account key before', await nextList(successor, previous, archives)],
    ];
    for (const [name, next] of refused) {
      const code = await codeOf(() => checkDeviceListContinues({ previous, next, removed: previous.removed }));
      expect(code, name).toBe('DEVICE_LIST_REJECTED');
    }
  });
});
