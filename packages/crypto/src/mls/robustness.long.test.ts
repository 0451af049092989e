import { isSealError, utf8, type Bytes } from '@seal-chat/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedBytes, deepFreeze } from '../../test/deep-freeze.ts';
import { TENANT, TestChannel, groupName, memberOf } from '../../test/mls.ts';
import { runs } from '../../test/runs.ts';
import {
  checkKeyPackage,
  createCommit,
  decryptMessage,
  describeGroup,
  describeGroupInfo,
  encryptMessage,
  joinByWelcome,
  joinExternal,
  processCommit,
} from './index.ts';

/** Everything a server hands to a device, and what the device does with it. */
async function inputs() {
  const channel = await TestChannel.create('ann 1');
  const [bob] = await channel.with('bob 1');
  const ann = channel.devices[0]!;
  const cid = await channel.device('cid 1');
  const dan = await channel.device('dan 1');
  const { commit, welcome, packages, groupInfo } = await ann.commit([cid]);
  const external = await dan.joinExternal(channel.groupInfo);
  const { message } = await encryptMessage(ann.deps, {
    ...ann.context,
    plaintext: new Uint8Array(65),
    authenticatedData: utf8('0123456789abcdef'),
  });
  const { authenticate } = channel.directory;
  const from = memberOf(ann.identity);
  const state = deepFreeze(bob!.state!);
  const { publicBytes, privateBytes } = packages[0]!;
  const process = (sender: typeof from) => (bytes: Bytes) =>
    processCommit(bob!.deps, { ...bob!.context, state, commit: bytes, from: sender });
  const handlers: Record<string, readonly [Bytes, (bytes: Bytes) => Promise<unknown>]> = {
    message: [message, (bytes) => decryptMessage(bob!.deps, { state, message: bytes, from })],
    commit: [commit, process(from)],
    'external commit': [external.commit, process(memberOf(dan.identity))],
    welcome: [
      welcome!,
      (bytes) =>
        joinByWelcome(cid.deps, {
          welcome: bytes,
          findKeyPackage: async () => privateBytes,
          identity: cid.identity,
          authenticate,
          group: groupName(),
        }),
    ],
    GroupInfo: [
      groupInfo,
      (bytes) =>
        joinExternal(dan.deps, {
          groupInfo: bytes,
          identity: dan.identity,
          authenticate,
          group: groupName(),
          minEpoch: 0,
        }),
    ],
    KeyPackage: [
      publicBytes,
      (bytes) => checkKeyPackage(ann.deps, { bytes, expected: memberOf(cid.identity), tenantId: TENANT, authenticate }),
    ],
  };
  return { handlers, state, ann, bob: bob!, cid, publicBytes };
}

/** The error, which must be a SealError. */
async function refusal(handle: (bytes: Bytes) => Promise<unknown>, bytes: Bytes): Promise<string> {
  try {
    await handle(bytes);
  } catch (error) {
    if (isSealError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

const NAMES = ['message', 'commit', 'external commit', 'welcome', 'GroupInfo', 'KeyPackage'] as const;

describe.each(NAMES)('a damaged %s', (name) => {
  it('is refused, whichever bit it is', async () => {
    const { handlers } = await inputs();
    const [good, handle] = handlers[name]!;
    expect(await refusal(handle, good)).toBe('accepted');
    const step = Math.max(1, Math.floor(good.length / 150));
    for (let at = 0; at < good.length; at += step) {
      const bad = good.slice();
      bad[at]! ^= 1 << (at % 8);
      expect(await refusal(handle, bad), `byte ${at}`).not.toBe('accepted');
    }
    for (const bad of [good.slice(0, -1), Uint8Array.from([...good, 0])])
      expect(await refusal(handle, bad), 'length').not.toBe('accepted');
    expect(changedBytes()).toBe(0);
  });

  it('or something else altogether is refused with an error of ours', async () => {
    const { handlers } = await inputs();
    const [good, handle] = handlers[name]!;
    const change = fc.tuple(fc.nat(good.length), fc.uint8Array({ maxLength: 12 }), fc.nat(12));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), change), async (sample) => {
        const isChange = !(sample instanceof Uint8Array);
        const bytes = isChange
          ? Uint8Array.from([...good.slice(0, sample[0]), ...sample[1], ...good.slice(sample[0] + sample[2])])
          : Uint8Array.from(sample);
        if (bytes.join() === good.join()) return;
        expect(await refusal(handle, bytes)).not.toBe('accepted');
      }),
      runs(60),
    );
  });
});

it('a Commit has one encoding: the library takes any byte but 1 for "no UpdatePath"', async () => {
  const { handlers } = await inputs();
  const [good, handle] = handlers['commit']!;
  const zeros = [...good.keys()].filter((at) => good[at] === 0);
  expect(zeros.length).toBeGreaterThan(0);
  for (const at of zeros) {
    const bad = good.slice();
    bad[at] = 2;
    expect(await refusal(handle, bad), `byte ${at}`).not.toBe('accepted');
  }
});

it('a message has one encoding: its lengths are as short as they can be', async () => {
  const { handlers } = await inputs();
  const [good, handle] = handlers['message']!;
  const groupIdAt = 4;
  expect(good[groupIdAt]).toBe(36);
  const longGroupId = [...good.slice(0, groupIdAt), 0x40, ...good.slice(groupIdAt)];
  const ciphertextAt = good.findLastIndex((byte, at) => byte === 0x40 && good[at + 1] === good.length - at - 2);
  const tail = good.slice(ciphertextAt + 1);
  const longCiphertext = [...good.slice(0, ciphertextAt), 0x80, 0, 0, ...tail];
  for (const bad of [longGroupId, longCiphertext])
    expect(await refusal(handle, Uint8Array.from(bad)), bad.join()).toBe('MALFORMED');
});

describe('a damaged state', () => {
  it('is refused with an error of ours', async () => {
    const { state } = await inputs();
    for (let at = 0; at < state.epoch.length; at += 37) {
      const epoch = state.epoch.slice(0, at);
      expect(['MALFORMED', 'UNSUPPORTED_VERSION']).toContain(
        await refusal(async () => describeGroup({ ...state, epoch }), epoch),
      );
    }
  });

  it('or GroupInfo is described as little', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await refusal(async (input) => describeGroupInfo(input), Uint8Array.from(bytes))).not.toBe('accepted');
      }),
      runs(100),
    );
  });
});

it('changes nothing it is handed', async () => {
  changedBytes();
  const { handlers, ann, cid, publicBytes } = await inputs();
  const context = deepFreeze({ ...ann.context, identity: ann.identity });
  for (const [good] of Object.values(handlers)) deepFreeze(good);
  deepFreeze(publicBytes);
  for (const [good, handle] of Object.values(handlers)) expect(await refusal(handle, good)).toBe('accepted');
  const adds = deepFreeze([{ member: memberOf(cid.identity), keyPackage: publicBytes }]);
  await createCommit(ann.deps, { ...context, adds, removes: [] });
  const plaintext = deepFreeze(utf8('text'));
  await encryptMessage(ann.deps, { ...context, plaintext, authenticatedData: plaintext });
  describeGroup(context.state);
  expect(changedBytes()).toBe(0);
});
