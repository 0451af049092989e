import {
  createDeviceKeys,
  createPreKey,
  extendDeviceList,
  newDeviceOf,
  replaceAccountKey,
  selectKem,
  signJoinConsent,
  type DeviceKeys,
  type DeviceListState,
  type VaultReference,
} from '@seal-chat/crypto';
import { toBase64, type DeviceId, type PreKeyKind } from '@seal-chat/protocol';
import type { KeyPackagesUpload } from '@seal-chat/protocol/api';
import { curves, rng, withAnonymous } from './connections.ts';
import { type TestDevice, type TestPerson, prove, listInput, signedIn } from './people.ts';
import type { RelayProcess, TestTenant } from './relay.ts';
import { makeVault, type TestVault } from './vaults.ts';

const kem = await selectKem(undefined, rng);

/** The next version of `person`'s list, signed by `author`. */
export function nextList(
  { account, list, first }: Pick<TestPerson, 'account' | 'list' | 'first'>,
  change: {
    readonly add?: readonly DeviceKeys[];
    readonly remove?: readonly DeviceId[];
    readonly author?: DeviceId;
    readonly previous?: DeviceListState;
    readonly vault?: VaultReference | undefined;
  },
): Promise<DeviceListState> {
  const { add = [], remove = [], previous = list, vault } = change;
  const author = change.author ?? add[0]?.deviceId ?? first.deviceId;
  const named = add.map((keys) => ({ keys, name: 'another' }));
  return extendDeviceList({ curves, rng, account, previous, author, add: named, remove, vault, now: Date.now() });
}

/** The consent of `person`'s device `by` that `joining` may join. */
export async function consentOf(person: TestPerson, joining: DeviceKeys, by: TestDevice = person.first) {
  const { tenantId } = person.account;
  const consent = { tenantId, userId: person.userId, device: newDeviceOf(joining) };
  const signature = toBase64(await signJoinConsent(curves, by.keys, consent));
  return { kind: 'consent' as const, deviceId: by.deviceId, signature };
}

/** A further device of `person`. */
export async function addDevice(
  process: RelayProcess,
  person: TestPerson,
  keyPackages?: KeyPackagesUpload,
): Promise<TestDevice> {
  const { tenant, userId } = person;
  const keys = await createDeviceKeys({ curves, rng });
  const list = await nextList(person, { add: [keys] });
  const admission = await consentOf(person, keys);
  const session = await withAnonymous(process, tenant, async (api) =>
    api.auth.join.mutate({
      ...(await prove(api, keys, userId, 'join', list)),
      ...listInput(list),
      admission,
      ...(keyPackages && { keyPackages }),
    }),
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
  const list = await nextList(person, { remove, author: by.deviceId });
  await by.api.devices.update.mutate({
    deviceList: toBase64(list.signed.bytes),
    signature: toBase64(list.signed.signature),
    vault: null,
  });
  person.list = list;
}

/** Publishes the next list of `person`, which names another vault; `upload` is what comes with it. */
export async function publishVault(
  person: TestPerson,
  vault: TestVault,
  upload: TestVault['upload'] | null = vault.upload,
  made?: DeviceListState,
): Promise<DeviceListState> {
  const list = made ?? (await nextList(person, { vault: vault.reference }));
  const { bytes, signature } = list.signed;
  await person.first.api.devices.update.mutate({
    deviceList: toBase64(bytes),
    signature: toBase64(signature),
    vault: upload,
  });
  return list;
}

/** What replaces the account key of `person`, without some devices, published by its first device. */
export async function replaceKey(person: TestPerson, remove: readonly DeviceId[]) {
  const { identity, list: previous, first } = person;
  const account = await replaceAccountKey({ curves, rng, identity, previous });
  const owner = { ...account, identity };
  const vault = person.vault && (await makeVault(owner, person.vault, account.archive.epoch));
  const list = await nextList({ ...person, account }, { remove, author: first.deviceId, vault: vault?.reference });
  const others = list.list.devices.filter(({ deviceId }) => deviceId !== first.deviceId);
  const shares = others.map(({ deviceId }) => ({ deviceId, envelope: toBase64(rng(200)) }));
  const { bytes, signature } = list.signed;
  const input = {
    deviceList: toBase64(bytes),
    signature: toBase64(signature),
    vault: vault && vault.upload,
    shares,
  };
  return { account, list, vault, input };
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
