import { webcrypto } from 'node:crypto';
import { bufferedRng, createDeviceKeys, selectCurves, selectKem } from '@seal-chat/crypto';
import {
  DEFAULT_SUITE,
  createCommit,
  createGroup,
  createKeyPackage,
  decryptMessage,
  encryptMessage,
  joinByWelcome,
  processCommit,
  type Authenticate,
  type CreatedKeyPackage,
  type GroupName,
  type GroupState,
  type MlsDeps,
  type MlsIdentity,
} from '@seal-chat/crypto/mls';
import {
  newId,
  toHex,
  type Bytes,
  type ConversationId,
  type DeviceId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { installedVersion } from '../crypto/version.ts';
import type { Contender } from './contender.ts';

const rng = bufferedRng((bytes) => void webcrypto.getRandomValues(bytes));
const MESSAGE_ID: Bytes = rng(16);
/** Devices that a server takes in with one Commit. */
const ADDS_PER_COMMIT = 100;

interface Device {
  readonly identity: MlsIdentity;
  readonly keyPackage: CreatedKeyPackage;
}

/** Seal's channels: states travel as bytes between the calls, as they do between the rows of a device's store. */
export function createSeal(): Contender<Bytes> {
  return {
    name: 'Seal',
    version: installedVersion('../../packages/crypto'),
    async open(members) {
      const curves = await selectCurves(webcrypto.subtle);
      const kem = await selectKem(webcrypto.subtle, rng);
      const deps: MlsDeps = { subtle: webcrypto.subtle, rng, kem: async () => kem, now: Date.now() };
      const tenantId = newId<TenantId>(rng(16));
      const group: GroupName = { tenantId, conversationId: newId<ConversationId>(rng(16)), incarnation: 0 };
      const known = new Map<DeviceId, string>();
      const authenticate: Authenticate = ({ deviceId }, key) => known.get(deviceId) === toHex(key);
      const createDevice = async (): Promise<Device> => {
        const { deviceId, sign: signKey } = await createDeviceKeys({ curves, rng });
        const identity = { tenantId, userId: newId<UserId>(rng(16)), deviceId, signKey };
        known.set(identity.deviceId, toHex(signKey.publicKey));
        return {
          identity,
          keyPackage: await createKeyPackage(deps, { suite: DEFAULT_SUITE, identity, isLastResort: false }),
        };
      };
      const devices: Device[] = [];
      while (devices.length < members) devices.push(await createDevice());
      const [first, ...others] = devices as [Device, ...Device[]];
      const second = others.at(-1)!;
      const created = await createGroup(deps, { suite: DEFAULT_SUITE, group, identity: first.identity });
      const all = others.map(({ identity, keyPackage }) => ({ member: identity, keyPackage: keyPackage.publicBytes }));
      const welcomes: Bytes[] = [];
      let grown: { readonly state: GroupState } = created;
      for (let at = 0; at < all.length; at += ADDS_PER_COMMIT) {
        const adds = all.slice(at, at + ADDS_PER_COMMIT);
        const change = { state: grown.state, identity: first.identity, authenticate, adds, removes: [] };
        const made = await createCommit(deps, change);
        welcomes.push(made.welcome!);
        grown = made;
      }
      const welcome = welcomes.at(-1)!;
      const enter = () =>
        joinByWelcome(deps, {
          welcome,
          findKeyPackage: async (ref) =>
            toHex(ref) === toHex(second.keyPackage.ref) ? second.keyPackage.privateBytes : null,
          identity: second.identity,
          authenticate,
          group,
        });
      const base = { sender: grown.state, receiver: (await enter()).state };
      let { sender, receiver } = base;
      const renewal = () =>
        createCommit(deps, { state: base.sender, identity: first.identity, authenticate, adds: [], removes: [] });
      return {
        channel: {
          async encrypt(plaintext) {
            const sent = await encryptMessage(deps, {
              state: sender,
              identity: first.identity,
              plaintext,
              authenticatedData: MESSAGE_ID,
            });
            sender = sent.state;
            return sent.message;
          },
          async decrypt(message) {
            const opened = await decryptMessage(deps, { state: receiver, message, from: first.identity });
            receiver = opened.state;
            return opened.plaintext;
          },
          lengthOf: ({ length }) => length,
        },
        membership: {
          commit: renewal,
          async process(commit) {
            const { commit: bytes } = commit as Awaited<ReturnType<typeof renewal>>;
            await processCommit(deps, {
              state: base.receiver,
              commit: bytes,
              identity: second.identity,
              authenticate,
              from: first.identity,
            });
          },
          join: async () => void (await enter()),
          commitLength: (await renewal()).commit.length,
          welcomeLength: welcomes.reduce((sum, { length }) => sum + length, 0),
        },
      };
    },
  };
}
