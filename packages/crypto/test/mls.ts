import {
  newId,
  toHex,
  utf8,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type TenantId,
  type UserId,
  asKey,
} from '@seal-chat/protocol';
import { tweetnaclCurves } from '../src/curves/tweetnacl.ts';
import { sha256 } from '../src/kdf.ts';
import { nobleKem } from '../src/kem/noble.ts';
import {
  DEFAULT_SUITE,
  createCommit,
  createGroup,
  createKeyPackage,
  decryptMessage,
  encryptMessage,
  joinByWelcome,
  joinExternal,
  processCommit,
  type Authenticate,
  type GroupName,
  type GroupState,
  type MlsDeps,
  type MlsIdentity,
  type MlsMember,
} from '../src/mls/index.ts';
import { seededRng } from './rng.ts';

/** A channel's devices and its log, as a well-behaved server would keep them. */

export const TENANT: TenantId = id('tenant');
export const NOW = 1_790_000_000_000;

/** An id that a name stands for. */
export function id<T extends TenantId | UserId | DeviceId | ConversationId>(name: string): T {
  return newId<T>(sha256(utf8(name)).slice(0, 16));
}

export function groupName(name = 'channel', incarnation = 0): GroupName {
  return { tenantId: TENANT, conversationId: id<ConversationId>(name), incarnation };
}

export function depsFor(seed: string, now: number = NOW): MlsDeps {
  const rng = seededRng(seed);
  return { subtle: globalThis.crypto.subtle, rng, kem: async () => nobleKem(rng), now };
}

export async function identityOf(user: string, device = `${user} 1`): Promise<MlsIdentity> {
  const signKey = await tweetnaclCurves.signKeyPair(asKey(sha256(utf8(`signing key of ${device}`))));
  return { tenantId: TENANT, userId: id<UserId>(user), deviceId: id<DeviceId>(device), signKey };
}

export function memberOf({ userId, deviceId }: MlsMember): MlsMember {
  return { userId, deviceId };
}

/** The directory: who is known, with which key. */
export class Directory {
  readonly #keys = new Map<DeviceId, string>();

  add(identity: MlsIdentity): void {
    this.#keys.set(identity.deviceId, `${identity.userId} ${toHex(identity.signKey.publicKey)}`);
  }

  forget({ deviceId }: MlsMember): void {
    this.#keys.delete(deviceId);
  }

  readonly authenticate: Authenticate = ({ userId, deviceId }, key) =>
    this.#keys.get(deviceId) === `${userId} ${toHex(key)}`;
}

/** One device: its identity, its state and what it sends. */
export class TestDevice {
  readonly identity: MlsIdentity;
  readonly deps: MlsDeps;
  readonly directory: Directory;
  state: GroupState | null = null;

  constructor(identity: MlsIdentity, directory: Directory) {
    this.identity = identity;
    this.directory = directory;
    this.deps = depsFor(`random numbers of ${identity.deviceId}`);
    directory.add(identity);
  }

  get context() {
    if (this.state === null) throw new Error('not in the group');
    return { state: this.state, identity: this.identity, authenticate: this.directory.authenticate };
  }

  async say(text: string): Promise<Bytes> {
    const { state, message } = await encryptMessage(this.deps, {
      ...this.context,
      plaintext: utf8(text),
      authenticatedData: utf8('about it'),
    });
    this.state = state;
    return message;
  }

  async hear(message: Uint8Array, from: TestDevice): Promise<string> {
    const result = await decryptMessage(this.deps, { ...this.context, message, from: from.identity });
    this.state = result.state;
    return new TextDecoder().decode(result.plaintext);
  }

  /** A Commit, applied at once by this device. */
  async commit(adds: readonly TestDevice[], removes: readonly TestDevice[] = [], suite = DEFAULT_SUITE) {
    const packages = await Promise.all(adds.map((device) => device.keyPackage(suite)));
    const created = await createCommit(this.deps, {
      ...this.context,
      adds: adds.map((device, i) => ({ member: memberOf(device.identity), keyPackage: packages[i]!.publicBytes })),
      removes: removes.map(({ identity }) => identity.deviceId),
    });
    return { ...created, packages };
  }

  keyPackage(suite = DEFAULT_SUITE, isLastResort = false) {
    return createKeyPackage(this.deps, { suite, identity: this.identity, isLastResort });
  }

  async process(commit: Uint8Array, from: TestDevice) {
    const result = await processCommit(this.deps, { ...this.context, commit, from: memberOf(from.identity) });
    this.state = result.state;
    return result;
  }

  async welcomed(welcome: Uint8Array, privateBytes: Bytes, group: GroupName = groupName()) {
    const joined = await joinByWelcome(this.deps, {
      welcome,
      findKeyPackage: async () => privateBytes,
      identity: this.identity,
      authenticate: this.directory.authenticate,
      group,
    });
    this.state = joined.state;
    return joined;
  }

  joinExternal(groupInfo: Uint8Array, minEpoch = 0, group: GroupName = groupName()) {
    return joinExternal(this.deps, {
      groupInfo,
      identity: this.identity,
      authenticate: this.directory.authenticate,
      group,
      minEpoch,
    });
  }
}

/** A channel whose first device is its creator; keeps all devices in step. */
export class TestChannel {
  readonly directory = new Directory();
  readonly devices: TestDevice[] = [];
  readonly suite: number;
  groupInfo: Bytes = new Uint8Array(0);

  private constructor(suite: number) {
    this.suite = suite;
  }

  static async create(creator: string, suite = DEFAULT_SUITE, group = groupName()): Promise<TestChannel> {
    const channel = new TestChannel(suite);
    const device = await channel.device(creator);
    const created = await createGroup(device.deps, { suite, group, identity: device.identity });
    device.state = created.state;
    channel.groupInfo = created.groupInfo;
    channel.devices.push(device);
    return channel;
  }

  /** A device that is not in the group. `name` is user and number, as in `bob 2`. */
  async device(name: string): Promise<TestDevice> {
    return new TestDevice(await identityOf(name.split(' ')[0]!, name), this.directory);
  }

  /** Commits, delivers to every device, welcomes the new ones. */
  async commit(by: TestDevice, adds: readonly TestDevice[], removes: readonly TestDevice[] = []) {
    const created = await by.commit(adds, removes, this.suite);
    const others = this.devices.filter((device) => device !== by);
    const results = await Promise.all(others.map((device) => device.process(created.commit, by)));
    by.state = created.state;
    for (const [i, device] of adds.entries()) {
      await device.welcomed(created.welcome!, privateOf(created.packages, i));
      this.devices.push(device);
    }
    for (const device of removes) this.devices.splice(this.devices.indexOf(device), 1);
    this.groupInfo = created.groupInfo;
    return { ...created, results };
  }

  /** Devices that join together, by the first device. */
  async with(...names: readonly string[]): Promise<readonly TestDevice[]> {
    const added = await Promise.all(names.map((name) => this.device(name)));
    await this.commit(this.devices[0]!, added);
    return added;
  }
}

function privateOf(packages: readonly { readonly privateBytes: Bytes }[], i: number): Bytes {
  return packages[i]!.privateBytes;
}
