import { describe, expect, it } from 'vitest';
import { type Bytes, type Codec, asKey, type DhPublicKey } from '@seal-chat/protocol';
import { TENANT, curves, testAccount } from '../../test/accounts.ts';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import { createDeviceKeys, newDeviceOf } from '../identity.ts';
import { signJoinConsent } from '../sign-consent.ts';
import { createLinkingCode, linkingCodeKeys } from './code.ts';
import { linkAnswerCodec, linkOpeningCodec, linkRequestCodec, type LinkGrant } from './messages.ts';
import { acceptLink, requestLink, revealLink } from './new-device.ts';
import { answerLink, checkLink, grantLink } from './old-device.ts';
import { commit, openStep, sealStep, startTranscript } from './schedule.ts';

const CODE = createLinkingCode(seededRng('code'));
const device = newDeviceOf(await createDeviceKeys({ curves, rng: seededRng('joining') }));

async function grantOf(name: string): Promise<LinkGrant> {
  const { identity, account, device: first, state } = await testAccount(name);
  return {
    tenantId: TENANT,
    userId: account.userId,
    username: name,
    identityKey: identity.publicKey,
    secrets: { accountSeed: account.key.privateKey, archive: account.archive },
    deviceListVersion: 1,
    deviceListHash: state.hash,
    byDeviceId: first.deviceId,
    consent: await signJoinConsent(curves, first, { ...account, device }),
  };
}

/** All four steps between two honest devices; every payload and state is kept. */
async function honestRun(seed: string, { newCode = CODE, oldCode = CODE } = {}) {
  const [newRng, oldRng] = [seededRng(`${seed} new`), seededRng(`${seed} old`)];
  const grant = await grantOf('alice');
  const one = await requestLink({ curves, rng: newRng, code: newCode, deviceName: 'Firefox on Linux', device });
  const two = await answerLink({ curves, rng: oldRng, code: oldCode, payload: one.payload });
  const three = await revealLink({ curves, rng: newRng, state: one.state, payload: two.payload });
  const check = await checkLink({ curves, state: two.state, payload: three.payload });
  const four = grantLink({ state: check.state, grant, rng: oldRng });
  return { grant, one, two, three, check, four, newRng, oldRng };
}

describe('a linking code', () => {
  it('leads both devices to the same place, however it is typed', () => {
    expect(CODE).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    expect(linkingCodeKeys(CODE.toLowerCase().replaceAll('-', ' '))).toEqual(linkingCodeKeys(CODE));
    expect(linkingCodeKeys(CODE).linkId).not.toBe(linkingCodeKeys(createLinkingCode(seededRng('other'))).linkId);
  });

  it('is refused when it is none', async () => {
    for (const code of ['', 'hello', `${CODE}0`, CODE.slice(1)]) {
      expect(await codeOf(() => linkingCodeKeys(code))).toBe('WRONG_CODE');
    }
  });
});

describe('linking', () => {
  it('hands the account over after both screens show the same digits', async () => {
    const run = await honestRun('honest');
    expect(run.one.linkId).toBe(linkingCodeKeys(CODE).linkId);
    expect(run.two.deviceName).toBe('Firefox on Linux');
    expect(run.three.sas).toMatch(/^\d{6}$/);
    expect(run.check.sas).toBe(run.three.sas);
    expect(run.check.state.device).toEqual(device);
    expect(acceptLink(run.three.state, run.four)).toEqual(run.grant);
  });

  it('works for a guest', async () => {
    const { check, three, oldRng } = await honestRun('guest');
    const grant = { ...(await grantOf('guest')), username: null };
    expect(acceptLink(three.state, grantLink({ state: check.state, grant, rng: oldRng }))).toEqual(grant);
  });

  it('shows other digits in another run of the same code', async () => {
    const sas = await Promise.all(['a', 'b', 'c'].map(async (seed) => (await honestRun(seed)).three.sas));
    expect(new Set(sas).size).toBe(3);
  });

  it('leaves its inputs as they were', async () => {
    const { one, two } = await honestRun('pure');
    const copy = structuredClone({ one, two });
    await revealLink({ curves, rng: seededRng('again'), state: one.state, payload: two.payload });
    expect({ one, two }).toEqual(copy);
  });

  it('fails for who does not know the code', async () => {
    const newCode = createLinkingCode(seededRng('guess'));
    expect(await codeOf(() => honestRun('guess', { newCode }))).toBe('WRONG_CODE');
  });

  it('refuses any step with a bit changed, cut or empty', async () => {
    const { one, two, three, check, four } = await honestRun('bits');
    const receive: [Bytes, (payload: Bytes) => unknown][] = [
      [one.payload, (payload) => answerLink({ curves, rng: seededRng('x'), code: CODE, payload })],
      [two.payload, (payload) => revealLink({ curves, rng: seededRng('x'), state: one.state, payload })],
      [three.payload, (payload) => checkLink({ curves, state: two.state, payload })],
      [four, (payload) => acceptLink(three.state, payload)],
    ];
    expect(check.state.stage).toBe('checked');
    for (const [payload, open] of receive) {
      for (let i = 0; i < payload.length; i++) {
        const changed = payload.slice();
        changed[i] = changed[i]! ^ (1 << (i % 8));
        expect(await codeOf(() => open(changed))).toBe(i === 0 ? 'UNSUPPORTED_VERSION' : 'WRONG_CODE');
      }
      expect(await codeOf(() => open(payload.slice(0, -1)))).toBe('WRONG_CODE');
      expect(await codeOf(() => open(payload.slice(0, 10)))).toBe('MALFORMED');
      expect(await codeOf(() => open(new Uint8Array(0)))).toBe('MALFORMED');
      expect(await codeOf(() => open(new Uint8Array(9_000)))).toBe('TOO_LARGE');
    }
  });

  it('refuses every step in the place of another, and any step of another run', async () => {
    const { one, two, three, check, four, oldRng } = await honestRun('order');
    const replayed = await honestRun('earlier');
    const steps = [one.payload, two.payload, three.payload, four];
    const foreign = [null, replayed.two.payload, replayed.three.payload, replayed.four];
    const receive: ((payload: Bytes) => unknown)[] = [
      (payload) => answerLink({ curves, rng: seededRng('x'), code: CODE, payload }),
      (payload) => revealLink({ curves, rng: seededRng('x'), state: one.state, payload }),
      (payload) => checkLink({ curves, state: two.state, payload }),
      (payload) => acceptLink(three.state, payload),
    ];
    for (const [i, open] of receive.entries()) {
      const others = [...steps.filter((_, k) => k !== i), ...(foreign[i] ? [foreign[i]] : [])];
      for (const payload of others) expect(await codeOf(() => open(payload))).toBe('WRONG_CODE');
    }
    // An earlier grant of the same old device is no grant in this run.
    const earlier = grantLink({ state: replayed.check.state, grant: replayed.grant, rng: oldRng });
    expect(await codeOf(() => acceptLink(three.state, earlier))).toBe('WRONG_CODE');
    expect(check.sas).toBe(three.sas);
  });

  it('refuses low-order ephemeral keys from someone who knows the code', async () => {
    const { codeKey, linkId } = linkingCodeKeys(CODE);
    const rng = seededRng('low order');
    const zero = asKey<DhPublicKey>(new Uint8Array(32));
    const start = startTranscript(linkId);

    const one = await requestLink({ curves, rng, code: CODE, deviceName: 'n', device });
    const badTwo = sealStep({
      step: 2,
      codec: linkAnswerCodec,
      content: { ephemeralKey: zero },
      secret: codeKey,
      transcript: one.state.transcript,
      rng,
    });
    expect(await codeOf(() => revealLink({ curves, rng, state: one.state, payload: badTwo.payload }))).toBe(
      'LOW_ORDER_KEY',
    );

    const opened = { ephemeralKey: zero, device, opening: rng(32) };
    const request = sealStep({
      step: 1,
      codec: linkRequestCodec,
      content: { commitment: commit(linkId, opened), deviceName: 'm' },
      secret: codeKey,
      transcript: start,
      rng,
    });
    const two = await answerLink({ curves, rng, code: CODE, payload: request.payload });
    const three = sealStep({
      step: 3,
      codec: linkOpeningCodec,
      content: opened,
      secret: codeKey,
      transcript: two.state.transcript,
      rng,
    });
    expect(await codeOf(() => checkLink({ curves, state: two.state, payload: three.payload }))).toBe('LOW_ORDER_KEY');
  });

  it('refuses names that do not fit', async () => {
    for (const deviceName of ['x'.repeat(65), 'é'.repeat(33), '\ud800']) {
      expect(await codeOf(() => requestLink({ curves, rng: seededRng('n'), code: CODE, deviceName, device }))).toBe(
        'BAD_INPUT',
      );
    }
  });
});

/** Mallory saw the code over a shoulder and controls the server. */
describe('a man in the middle who knows the code', () => {
  it('makes the two screens show different digits', async () => {
    const rng = seededRng('mallory');
    const victim = await requestLink({ curves, rng: seededRng('victim'), code: CODE, deviceName: 'Phone', device });
    // Towards the old device he plays the new one, towards the new device the old one.
    const asNew = await requestLink({ curves, rng, code: CODE, deviceName: 'Phone', device });
    const fromOld = await answerLink({ curves, rng: seededRng('old'), code: CODE, payload: asNew.payload });
    const asOld = await answerLink({ curves, rng, code: CODE, payload: victim.payload });
    const toOld = await revealLink({ curves, rng, state: asNew.state, payload: fromOld.payload });
    const fromVictim = await revealLink({ curves, rng, state: victim.state, payload: asOld.payload });
    const old = await checkLink({ curves, state: fromOld.state, payload: toOld.payload });
    expect(old.sas).not.toBe(fromVictim.sas);
  });

  it('cannot choose his key or his device after he has seen the old device answer', async () => {
    const rng = seededRng('mallory');
    const { codeKey } = linkingCodeKeys(CODE);
    const one = await requestLink({ curves, rng, code: CODE, deviceName: 'Phone', device });
    const two = await answerLink({ curves, rng: seededRng('old'), code: CODE, payload: one.payload });
    const better = await curves.dhKeyPair(asKey(rng(32)));
    for (const content of [
      { ...one.state.opening, ephemeralKey: better.publicKey },
      { ...one.state.opening, opening: rng(32) },
      // A device that he chose after he could compute the digits for it.
      { ...one.state.opening, device: { ...device, registrationId: device.registrationId ^ 1 } },
    ]) {
      const { payload } = sealStep({
        step: 3,
        codec: linkOpeningCodec,
        content,
        secret: codeKey,
        transcript: two.state.transcript,
        rng,
      });
      expect(await codeOf(() => checkLink({ curves, state: two.state, payload }))).toBe('WRONG_CODE');
    }
  });

  it('cannot move the digits by sealing the same step again', async () => {
    const { codeKey } = linkingCodeKeys(CODE);
    const { two, three, check } = await honestRun('grind');
    const { transcript } = two.state;
    const { content } = openStep({
      step: 3,
      codec: linkOpeningCodec,
      payload: three.payload,
      secret: codeKey,
      transcript,
    });
    for (const seed of ['one', 'two', 'three']) {
      const rng = seededRng(seed);
      const { payload } = sealStep({ step: 3, codec: linkOpeningCodec, content, secret: codeKey, transcript, rng });
      expect(payload).not.toEqual(three.payload);
      expect((await checkLink({ curves, state: two.state, payload })).sas).toBe(check.sas);
    }
  });

  it('cannot pass the request on under another name', async () => {
    const rng = seededRng('rename');
    const { codeKey, linkId } = linkingCodeKeys(CODE);
    const start = startTranscript(linkId);
    const reseal = <T>(step: 1 | 2 | 3, codec: Codec<T>, content: T, transcript: Bytes) =>
      sealStep({ step, codec, content, secret: codeKey, transcript, rng });

    const victim = await requestLink({
      curves,
      rng: seededRng('victim'),
      code: CODE,
      deviceName: 'Phone of Mallory',
      device,
    });
    const { commitment } = openStep({
      step: 1,
      codec: linkRequestCodec,
      payload: victim.payload,
      secret: codeKey,
      transcript: start,
    }).content;
    const renamed = reseal(1, linkRequestCodec, { commitment, deviceName: 'Phone of Alice' }, start);
    const old = await answerLink({ curves, rng: seededRng('old'), code: CODE, payload: renamed.payload });
    expect(old.deviceName).toBe('Phone of Alice');
    // Every later step has to be sealed again, for the side that saw the other name.
    const ephemeralKey = old.state.ephemeral.publicKey;
    const answer = reseal(2, linkAnswerCodec, { ephemeralKey }, victim.state.transcript);
    const revealed = await revealLink({ curves, rng: seededRng('v'), state: victim.state, payload: answer.payload });
    const { opening } = victim.state;
    const passedOn = reseal(3, linkOpeningCodec, opening, old.state.transcript);
    const checked = await checkLink({ curves, state: old.state, payload: passedOn.payload });
    expect(checked.sas).not.toBe(revealed.sas);
  });

  it('cannot read the account without the ephemeral keys', async () => {
    const { codeKey } = linkingCodeKeys(CODE);
    const { three, four } = await honestRun('read');
    expect(await codeOf(() => acceptLink({ ...three.state, secret: asKey(codeKey) }, four))).toBe('WRONG_CODE');
  });
});
