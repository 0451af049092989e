import { describe, expect } from 'vitest';
import { PREKEY_LIMITS } from '@seal-chat/protocol';
import { addDevice, makePreKeys, publishPreKeys } from './support/devices.ts';
import { caughtUp, listen } from './support/events.ts';
import { signUp, type TestDevice, type TestPerson } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

const NOTHING = { signedPreKey: null, lastResortKemPreKey: null, oneTimePreKeys: [], oneTimeKemPreKeys: [] };

function claim(caller: TestDevice, target: TestPerson, devices: readonly TestDevice[] = [target.first]) {
  const deviceIds = devices.map(({ deviceId }) => deviceId);
  return caller.api.preKeys.claim.mutate({ userId: target.userId, deviceIds });
}

describe('claiming', () => {
  test('fifty concurrent claims get each of ten one-time keys once, and then the last-resort key', async ({
    relay,
    tenant,
  }) => {
    const target = await signUp(relay, tenant);
    await publishPreKeys(target, target.first, 10);
    const callers = await Promise.all(Array.from({ length: 5 }, () => signUp(relay, tenant)));
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => claim(callers[i % 5]!.first, target)));
    const bundles = answers.flatMap((answer) => answer.bundles);
    expect(bundles).toHaveLength(50);
    const oneTime = bundles.flatMap(({ oneTimePreKey }) => (oneTimePreKey === null ? [] : [oneTimePreKey.keyId]));
    const kem = bundles.filter(({ kemPreKey }) => kemPreKey.kind === 'kemOneTime').map((b) => b.kemPreKey.keyId);
    const all = Array.from({ length: 10 }, (_, i) => i + 1);
    expect(oneTime.toSorted((a, b) => a - b)).toEqual(all);
    expect(kem.toSorted((a, b) => a - b)).toEqual(all);
    expect(bundles.every(({ signedPreKey }) => signedPreKey.keyId === 1)).toBe(true);
    const lastResort = bundles.filter(({ kemPreKey }) => kemPreKey.kind === 'kemLastResort');
    expect(lastResort).toHaveLength(40);
    expect(new Set(lastResort.map(({ kemPreKey }) => kemPreKey.keyId))).toEqual(new Set([1]));
  });

  test('a claim returns a bundle for each device with keys, and none for a device of another person', async ({
    relay,
    tenant,
  }) => {
    const [caller, target] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const bare = await addDevice(relay, target);
    await publishPreKeys(target, target.first, 1);
    const { bundles } = await claim(caller.first, target, [target.first, bare, caller.first]);
    expect(bundles).toEqual([
      expect.objectContaining({
        deviceId: target.first.deviceId,
        registrationId: target.first.keys.registrationId,
        oneTimePreKey: expect.objectContaining({ keyId: 1 }),
      }),
    ]);
  });

  test('a device is notified when its stock runs low', async ({ relay, tenant }) => {
    const [caller, target] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    await publishPreKeys(target, target.first, PREKEY_LIMITS.oneTimeRefillBelow);
    const heard = await caughtUp(listen(target.first));
    await claim(caller.first, target);
    await heard.until((events) => events.some(({ type }) => type === 'prekeys-low'));
    const left = PREKEY_LIMITS.oneTimeRefillBelow - 1;
    expect(heard.events).toContainEqual({ type: 'prekeys-low', oneTime: left, kemOneTime: left });
  });
});

describe('publishing', () => {
  test('publishing again changes nothing, even after a key was claimed; another key under a used id is refused', async ({
    relay,
    tenant,
  }) => {
    const [caller, person] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const { api } = person.first;
    await publishPreKeys(person, person.first, 1);
    const oneTimePreKeys = await makePreKeys(person, person.first, 'oneTime', [11, 12]);
    const upload = { ...NOTHING, oneTimePreKeys };
    expect((await api.preKeys.publish.mutate(upload)).oneTimePreKeyIds).toEqual([1, 11, 12]);
    expect((await api.preKeys.publish.mutate(upload)).oneTimePreKeyIds).toEqual([1, 11, 12]);
    await claim(caller.first, person);
    await claim(caller.first, person);
    expect((await api.preKeys.status.query()).oneTimePreKeyIds).toEqual([12]);
    expect((await api.preKeys.publish.mutate(upload)).oneTimePreKeyIds).toEqual([12]);

    const others = await makePreKeys(person, person.first, 'oneTime', [11, 12, 13]);
    for (const key of others.slice(0, 2)) {
      const conflicting = api.preKeys.publish.mutate({ ...NOTHING, oneTimePreKeys: [others[2]!, key] });
      expect(await refusalOf(conflicting)).toMatchObject({ code: 'CONFLICT' });
    }
    expect((await api.preKeys.status.query()).oneTimePreKeyIds).toEqual([12]);
  });

  test('publishing rotates the signed and the last-resort prekey, and never back', async ({ relay, tenant }) => {
    const person = await signUp(relay, tenant);
    const { api } = person.first;
    await publishPreKeys(person, person.first, 0);
    const [signedPreKey, impostor] = await makePreKeys(person, person.first, 'signed', [2, 2]);
    const [lastResortKemPreKey] = await makePreKeys(person, person.first, 'kemLastResort', [2]);
    const rotation = { ...NOTHING, signedPreKey: signedPreKey!, lastResortKemPreKey: lastResortKemPreKey! };
    expect(await api.preKeys.publish.mutate(rotation)).toMatchObject({ signedPreKeyId: 2, lastResortKemPreKeyId: 2 });
    expect(await api.preKeys.publish.mutate(rotation)).toMatchObject({ signedPreKeyId: 2 });
    const [old] = await makePreKeys(person, person.first, 'signed', [1]);
    for (const key of [impostor!, old!]) {
      const refused = api.preKeys.publish.mutate({ ...NOTHING, signedPreKey: key });
      expect(await refusalOf(refused)).toMatchObject({ code: 'CONFLICT' });
    }
  });

  test('a device that lost its private halves replaces the whole stock', async ({ relay, tenant }) => {
    const person = await signUp(relay, tenant);
    await publishPreKeys(person, person.first, 5);
    const oneTimePreKeys = await makePreKeys(person, person.first, 'oneTime', [5, 6, 7]);
    const lost = { ...NOTHING, oneTimePreKeys: oneTimePreKeys.slice(1), replaceStock: true };
    const { oneTimePreKeyIds, oneTimeKemPreKeyIds } = await person.first.api.preKeys.publish.mutate(lost);
    expect({ oneTimePreKeyIds, oneTimeKemPreKeyIds }).toEqual({ oneTimePreKeyIds: [6, 7], oneTimeKemPreKeyIds: [] });
    const reused = person.first.api.preKeys.publish.mutate({ ...NOTHING, oneTimePreKeys: [oneTimePreKeys[0]!] });
    expect(await refusalOf(reused)).toMatchObject({ code: 'CONFLICT' });
  });

  test('only prekeys that the device signed for their kind are accepted', async ({ relay, tenant }) => {
    const person = await signUp(relay, tenant);
    const second = await addDevice(relay, person);
    const [foreign] = await makePreKeys(person, second, 'oneTime', [1]);
    const [signed] = await makePreKeys(person, person.first, 'signed', [1]);
    const [good] = await makePreKeys(person, person.first, 'oneTime', [1]);
    for (const key of [foreign!, signed!, { ...good!, keyId: 2 }]) {
      const refused = person.first.api.preKeys.publish.mutate({ ...NOTHING, oneTimePreKeys: [key] });
      expect(await refusalOf(refused)).toMatchObject({ code: 'BAD_SIGNATURE' });
    }
    expect((await person.first.api.preKeys.status.query()).oneTimePreKeyIds).toEqual([]);
  });

  test("an upload beyond the stock's limit is refused completely", async ({ relay, tenant }) => {
    const person = await signUp(relay, tenant);
    const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
    const upload = async (keyIds: readonly number[]) =>
      person.first.api.preKeys.publish.mutate({
        ...NOTHING,
        oneTimePreKeys: await makePreKeys(person, person.first, 'oneTime', keyIds),
      });
    await upload(ids(1, 100));
    await upload(ids(101, 99));
    expect(await refusalOf(upload([300, 301]))).toMatchObject({ code: 'TOO_LARGE' });
    expect((await upload([300])).oneTimePreKeyIds).toHaveLength(PREKEY_LIMITS.oneTimeServerMax);
  });
});
