import { randomBytes, randomUUID } from 'node:crypto';
import {
  CiphertextMessageType,
  IdentityChange,
  IdentityKeyPair,
  IdentityKeyStore,
  KEMKeyPair,
  KyberPreKeyRecord,
  KyberPreKeyStore,
  LogLevel,
  PreKeyBundle,
  PreKeyRecord,
  PreKeySignalMessage,
  PreKeyStore,
  PrivateKey,
  ProtocolAddress,
  SessionStore,
  SignalMessage,
  SignedPreKeyRecord,
  SignedPreKeyStore,
  initLogger,
  processPreKeyBundle,
  signalDecrypt,
  signalDecryptPreKey,
  signalEncrypt,
  type PublicKey,
  type SessionRecord,
} from '@signalapp/libsignal-client';
import type { Beginnings, Contender, Conversation, Side } from './contender.ts';
import { installedVersion } from './version.ts';

type Bytes = Uint8Array<ArrayBuffer>;

interface SignalSealed {
  readonly type: number;
  readonly bytes: Bytes;
}

/** Session records stay native objects, never serialised between messages: the cheapest store there can be. */
class MemorySessions extends SessionStore {
  readonly #records = new Map<string, SessionRecord>();

  override async saveSession(name: ProtocolAddress, record: SessionRecord): Promise<void> {
    this.#records.set(name.toString(), record);
  }

  override async getSession(name: ProtocolAddress): Promise<SessionRecord | null> {
    return this.#records.get(name.toString()) ?? null;
  }

  override async getExistingSessions(addresses: ProtocolAddress[]): Promise<SessionRecord[]> {
    return addresses.map((address) => this.#records.get(address.toString())!);
  }
}

class MemoryIdentities extends IdentityKeyStore {
  readonly #own: PrivateKey;
  readonly #registrationId: number;

  constructor(own: PrivateKey, registrationId: number) {
    super();
    this.#own = own;
    this.#registrationId = registrationId;
  }

  override async getIdentityKey(): Promise<PrivateKey> {
    return this.#own;
  }

  override async getLocalRegistrationId(): Promise<number> {
    return this.#registrationId;
  }

  override async saveIdentity(): Promise<IdentityChange> {
    return IdentityChange.NewOrUnchanged;
  }

  override async isTrustedIdentity(): Promise<boolean> {
    return true;
  }

  override async getIdentity(): Promise<PublicKey | null> {
    return null;
  }
}

class MemoryPreKeys extends PreKeyStore {
  readonly #records = new Map<number, PreKeyRecord>();

  override async savePreKey(id: number, record: PreKeyRecord): Promise<void> {
    this.#records.set(id, record);
  }

  override async getPreKey(id: number): Promise<PreKeyRecord> {
    return this.#records.get(id)!;
  }

  override async removePreKey(id: number): Promise<void> {
    this.#records.delete(id);
  }
}

class MemorySignedPreKeys extends SignedPreKeyStore {
  readonly #records = new Map<number, SignedPreKeyRecord>();

  override async saveSignedPreKey(id: number, record: SignedPreKeyRecord): Promise<void> {
    this.#records.set(id, record);
  }

  override async getSignedPreKey(id: number): Promise<SignedPreKeyRecord> {
    return this.#records.get(id)!;
  }
}

class MemoryKyberPreKeys extends KyberPreKeyStore {
  readonly #records = new Map<number, KyberPreKeyRecord>();

  override async saveKyberPreKey(id: number, record: KyberPreKeyRecord): Promise<void> {
    this.#records.set(id, record);
  }

  override async getKyberPreKey(id: number): Promise<KyberPreKeyRecord> {
    return this.#records.get(id)!;
  }

  override async markKyberPreKeyUsed(): Promise<void> {}
}

interface SignalDevice {
  readonly address: ProtocolAddress;
  readonly sessions: MemorySessions;
  readonly identities: MemoryIdentities;
  readonly preKeys: MemoryPreKeys;
  readonly signedPreKeys: MemorySignedPreKeys;
  readonly kyberPreKeys: MemoryKyberPreKeys;
  readonly bundle: PreKeyBundle;
}

/** `CiphertextMessage.type()` is a plain number. */
const PREKEY_MESSAGE: number = CiphertextMessageType.PreKey;
const DEVICE_ID = 1;
const KEY_ID = 1;

/** A device with one prekey of each kind, and the bundle that offers them. */
async function createDevice(): Promise<SignalDevice> {
  const identity = IdentityKeyPair.generate();
  const registrationId = 1 + (randomBytes(2).readUInt16BE() & 0x3fff);
  const signedKey = PrivateKey.generate();
  const oneTimeKey = PrivateKey.generate();
  const kemPair = KEMKeyPair.generate();
  const signedSignature = identity.privateKey.sign(signedKey.getPublicKey().serialize());
  const kemSignature = identity.privateKey.sign(kemPair.getPublicKey().serialize());
  const preKeys = new MemoryPreKeys();
  const signedPreKeys = new MemorySignedPreKeys();
  const kyberPreKeys = new MemoryKyberPreKeys();
  await preKeys.savePreKey(KEY_ID, PreKeyRecord.new(KEY_ID, oneTimeKey.getPublicKey(), oneTimeKey));
  await signedPreKeys.saveSignedPreKey(
    KEY_ID,
    SignedPreKeyRecord.new(KEY_ID, Date.now(), signedKey.getPublicKey(), signedKey, signedSignature),
  );
  await kyberPreKeys.saveKyberPreKey(KEY_ID, KyberPreKeyRecord.new(KEY_ID, Date.now(), kemPair, kemSignature));
  return {
    address: ProtocolAddress.new(randomUUID(), DEVICE_ID),
    sessions: new MemorySessions(),
    identities: new MemoryIdentities(identity.privateKey, registrationId),
    preKeys,
    signedPreKeys,
    kyberPreKeys,
    bundle: PreKeyBundle.new(
      registrationId,
      DEVICE_ID,
      KEY_ID,
      oneTimeKey.getPublicKey(),
      KEY_ID,
      signedKey.getPublicKey(),
      signedSignature,
      identity.publicKey,
      KEY_ID,
      kemPair.getPublicKey(),
      kemSignature,
    ),
  };
}

async function encrypt(from: SignalDevice, to: SignalDevice, plain: Bytes): Promise<SignalSealed> {
  const message = await signalEncrypt(plain, to.address, from.address, from.sessions, from.identities);
  return { type: message.type(), bytes: message.serialize() };
}

function decrypt(to: SignalDevice, from: SignalDevice, sealed: SignalSealed): Promise<Bytes> {
  if (sealed.type === PREKEY_MESSAGE) {
    return signalDecryptPreKey(
      PreKeySignalMessage.deserialize(sealed.bytes),
      from.address,
      to.address,
      to.sessions,
      to.identities,
      to.preKeys,
      to.signedPreKeys,
      to.kyberPreKeys,
    );
  }
  return signalDecrypt(SignalMessage.deserialize(sealed.bytes), from.address, to.address, to.sessions, to.identities);
}

function openSession(from: SignalDevice, to: SignalDevice): Promise<void> {
  return processPreKeyBundle(to.bundle, to.address, from.address, from.sessions, from.identities);
}

const plaintext = (length: number): Bytes => new Uint8Array(randomBytes(length));

async function converse(): Promise<Conversation<Bytes, SignalSealed>> {
  const devices = [await createDevice(), await createDevice()] as const;
  await openSession(devices[0], devices[1]);
  await decrypt(devices[1], devices[0], await encrypt(devices[0], devices[1], plaintext(1)));
  await decrypt(devices[0], devices[1], await encrypt(devices[1], devices[0], plaintext(1)));
  const other = (side: Side): SignalDevice => devices[side === 0 ? 1 : 0];
  return {
    encrypt: (from, plain) => encrypt(devices[from], other(from), plain),
    decrypt: (to, sealed) => decrypt(devices[to], other(to), sealed),
  };
}

async function begin(count: number): Promise<Beginnings<Bytes, SignalSealed>> {
  const sender = await createDevice();
  const receivers = await Promise.all(Array.from({ length: count }, createDevice));
  return {
    async start(index, plain) {
      await openSession(sender, receivers[index]!);
      return encrypt(sender, receivers[index]!, plain);
    },
    accept: (index, sealed) => decrypt(receivers[index]!, sender, sealed),
  };
}

/** Signal's own implementation: Rust behind a native Node module (AGPL; measured, never part of Seal). */
export function createLibsignal(): Contender<Bytes, SignalSealed> {
  initLogger(LogLevel.Error, () => {});
  return { name: 'libsignal', version: installedVersion('@signalapp/libsignal-client'), plaintext, converse, begin };
}
