import { describe, expect } from 'vitest';
import { selfId, type SignKeyPair } from '@seal-chat/crypto';
import { newId, toBase64, type LinkId } from '@seal-chat/protocol';
import { curves, rng, type TestConnection } from './support/connections.ts';
import { messageTo } from './support/messages.ts';
import { addDevice, nextList, publishVault } from './support/devices.ts';
import { signUp } from './support/people.ts';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';
import { makeVault, proveUnlock, type TestVault } from './support/vaults.ts';

describe('searching', () => {
  test('a search finds names by prefix regardless of case, the exact one first, and never guests or everyone', async ({
    relay,
    tenant,
  }) => {
    const names = ['Zoë', 'zoe', 'ZOÉMI', 'zo_e', 'zorro', 'Ärger'];
    const people = await Promise.all(names.map((name) => signUp(relay, tenant, name)));
    await signUp(relay, tenant, null);
    const searcher = await signUp(relay, tenant, 'zoo-keeper');
    const search = async (query: string, limit = 100) =>
      (await searcher.first.api.users.search.query({ query, limit })).map(({ username }) => username);
    expect(await search('ZO')).toEqual(
      ['zo_e', 'zoe', 'zorro', 'Zoë', 'ZOÉMI'].toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
    );
    expect((await search('zoë'))[0]).toBe('Zoë');
    expect(await search('äRG')).toEqual(['Ärger']);
    expect(await search('zo', 2)).toHaveLength(2);
    for (const query of ['%', '_', 'zo%', '\\', '\u0000', '\ud800', "'; --"]) expect(await search(query)).toEqual([]);
    for (const query of ['', '   ']) {
      expect(await refusalOf(search(query))).toMatchObject({ code: 'BAD_INPUT', details: { field: 'query' } });
    }
    const profiles = await searcher.first.api.users.profiles.query({
      userIds: [people[0]!.userId, newId(rng(16))],
    });
    expect(profiles).toEqual([{ userId: people[0]!.userId, username: 'Zoë' }]);
  });

  const key = (name: string) => name.toLowerCase();
});

describe('direct messages', () => {
  test('a pair has one direct conversation, whichever of them opens it and however often at once', async ({
    relay,
    tenant,
  }) => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0
          ? alice.first.api.conversations.openDm.mutate({ userId: bob.userId })
          : bob.first.api.conversations.openDm.mutate({ userId: alice.userId }),
      ),
    );
    expect(new Set(opened.map(({ conversationId }) => conversationId)).size).toBe(1);
    expect(opened[0]!.members.map(({ userId }) => userId)).toEqual([alice.userId, bob.userId].toSorted());
  });

  test('a conversation with oneself has one member and one id, and takes a message without readers', async ({
    relay,
    tenant,
  }) => {
    const [alice, bob] = await Promise.all([signUp(relay, tenant), signUp(relay, tenant)]);
    const opened = await Promise.all(
      Array.from({ length: 5 }, () => alice.first.api.conversations.openDm.mutate({ userId: alice.userId })),
    );
    const [{ conversationId, kind, members }] = opened as [(typeof opened)[number]];
    expect(opened.every((one) => one.conversationId === conversationId)).toBe(true);
    expect(conversationId).toBe(selfId(tenant.tenantId, alice.userId));
    expect({ kind, members: members.map(({ userId }) => userId) }).toEqual({ kind: 'self', members: [alice.userId] });
    const sent = await alice.first.api.messages.send.mutate(messageTo(conversationId, [alice], alice.first, 'note'));
    expect(sent.seq).toBe(1);
    const foreign = bob.first.api.messages.send.mutate(messageTo(conversationId, [bob], bob.first, 'mine'));
    expect(await refusalOf(foreign)).toMatchObject({ code: 'NOT_A_MEMBER' });
  });

  test('direct conversations are listed page by page, for their members only', async ({ relay, tenant }) => {
    const alice = await signUp(relay, tenant);
    const others = await Promise.all(Array.from({ length: 5 }, () => signUp(relay, tenant)));
    const ids: string[] = [];
    for (const { userId } of others) {
      ids.push((await alice.first.api.conversations.openDm.mutate({ userId })).conversationId);
    }
    const listed: string[] = [];
    for (;;) {
      const after = listed.at(-1) ?? null;
      const page = await alice.first.api.conversations.list.query({ after, limit: 2 });
      if (page.length === 0) break;
      listed.push(...page.map(({ conversationId }) => conversationId));
    }
    expect(listed).toEqual(ids.toSorted());
    expect(await others[0]!.first.api.conversations.list.query({ after: null, limit: 100 })).toHaveLength(1);
  });
});

describe('linking', () => {
  const payload = (length = 20) => toBase64(rng(length));

  test('a link carries four steps in turn, each submitted once', async ({ relay, tenant, anonymous }) => {
    const { first } = await signUp(relay, tenant);
    const linkId = newId<LinkId>(rng(16));
    const { expiresAt } = await first.api.linking.open.mutate({ linkId });
    expect(await first.api.linking.open.mutate({ linkId })).toEqual({ expiresAt });
    const one = payload();
    const send = (api: TestConnection['api'], step: number, bytes: string) =>
      api.linking.send.mutate({ linkId, step, payload: bytes });
    expect(await refusalOf(send(first.api, 2, payload()))).toMatchObject({ code: 'CONFLICT' });
    await send(anonymous.api, 1, one);
    await send(anonymous.api, 1, one);
    expect(await refusalOf(send(anonymous.api, 1, payload()))).toMatchObject({ code: 'CONFLICT' });
    expect(await first.api.linking.receive.query({ linkId, step: 1 })).toEqual({ payload: one });
    expect(await anonymous.api.linking.receive.query({ linkId, step: 2 })).toEqual({ payload: null });
    expect(await refusalOf(send(anonymous.api, 2, payload()))).toMatchObject({ code: 'NOT_SIGNED_IN' });
    const stranger = await signUp(relay, tenant);
    expect(await refusalOf(send(stranger.first.api, 2, payload()))).toMatchObject({ code: 'FORBIDDEN' });
    await send(first.api, 2, payload());
    await send(anonymous.api, 3, payload());
    await send(first.api, 4, payload());
    expect(await refusalOf(stranger.first.api.linking.open.mutate({ linkId }))).toMatchObject({ code: 'CONFLICT' });
  });

  test('a link ends after its time, and its id is free again', async ({ clock, relay, tenant, anonymous }) => {
    const { first } = await signUp(relay, tenant);
    const linkId = newId<LinkId>(rng(16));
    await first.api.linking.open.mutate({ linkId });
    await anonymous.api.linking.send.mutate({ linkId, step: 1, payload: payload() });
    clock.aheadMs = 600_001;
    const late = anonymous.api.linking.receive.query({ linkId, step: 1 });
    expect(await refusalOf(late)).toMatchObject({ code: 'NOT_FOUND' });
    await first.api.linking.open.mutate({ linkId });
    expect(await anonymous.api.linking.receive.query({ linkId, step: 1 })).toEqual({ payload: null });
    clock.aheadMs = 0;
  });
});

describe('vaults', () => {
  test('a vault is handed out to who proves the code, and to nobody else', async ({ relay, tenant, anonymous }) => {
    const person = await signUp(relay, tenant, 'Forgetful');
    const { api } = anonymous;
    const vault = person.vault!;
    const proof = await proveUnlock(api, 'FORGETFUL', vault.unlockKey);
    const { records, ...signed } = vault.upload;
    expect(await api.vault.unlock.mutate(proof)).toEqual({
      tenantId: tenant.tenantId,
      userId: person.userId,
      username: 'Forgetful',
      ...signed,
      record: records[0],
    });
    expect(await refusalOf(api.vault.unlock.mutate(proof))).toMatchObject({ code: 'CHALLENGE_INVALID' });
    const unlock = async (name: string, key: SignKeyPair) =>
      refusalOf(api.vault.unlock.mutate(await proveUnlock(api, name, key)));
    expect(await unlock('nobody-at-all', vault.unlockKey)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await unlock('forgetful', await curves.newSignKeyPair(rng))).toMatchObject({ code: 'WRONG_CODE' });
    expect(await refusalOf(api.vault.get.query())).toMatchObject({ code: 'NOT_SIGNED_IN' });
    expect(await person.first.api.vault.get.query()).toEqual(vault.upload);
  });

  test('a vault follows the one before, under the identity key of the account, with the list that names it; the same again changes nothing', async ({
    relay,
    tenant,
    anonymous,
  }) => {
    const person = await signUp(relay, tenant, 'Careful');
    const mallory = await signUp(relay, tenant, 'Mallory');
    const { api } = person.first;
    const owner = { ...person.account, identity: person.identity };
    const put = (vault: TestVault, change: object = {}) => publishVault(person, vault, { ...vault.upload, ...change });
    const next = await makeVault(owner, person.vault);
    const listed = { ...next, reference: { ...next.reference, version: 1 } };
    for (const other of [await makeVault(owner, null), await makeVault(owner, next), listed]) {
      expect(await refusalOf(put(other))).toMatchObject({ code: 'DEVICE_LIST_REJECTED' });
    }
    const another = await makeVault(owner, { ...person.vault!, bytes: rng(32) });
    expect(await refusalOf(put(another))).toMatchObject({ code: 'CONFLICT' });
    const stolen = await makeVault({ ...owner, identity: mallory.identity }, person.vault);
    expect(await refusalOf(put(stolen))).toMatchObject({ code: 'IDENTITY_CHANGED' });
    expect(await refusalOf(put(next, mallory.vault!.upload))).toMatchObject({ code: 'VAULT_REJECTED' });
    expect(await refusalOf(put(next, person.vault!.upload))).toMatchObject({ code: 'VAULT_REJECTED' });
    expect(await refusalOf(publishVault(person, next, null))).toMatchObject({ code: 'VAULT_REJECTED' });
    const ofEpoch2 = await makeVault(owner, person.vault, 2);
    expect(await refusalOf(put(ofEpoch2))).toMatchObject({ code: 'VAULT_REJECTED' });
    const second = await addDevice(relay, person);
    const shorter = await nextList(person, { remove: [second.deviceId] });
    const { bytes, signature } = shorter.signed;
    const update = { deviceList: toBase64(bytes), signature: toBase64(signature), vault: next.upload };
    expect(await refusalOf(api.devices.update.mutate(update))).toMatchObject({ code: 'VAULT_REJECTED' });
    expect(await refusalOf(put(next, { records: mallory.vault!.upload.records }))).toMatchObject({
      code: 'VAULT_REJECTED',
    });
    expect(await refusalOf(put(next, { signature: toBase64(rng(64)) }))).toMatchObject({ code: 'BAD_SIGNATURE' });
    person.list = await put(next);
    await publishVault(person, next, next.upload, person.list);
    expect(await api.vault.get.query()).toEqual(next.upload);
    // The code before opens nothing any more.
    const old = anonymous.api.vault.unlock.mutate(await proveUnlock(anonymous.api, 'careful', person.vault!.unlockKey));
    expect(await refusalOf(old)).toMatchObject({ code: 'WRONG_CODE' });
  });
});
