import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { anyCharacter } from '../../test/any-character.ts';
import { toBase64 } from '../base64.ts';
import { idFromBytes, type UserId } from '../ids.ts';
import { CHANNEL_LIMITS, SIZE_LIMITS } from '../limits.ts';
import * as contract from './index.ts';

const {
  CALL_CLASSES: _classes,
  CALL_LIMITS: _limits,
  PARTY_LIMITS: _partyLimits,
  PUBLIC_PROCEDURES,
  channelNameField,
  usernameField,
  vaultUpload,
  ...api
} = contract;

const id = (n: number) => idFromBytes<UserId>(new Uint8Array(16).fill(n));
const b64 = (length: number) => toBase64(new Uint8Array(length).fill(1));
const preKey = (length: number) => ({ keyId: 1, publicKey: b64(length), signature: b64(64) });
const proof = { challengeId: id(1), userId: id(2), deviceId: id(3), signature: b64(64) };
const signedList = { deviceList: b64(150), deviceListSignature: b64(64) };

const vault = { vault: b64(200), signature: b64(64), records: [b64(100)] };

/** An input of every procedure that has one: a schema without one here fails the first test. */
const VALID: Record<string, Record<string, unknown>> = {
  authInputs: {
    challenge: {},
    register: { ...proof, ...signedList, username: 'alice', vault },
    join: { ...proof, ...signedList, admission: { kind: 'consent', deviceId: id(3), signature: b64(64) } },
    signIn: proof,
    refresh: { refreshToken: b64(32) },
  },
  userInputs: { search: { query: 'al', limit: 20 }, profiles: { userIds: [id(1), id(2)] } },
  deviceInputs: {
    lists: { users: [{ userId: id(1), since: 0 }] },
    update: { deviceList: b64(150), signature: b64(64), vault },
    replaceKey: {
      deviceList: b64(150),
      signature: b64(64),
      vault,
      shares: [{ deviceId: id(3), envelope: b64(200) }],
    },
    checkpoint: { rev: 12 },
  },
  preKeyInputs: {
    publish: {
      signedPreKey: preKey(32),
      lastResortKemPreKey: preKey(1184),
      oneTimePreKeys: [preKey(32)],
      oneTimeKemPreKeys: [preKey(1184)],
    },
    claim: { userId: id(1), deviceIds: [id(2)] },
  },
  vaultInputs: { unlock: { username: 'alice', challengeId: id(1), signature: b64(64) } },
  linkingInputs: {
    open: { linkId: id(1) },
    send: { linkId: id(1), step: 1, payload: b64(100) },
    receive: { linkId: id(1), step: 4 },
  },
  conversationInputs: {
    openDm: { userId: id(1) },
    list: { after: null, limit: 50 },
    get: { conversationId: id(1) },
  },
  messageInputs: {
    send: {
      conversationId: id(1),
      messageId: id(2),
      deviceLists: [{ userId: id(3), version: 1 }],
      body: b64(297),
      envelopes: [{ deviceId: id(4), envelope: b64(300) }],
    },
    history: { conversationId: id(1), before: null, limit: 50 },
    requestRetry: { conversationId: id(1), seq: 3 },
    retry: { conversationId: id(1), seq: 3, deviceId: id(2), envelope: b64(300) },
    remove: { conversationId: id(1), seq: 3 },
  },
  channelInputs: {
    create: {
      conversationId: id(1),
      visibility: 'public',
      name: 'general',
      description: 'Anything',
      suite: 1,
      groupInfo: b64(500),
      authenticator: b64(32),
    },
    update: { conversationId: id(1), name: 'general', description: '' },
    browse: { query: 'gen', after: null, limit: 50 },
    join: { conversationId: id(1) },
    decline: { conversationId: id(1) },
    leave: { conversationId: id(1) },
    invite: { conversationId: id(1), userIds: [id(2)] },
    invitations: {},
    add: { conversationId: id(1), userIds: [id(2), id(3)] },
    remove: { conversationId: id(1), userId: id(2) },
    setRole: { conversationId: id(1), userId: id(2), role: 'admin' },
    publishKeyPackages: { oneTime: [{ ref: b64(32), bytes: b64(300) }], lastResort: { ref: b64(32), bytes: b64(300) } },
    keyPackageStatus: {},
    claimKeyPackages: { conversationId: id(1), deviceIds: [id(2)] },
    group: { conversationId: id(1) },
    heads: {},
    log: { conversationId: id(1), after: 0, limit: 100 },
    commit: {
      conversationId: id(1),
      commitId: id(2),
      incarnation: 0,
      epoch: 3,
      commit: b64(300),
      welcome: b64(400),
      groupInfo: b64(500),
      authenticator: b64(32),
      adds: [{ userId: id(3), deviceId: id(4) }],
      removes: [id(5)],
      isExternal: false,
    },
    send: {
      conversationId: id(1),
      messageId: id(2),
      incarnation: 0,
      epoch: 3,
      body: b64(297),
      envelope: b64(250),
    },
    report: { conversationId: id(1), incarnation: 0, epoch: 3 },
    reset: { conversationId: id(1), incarnation: 1, groupInfo: b64(500), authenticator: b64(32) },
  },
  attachmentInputs: {
    limits: {},
    create: { attachmentId: id(1), conversationId: id(2), size: 65_552 },
    cancel: { attachmentId: id(1) },
  },
  syncInputs: {
    subscribe: { lastEventId: '17' },
    ack: { position: 3 },
    typing: { conversationId: id(1), isTyping: true },
    presence: { state: 'away' },
  },
};

const procedures: [string, z.ZodType, unknown][] = Object.entries(api).flatMap(([router, schemas]) =>
  Object.entries(schemas).map(([name, schema]): [string, z.ZodType, unknown] => [
    `${router}.${name}`,
    schema as z.ZodType,
    VALID[router]?.[name],
  ]),
);

const accepts = (schema: z.ZodType, input: unknown) => schema.safeParse(input).success;

/** Every value inside `input`, as a path. */
function pathsOf(input: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof input !== 'object' || input === null) return [path];
  return [path, ...Object.entries(input).flatMap(([key, value]) => pathsOf(value, [...path, key]))];
}

/** A copy of `input` with the value at `path` replaced. */
function replaced(input: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(input)) return input.map((item, i) => (String(i) === key ? replaced(item, rest, value) : item));
  const record = input as Record<string, unknown>;
  return { ...record, [key]: replaced(record[key], rest, value) };
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

it('what needs no session is named as the contract names it', () => {
  const known = new Set(procedures.map(([path]) => path));
  const named = PUBLIC_PROCEDURES.map((path) => path.replace(/s?\./, 'Inputs.'));
  expect(named.filter((path) => !known.has(path))).toEqual([]);
});

it('an upload of a vault has its limits wherever it is part of an input', () => {
  const upload = { vault: b64(8), signature: b64(64), records: [b64(8)] };
  expect(vaultUpload.safeParse(upload).success).toBe(true);
  expect(vaultUpload.safeParse({ ...upload, records: Array.from({ length: 9 }, () => b64(8)) }).success).toBe(false);
  expect(vaultUpload.safeParse({ ...upload, vault: b64(8_193) }).success).toBe(false);
});

describe.each(procedures)('%s', (_, schema, valid) => {
  it('accepts what a client sends', () => {
    expect(valid).toBeDefined();
    expect(schema.safeParse(valid).error).toBeUndefined();
  });

  it('refuses fields it does not know', () => {
    expect(accepts(schema, { ...(valid as object), extra: 1 })).toBe(false);
  });

  it('refuses a missing field', () => {
    for (const key of Object.keys(valid as object)) {
      if (key === 'lastEventId') continue;
      const { [key]: _gone, ...rest } = valid as Record<string, unknown>;
      expect(accepts(schema, rest), key).toBe(false);
    }
  });

  it('refuses a value of another type anywhere: nothing is coerced', () => {
    fc.assert(
      fc.property(fc.constantFrom(...pathsOf(valid)), fc.anything(), (path, value) => {
        const original = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], valid);
        const isAccepted = accepts(schema, replaced(valid, path, value));
        const isComparable = ![value, original].some((each) => each === null || each === undefined);
        if (isComparable && kindOf(value) !== kindOf(original)) expect(isAccepted).toBe(false);
      }),
    );
  });

  it('refuses arbitrary input with an issue, never an exception', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        schema.safeParse(input);
      }),
    );
  });
});

describe('limits of single fields', () => {
  const send = VALID['messageInputs']!['send'] as { body: string; envelopes: unknown[] };
  const publish = VALID['preKeyInputs']!['publish'] as Record<string, unknown>;
  const commit = VALID['channelInputs']!['commit'] as Record<string, unknown>;
  const cases: [string, z.ZodType, unknown, boolean][] = [
    ['a body at the limit', api.messageInputs.send, { ...send, body: b64(SIZE_LIMITS.sealedBody) }, true],
    ['a body over the limit', api.messageInputs.send, { ...send, body: b64(SIZE_LIMITS.sealedBody + 1) }, false],
    ['an empty body', api.messageInputs.send, { ...send, body: '' }, false],
    ['base64 with padding', api.messageInputs.send, { ...send, body: 'AQ==' }, false],
    ['base64 that is not canonical', api.messageInputs.send, { ...send, body: 'AR' }, false],
    ['40 envelopes', api.messageInputs.send, { ...send, envelopes: Array(40).fill(send.envelopes[0]) }, true],
    ['41 envelopes', api.messageInputs.send, { ...send, envelopes: Array(41).fill(send.envelopes[0]) }, false],
    ['a signature of 63 bytes', api.authInputs.signIn, { ...proof, signature: b64(63) }, false],
    ['a signature of 65 bytes', api.authInputs.signIn, { ...proof, signature: b64(65) }, false],
    ['an upper-case id', api.authInputs.signIn, { ...proof, userId: id(0xab).toUpperCase() }, false],
    ['a KEM key as a curve key', api.preKeyInputs.publish, { ...publish, signedPreKey: preKey(1184) }, false],
    [
      'no prekeys at all',
      api.preKeyInputs.publish,
      { signedPreKey: null, lastResortKemPreKey: null, oneTimePreKeys: [], oneTimeKemPreKeys: [] },
      true,
    ],
    [
      '101 one-time prekeys',
      api.preKeyInputs.publish,
      { ...publish, oneTimePreKeys: Array(101).fill(preKey(32)) },
      false,
    ],
    ['key id 2^32', api.preKeyInputs.publish, { ...publish, signedPreKey: { ...preKey(32), keyId: 2 ** 32 } }, false],
    ['linking step 0', api.linkingInputs.receive, { linkId: id(1), step: 0 }, false],
    ['linking step 5', api.linkingInputs.receive, { linkId: id(1), step: 5 }, false],
    ['page size 0', api.conversationInputs.list, { after: null, limit: 0 }, false],
    ['page size 101', api.conversationInputs.list, { after: null, limit: 101 }, false],
    ['no last event', api.syncInputs.subscribe, {}, true],
    ['a last event that is no number', api.syncInputs.subscribe, { lastEventId: '1; drop' }, false],
    ['a last event that is too long', api.syncInputs.subscribe, { lastEventId: '1'.repeat(16) }, false],
    ['a presence of another state', api.syncInputs.presence, { state: 'offline' }, false],
    ['an empty page of a log', api.channelInputs.log, { conversationId: id(1), after: 0, limit: 0 }, false],
    ['101 entries of a log', api.channelInputs.log, { conversationId: id(1), after: 0, limit: 101 }, false],
    ['a query with a character 0', api.channelInputs.browse, { query: 'a\0', after: null, limit: 10 }, false],
    ['a Commit over the limit', api.channelInputs.commit, { ...commit, commit: b64(CHANNEL_LIMITS.commit + 1) }, false],
    ['a Commit at the limit', api.channelInputs.commit, { ...commit, commit: b64(CHANNEL_LIMITS.commit) }, true],
    ['a Commit without a Welcome', api.channelInputs.commit, { ...commit, welcome: null }, true],
    ['an authenticator of 31 bytes', api.channelInputs.commit, { ...commit, authenticator: b64(31) }, false],
    ['a blank query', api.userInputs.search, { query: '   ', limit: 10 }, false],
    [
      'a guest without a vault',
      api.authInputs.register,
      { ...proof, ...signedList, username: null, vault: null },
      true,
    ],
  ];
  it.each(cases)('%s', (_, schema, input, isAccepted) => {
    expect(accepts(schema, input)).toBe(isAccepted);
  });

  it('turns text into bytes and leaves ids as they are', () => {
    const parsed = api.authInputs.signIn.parse(proof);
    expect(parsed.signature).toEqual(new Uint8Array(64).fill(1));
    expect(parsed.userId).toBe(proof.userId);
  });
});

describe('user names', () => {
  const normalised = (text: string) => {
    const result = usernameField.safeParse(text);
    return result.success ? result.data : null;
  };

  it.each([
    ['alice', 'alice'],
    ['  Alice  ', 'Alice'],
    ['ａｌｉｃｅ', 'alice'],
    ['Zoe\u0308', 'Zoë'],
    ['Мария_1', 'Мария_1'],
    ['田中', '田中'],
    ['हिन्दी', 'हिन्दी'],
    ['a.b-c_d', 'a.b-c_d'],
    ['x'.repeat(32), 'x'.repeat(32)],
  ])('%s is %s', (typed, name) => {
    expect(normalised(typed)).toBe(name);
  });

  it.each([
    'a',
    '',
    '  a ',
    'x'.repeat(33),
    'ﷺﷺ',
    'alice bob',
    '.alice',
    '-alice',
    '_alice',
    'al\u200bice',
    'al\u202eice',
    'alice\u0000',
    'a@b.c',
    '<b>alice',
    '\ud800\ud800',
    '👋👋',
    '\u0308ab',
  ])('%j is refused', (typed) => {
    expect(normalised(typed)).toBeNull();
  });

  it('are their own normal form, and have no spaces or controls', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 40 }), (typed) => {
        const name = normalised(typed);
        if (name === null) return;
        expect(normalised(name)).toBe(name);
        expect(name).not.toMatch(/[\s\p{C}\p{Z}]/u);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('names of channels', () => {
  const normalised = (text: string) => {
    const result = channelNameField.safeParse(text);
    return result.success ? result.data : null;
  };

  it.each([
    ['  General talk ', 'General talk'],
    ['Cafe\u0301', 'Café'],
    ['x'.repeat(80), 'x'.repeat(80)],
    ['👩', '👩'],
  ])('%s is %s', (typed, name) => {
    expect(normalised(typed)).toBe(name);
  });

  it.each(['', '   ', 'x'.repeat(81), 'é'.repeat(41), 'two\nlines', 'a\0b', 'a\u202eb', 'a\u200bb'])(
    '%j is refused',
    (typed) => {
      expect(normalised(typed)).toBeNull();
    },
  );
});
