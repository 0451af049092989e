import { webcrypto } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { bufferedRng, createDeviceKeys, selectCurves, selectKem } from '@seal-chat/crypto';
import {
  DEFAULT_SUITE,
  createCommit,
  createGroup,
  createKeyPackage,
  joinByWelcome,
  joinExternal,
  processCommit,
  type Authenticate,
  type CreatedKeyPackage,
  type GroupName,
  type GroupState,
  type MlsDeps,
  type MlsIdentity,
} from '@seal-chat/crypto/mls';
import { newId, toHex, type ConversationId, type DeviceId, type TenantId, type UserId } from '@seal-chat/protocol';
import { atMost, digits, show, type Row } from '../report.ts';
import { summarize } from '../stats.ts';

/** Devices in the group. */
export const DOOR_SIZE = 500;
const ADDS_PER_COMMIT = 50;
const ROUNDS = 5;

const rng = bufferedRng((bytes) => void webcrypto.getRandomValues(bytes));

interface Device {
  readonly identity: MlsIdentity;
  readonly keyPackage: CreatedKeyPackage;
}

/** What ML-KEM costs where devices enter a channel. */
export async function doorRows(): Promise<readonly Row[]> {
  const curves = await selectCurves(webcrypto.subtle);
  const kem = await selectKem(webcrypto.subtle, rng);
  const deps: MlsDeps = { subtle: webcrypto.subtle, rng, kem: async () => kem, now: Date.now() };
  const tenantId = newId<TenantId>(rng(16));
  const group: GroupName = { tenantId, conversationId: newId<ConversationId>(rng(16)), incarnation: 0 };
  const known = new Map<DeviceId, string>();
  const authenticate: Authenticate = ({ deviceId }, key) => known.get(deviceId) === toHex(key);

  async function createDevice(): Promise<Device> {
    const { deviceId, sign: signKey } = await createDeviceKeys({ curves, rng });
    const identity = { tenantId, userId: newId<UserId>(rng(16)), deviceId, signKey };
    known.set(deviceId, toHex(signKey.publicKey));
    const keyPackage = await createKeyPackage(deps, { suite: DEFAULT_SUITE, identity, isLastResort: false });
    return { identity, keyPackage };
  }

  async function add(by: MlsIdentity, state: GroupState, devices: readonly Device[]) {
    const adds = devices.map(({ identity, keyPackage }) => ({ member: identity, keyPackage: keyPackage.publicBytes }));
    return createCommit(deps, { state, identity: by, authenticate, adds, removes: [] });
  }

  const enter = ({ identity, keyPackage: { ref, privateBytes } }: Device, welcome: Uint8Array) =>
    joinByWelcome(deps, {
      welcome,
      findKeyPackage: async (wanted) => (toHex(wanted) === toHex(ref) ? privateBytes : null),
      identity,
      authenticate,
      group,
    });

  const first = await createDevice();
  const created = await createGroup(deps, { suite: DEFAULT_SUITE, group, identity: first.identity });
  const others = await Promise.all(Array.from({ length: DOOR_SIZE - 1 }, createDevice));
  const one = await add(first.identity, created.state, others.slice(0, 1));
  const fifty = await add(first.identity, created.state, others.slice(0, ADDS_PER_COMMIT));
  let grown = { state: created.state, groupInfo: created.groupInfo, welcome: one.welcome };
  for (let at = 0; at < others.length; at += ADDS_PER_COMMIT)
    grown = await add(first.identity, grown.state, others.slice(at, at + ADDS_PER_COMMIT));
  const outsider = await createDevice();
  const { groupInfo, state } = grown;
  const external = () =>
    joinExternal(deps, { groupInfo, identity: outsider.identity, authenticate, group, minEpoch: 0 });
  const joined = await external();
  const times = await timesOf({
    'make a KeyPackage': createDevice,
    'make a Commit that adds 50': () => add(first.identity, created.state, others.slice(0, ADDS_PER_COMMIT)),
    'join by Welcome': () => enter(others.at(-1)!, grown.welcome!),
    'join externally': external,
    'follow an external join': () =>
      processCommit(deps, {
        state,
        commit: joined.commit,
        identity: first.identity,
        authenticate,
        from: outsider.identity,
      }),
  });
  return [
    size('KeyPackage', first.keyPackage.publicBytes, 320),
    size('Welcome of 1, group of 2', one.welcome!, 835),
    size('Welcome of 50, group of 51', fifty.welcome!, 17_152, 80_000),
    size('Commit that adds 50', fifty.commit, 16_141),
    size(`GroupInfo of ${DOOR_SIZE}`, groupInfo, 107_771),
    size(`external Commit into ${DOOR_SIZE}`, joined.commit, 41_634),
    ...times,
  ];
}

/** `before`: bytes without ML-KEM, measured once with the same groups. */
function size(what: string, { length }: Uint8Array, before: number, most?: number): Row {
  return {
    what: `ML-KEM at the doors: ${what}`,
    ratio: `${digits(length / before)}x without`,
    seal: `${digits(length)} B`,
    peers: '',
    elsewhere: `without ${digits(before)} B`,
    checks: most === undefined ? [] : [atMost(`<= ${digits(most)} B`, length, most)],
  };
}

async function timesOf(tasks: Readonly<Record<string, () => Promise<unknown>>>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [what, task] of Object.entries(tasks)) {
    const rounds: number[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const startedAt = performance.now();
      await task();
      if (round >= 0) rounds.push(performance.now() - startedAt);
    }
    rows.push({
      what: `... ${what}`,
      ratio: '',
      seal: show(summarize(rounds), 'ms'),
      peers: '',
      elsewhere: '',
      checks: [],
    });
  }
  return rows;
}
