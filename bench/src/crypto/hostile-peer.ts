import { performance } from 'node:perf_hooks';
import { sessionCodec, sessionRecordHeadCodec, type Session, type SessionRecord } from '@seal-chat/crypto';
import { RATCHET_LIMITS, decode, encode, type Bytes } from '@seal-chat/protocol';
import { digits, show, type Row } from '../report.ts';
import { summarize } from '../stats.ts';
import { PLAINTEXT_LENGTH } from './measure.ts';
import { createDevice, createTools, decrypt, encrypt, openSession } from './seal.ts';

const { maxSessionsPerDevice, maxSkippedKeysPerDevice } = RATCHET_LIMITS;
/** Missing in each session, so that all together are more than are kept. */
const MISSING = Math.ceil(maxSkippedKeysPerDevice / maxSessionsPerDevice) + 1;
const MESSAGES = 200;

/** A message of a device that has begun all the sessions it may and left out messages in each of them. */
export async function hostilePeerRow(): Promise<Row> {
  const tools = await createTools(true);
  const [peer, own] = [await createDevice(tools), await createDevice(tools)];
  const plain = tools.rng(PLAINTEXT_LENGTH);
  const preKeys = [...own.preKeys];
  for (let i = 0; i < maxSessionsPerDevice; i++) {
    for (const [name, preKey] of preKeys) own.preKeys.set(name, preKey);
    peer.records.clear();
    await openSession(tools, peer, own);
    for (let n = 0; n < MISSING; n++) await encrypt(tools, peer, own, plain);
    await decrypt(tools, own, peer, await encrypt(tools, peer, own, plain));
  }
  const key = peer.own.deviceId;
  let stored = writeAll(own.records.get(key)!);
  const read = stored.head.length + stored.sessions.reduce((sum, { length }) => sum + length, 0);
  const times: number[] = [];
  let written = 0;
  for (let i = 0; i < MESSAGES; i++) {
    const message = await encrypt(tools, peer, own, plain);
    const startedAt = performance.now();
    const before = readAll(stored);
    own.records.set(key, before);
    await decrypt(tools, own, peer, message);
    const after = own.records.get(key)!;
    const changed = after.sessions.filter((session) => !before.sessions.includes(session)).map(writeOne);
    times.push((performance.now() - startedAt) * 1_000);
    written = changed.reduce((sum, { length }) => sum + length, 0);
    stored = writeAll(after);
  }
  return {
    what: `a message of a device with ${maxSessionsPerDevice} sessions and ${maxSkippedKeysPerDevice} skipped keys: read, open, write`,
    ratio: '',
    seal: `${show(summarize(times), 'µs')}; ${digits(read)} B read, ${digits(written)} B written`,
    peers: '',
    elsewhere: '',
    checks: [],
  };
}

interface Stored {
  readonly head: Bytes;
  readonly sessions: readonly Bytes[];
}

const writeOne = (session: Session): Bytes => encode(sessionCodec, session);

function writeAll(record: SessionRecord): Stored {
  return { head: encode(sessionRecordHeadCodec, record), sessions: record.sessions.map(writeOne) };
}

function readAll({ head, sessions }: Stored): SessionRecord {
  return { ...decode(sessionRecordHeadCodec, head), sessions: sessions.map((bytes) => decode(sessionCodec, bytes)) };
}
