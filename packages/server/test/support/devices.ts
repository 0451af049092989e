import { createDeviceKeys, createPreKey, extendDeviceList, selectKem } from '@seal-chat/crypto';
import { toBase64, type DeviceId, type PreKeyKind } from '@seal-chat/protocol';
import { curves, rng, withAnonymous } from './connections.ts';
import { type TestDevice, type TestPerson, prove, listInput, signedIn } from './people.ts';
import type { RelayProcess, TestTenant } from './relay.ts';

const kem = await selectKem(undefined, rng);

/** A further device of `person`. */
export async function addDevice(process: RelayProcess, person: TestPerson): Promise<TestDevice> {
  const { account, tenant, userId } = person;
  const keys = await createDeviceKeys({ curves, rng });
  const list = await extendDeviceList({ curves, account, previous: person.list, add: [keys], now: Date.now() });
  const session = await withAnonymous(process, tenant, async (api) =>
    api.auth.join.mutate({ ...(await prove(api, keys, userId, 'join', list)), ...listInput(list) }),
  );
  person.list = list;
  return signedIn(process, tenant, keys, session);
}

/** Signs `device` in again on a new socket. */
export async function signIn(process: RelayProcess, person: TestPerson, device: TestDevice): Promise<TestDevice> {
  const session = await withAnonymous(process, person.tenant, async (api) =>
    api.auth.signIn.mutate(await prove(api, device.keys, person.userId, 'signIn', null)),
  );
  return signedIn(process, person.tenant, device.keys, session);
}

/** Another socket of a device, on the session it has. */
export function reconnect(process: RelayProcess, tenant: TestTenant, device: TestDevice): TestDevice {
  return signedIn(process, tenant, device.keys, device.session);
}

/** Publishes the list without some devices, as `by`. */
export async function removeDevices(person: TestPerson, by: TestDevice, remove: readonly DeviceId[]): Promise<void> {
  const { account } = person;
  const list = await extendDeviceList({ curves, account, previous: person.list, remove, now: Date.now() });
  await by.api.devices.update.mutate({
    deviceList: toBase64(list.signed.bytes),
    signature: toBase64(list.signed.signature),
  });
  person.list = list;
}

/** Public prekeys, signed by the device, as `preKeys.publish` takes them. */
export async function makePreKeys(
  person: TestPerson,
  device: TestDevice,
  kind: PreKeyKind,
  ids: readonly number[],
): Promise<{ keyId: number; publicKey: string; signature: string }[]> {
  const owner = { tenantId: person.tenant.tenantId, userId: person.userId, deviceId: device.deviceId };
  return Promise.all(
    ids.map(async (keyId) => {
      const { publicPreKey } = await createPreKey({
        curves,
        kem,
        rng,
        owner,
        signKeys: device.keys.sign,
        kind,
        keyId,
        now: 0,
      });
      return {
        keyId,
        publicKey: toBase64(publicPreKey.publicKey),
        signature: toBase64(publicPreKey.signature),
      };
    }),
  );
}

/** A stock of `count` one-time prekeys of each kind, and the two that are always there. */
export async function publishPreKeys(person: TestPerson, device: TestDevice, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  const [[signedPreKey], [lastResortKemPreKey], oneTimePreKeys, oneTimeKemPreKeys] = await Promise.all([
    makePreKeys(person, device, 'signed', [1]),
    makePreKeys(person, device, 'kemLastResort', [1]),
    makePreKeys(person, device, 'oneTime', ids),
    makePreKeys(person, device, 'kemOneTime', ids),
  ]);
  await device.api.preKeys.publish.mutate({
    signedPreKey: signedPreKey!,
    lastResortKemPreKey: lastResortKemPreKey!,
    oneTimePreKeys,
    oneTimeKemPreKeys,
  });
}
