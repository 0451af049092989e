import { describe, expect } from 'vitest';
import { toBase64, type DeviceId } from '@seal-chat/protocol';
import { createDeviceKeys } from '@seal-chat/crypto';
import { connect, curves, rng } from './support/connections.ts';
import { addDevice, nextList, publishPreKeys, removeDevices, replaceKey } from './support/devices.ts';
import { caughtUp, listen, messagesIn } from './support/events.ts';
import { messageTo } from './support/messages.ts';
import { signUp, type TestPerson } from './support/people.ts';
import { errorAnswerOf, refusalOf } from './support/probes.ts';
import type { Relay } from './support/relay.ts';
import { test } from './support/test.ts';

async function rowsOf(relay: Relay, deviceId: DeviceId): Promise<Record<string, number>> {
  const tables = ['sessions', 'mailboxes', 'mailbox_entries', 'current_prekeys', 'one_time_prekeys', 'spent_prekeys'];
  const counts = await Promise.all(
    tables.map(async (table) => {
      const [row] = await relay.sql<[{ count: number }]>`
        select count(*)::int as count from ${relay.sql(table)} where device_id = ${deviceId}`;
      return [table, row.count] as const;
    }),
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

describe('removing a device', () => {
  test('removing a device deletes everything of it at once and notifies everyone concerned', async ({
    relay,
    pair,
  }) => {
    const { alice, bob, conversationId } = await pair();
    const second = await addDevice(relay, bob);
    await publishPreKeys(bob, second, 3);
    await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice, bob], alice.first, 'for both'));
    const [heardByAlice, heardByBob, heardBySecond] = await Promise.all(
      [alice.first, bob.first, second].map((device) => caughtUp(listen(device))),
    );
    expect(await rowsOf(relay, second.deviceId)).toMatchObject({ mailbox_entries: 1, current_prekeys: 2, sessions: 1 });

    await removeDevices(bob, bob.first, [second.deviceId]);
    expect(await rowsOf(relay, second.deviceId)).toEqual({});
    expect(await heardBySecond!.ended()).toMatchObject({ code: 'DEVICE_REVOKED' });
    expect(await refusalOf(second.api.preKeys.status.query())).toMatchObject({ code: 'DEVICE_REVOKED' });
    const isAnnounced = (events: readonly { type: string }[]) => events.some(({ type }) => type === 'device-list');
    await Promise.all([heardByAlice!.until(isAnnounced), heardByBob!.until(isAnnounced)]);
    expect(heardByAlice!.events).toContainEqual({ type: 'device-list', userId: bob.userId, version: 3 });
  });

  test('a removal cannot add devices or skip versions, and a removed id never comes back', async ({
    relay,
    tenant,
  }) => {
    const person = await signUp(relay, tenant);
    const second = await addDevice(relay, person);
    const update = (list: TestPerson['list']) =>
      person.first.api.devices.update.mutate({
        deviceList: toBase64(list.signed.bytes),
        signature: toBase64(list.signed.signature),
        vault: null,
      });
    const before = person.list;
    const longer = await nextList(person, { add: [await createDeviceKeys({ curves, rng })] });
    expect(await refusalOf(update(longer))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    const skipped = await nextList(person, { previous: longer, remove: [second.deviceId] });
    expect(await refusalOf(update(skipped))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });

    await removeDevices(person, person.first, [second.deviceId]);
    expect(await refusalOf(update(before))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    const returned = await nextList(person, { previous: { ...person.list, removed: [] }, add: [second.keys] });
    expect(await refusalOf(update(returned))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
  });

  test('a version that changes nothing is refused, as is one that another device signed', async ({ relay, tenant }) => {
    const person = await signUp(relay, tenant);
    const second = await addDevice(relay, person);
    const third = await addDevice(relay, person);
    const update = (list: TestPerson['list']) =>
      person.first.api.devices.update.mutate({
        deviceList: toBase64(list.signed.bytes),
        signature: toBase64(list.signed.signature),
        vault: null,
      });
    expect(await refusalOf(update(await nextList(person, {})))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    const forged = await nextList(person, { remove: [third.deviceId], author: second.deviceId });
    expect(await refusalOf(update(forged))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
  });
});

describe('replacing the account key', () => {
  test('the list, the vault and what the others need of the key are stored together, once', async ({
    relay,
    tenant,
  }) => {
    const person = await signUp(relay, tenant);
    const [second, third] = [await addDevice(relay, person), await addDevice(relay, person)];
    const { api } = person.first;
    const { input, vault, list } = await replaceKey(person, [third.deviceId]);
    const replace = (change: object = {}) => api.devices.replaceKey.mutate({ ...input, ...change });
    // The vault that opens the old key must not stay.
    expect(await refusalOf(replace({ vault: null }))).toMatchObject({ code: 'VAULT_REJECTED' });
    expect(await refusalOf(replace({ vault: person.vault!.upload }))).toMatchObject({ code: 'VAULT_REJECTED' });
    const shares = [{ deviceId: third.deviceId, envelope: toBase64(rng(100)) }];
    expect(await refusalOf(replace({ shares }))).toMatchObject({ code: 'BAD_INPUT' });
    const noted = await relay.sql`select version from device_lists where user_id = ${person.userId}`;
    expect(noted).toHaveLength(3);

    await replace();
    await replace();
    expect(await api.vault.get.query()).toEqual(vault!.upload);
    expect(await second.api.devices.keyShare.query()).toEqual({
      senderDeviceId: person.first.deviceId,
      envelope: input.shares[0]!.envelope,
    });
    expect(await api.devices.keyShare.query()).toBeNull();
    expect(await refusalOf(third.api.devices.keyShare.query())).toMatchObject({ code: 'DEVICE_REVOKED' });
    const { lists } = await api.devices.lists.query({ users: [{ userId: person.userId, since: 0 }] });
    expect(lists[0]!.chain.map(({ bytes }) => bytes)).toEqual([toBase64(list.signed.bytes)]);
  });

  test('a list under the old account key is refused at once, also from a device that is present', async ({
    relay,
    tenant,
  }) => {
    const person = await signUp(relay, tenant);
    const [second, third] = [await addDevice(relay, person), await addDevice(relay, person)];
    const replaced = await replaceKey(person, [second.deviceId]);
    await person.first.api.devices.replaceKey.mutate(replaced.input);
    const update = (list: TestPerson['list']) =>
      third.api.devices.update.mutate({
        deviceList: toBase64(list.signed.bytes),
        signature: toBase64(list.signed.signature),
        vault: null,
      });
    const byOldKey = { ...person, list: replaced.list };
    const old = await nextList(byOldKey, { remove: [person.first.deviceId], author: third.deviceId });
    expect(await refusalOf(update(old))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    const byNewKey = { ...byOldKey, account: replaced.account };
    await update(await nextList(byNewKey, { remove: [person.first.deviceId], author: third.deviceId }));
  });
});

describe('device lists', () => {
  test('device lists are returned from a version on, or the newest alone; for unknown people nothing', async ({
    relay,
    tenant,
  }) => {
    const person = await signUp(relay, tenant);
    await addDevice(relay, person);
    const { userId } = person;
    const anonymous = connect(relay, { appKey: tenant.appKey });
    const lists = (since: number) => anonymous.api.devices.lists.query({ users: [{ userId, since }] });
    const newest = { bytes: toBase64(person.list.signed.bytes), signature: toBase64(person.list.signed.signature) };
    await addDevice(relay, person);
    expect((await lists(1)).lists[0]?.chain).toHaveLength(2);
    expect((await lists(1)).lists[0]?.chain[0]).toEqual(newest);
    // Who knows nothing needs nothing but the newest.
    expect((await lists(0)).lists[0]?.chain).toEqual((await lists(2)).lists[0]?.chain);
    expect((await lists(0xffff_ffff)).lists[0]?.chain).toEqual([]);
    const unknown = anonymous.api.devices.lists.query({ users: [{ userId: person.first.deviceId, since: 0 }] });
    expect(await refusalOf(unknown)).toMatchObject({ code: 'NOT_FOUND' });
    await anonymous.close();
  });

  test('a send that races a new device never leaves that device out', async ({ relay, pair }) => {
    const { alice, bob, conversationId } = await pair();
    const heard = await caughtUp(listen(bob.first));
    const joined = new AbortController();
    const joining = addDevice(relay, bob).finally(() => joined.abort());
    const sent: { seq: number; devices: number }[] = [];
    for (let i = 0; !joined.signal.aborted || i < 20; i++) {
      const input = messageTo(conversationId, [alice, bob], alice.first, `m${i}`);
      await alice.first.api.messages.send.mutate(input).then(
        ({ seq }) => sent.push({ seq, devices: input.envelopes.length }),
        (error: unknown) => expect(errorAnswerOf(error)).toMatchObject({ code: 'DEVICE_LIST_STALE' }),
      );
    }
    const second = await joining;
    // From the first message that was accepted for both, all are for both: no message between was for one alone.
    const firstForBoth = sent.findIndex(({ devices }) => devices === 2);
    expect(firstForBoth).toBeGreaterThan(-1);
    expect(sent.slice(firstForBoth).every(({ devices }) => devices === 2)).toBe(true);
    expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, i) => i + 1));
    const heardBySecond = await caughtUp(listen(second));
    expect(messagesIn(heardBySecond.events).map(({ seq }) => seq)).toEqual(
      sent.slice(firstForBoth).map(({ seq }) => seq),
    );
    await heard.until((events) => messagesIn(events).length === sent.length);
  });

  test('after a removal no message is accepted for the removed device, even when it is sent at that moment', async ({
    relay,
    pair,
  }) => {
    const { alice, bob, conversationId } = await pair();
    const second = await addDevice(relay, bob);
    const senders = Array.from({ length: 8 }, async (_, i) => {
      for (let k = 0; k < 15; k++) {
        const input = messageTo(conversationId, [alice, bob], alice.first, `${i}.${k}`);
        await alice.first.api.messages.send.mutate(input).catch(() => undefined);
      }
    });
    await removeDevices(bob, bob.first, [second.deviceId]);
    const [{ last }] = await relay.sql<[{ last: number }]>`
      select last_seq as last from conversations where id = ${conversationId}`;
    await Promise.all(senders);
    const left = await relay.sql`select 1 from mailbox_entries where device_id = ${second.deviceId}`;
    expect(left).toHaveLength(0);
    const [{ max, count }] = await relay.sql<[{ max: number; count: number }]>`
      select max(seq) as max, count(*)::int as count from messages where conversation_id = ${conversationId}`;
    expect(max).toBeGreaterThan(last);
    expect(count).toBe(max);
  });
});

describe('checkpoints', () => {
  test('a checkpoint reveals a store that was rolled back', async ({ relay, tenant }) => {
    const { first } = await signUp(relay, tenant);
    const checkpoint = async (rev: number) => (await first.api.devices.checkpoint.mutate({ rev })).rollback;
    expect([await checkpoint(5), await checkpoint(5), await checkpoint(9), await checkpoint(8)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(await checkpoint(10)).toBe(false);
  });
});
