import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PART_SIZE, toBase64, type ConversationId } from '@seal-chat/protocol';
import type { ConversationAnswer, LogAnswer, SyncEvent } from '@seal-chat/protocol/api';
import { DEMO_APP_KEY, publishPreKeys, register, type Cryptography, type Registered } from '../server/people.ts';
import { createBody, createEnvelope } from '../server/seal-pairs.ts';
import { Device } from './device.ts';
import type { Ledger } from './ledger.ts';

/** People, spread over the processes. */
const PAIRS = 6;
const CHANNELS = 2;
/** Between two messages of one sender, ms. */
const DM_PAUSE_MS = 200;
const CHANNEL_PAUSE_MS = 400;
const FILE_PAUSE_MS = 2_000;
/** Two parts. */
const FILE_BYTES = 1_200_000;
/** The shortest life of a message, s: jobs end it. */
const LIFETIME_SECONDS = 30;
const HTTP_MS = 10_000;

/** A file that was announced, and its SHA-256. */
export interface StoredFile {
  readonly attachmentId: string;
  readonly hash: string;
  readonly reader: Registered;
}

/** The load: DMs, channels and files, until it is told to end. */
export interface Crowd {
  readonly files: readonly StoredFile[];
  /** Messages that were to disappear. */
  readonly passing: readonly string[];
  /** The device of the person who may read `file`. */
  readonly readers: ReadonlyMap<StoredFile, Device>;
  /** Spreads everybody over the processes again. */
  goHome(): Promise<unknown>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

const random = (length: number): string => randomBytes(length).toString('base64url');

/** Registers everybody, spread over the processes at `origins`, and begins the load. What is sent is entered in `ledger`. */
export async function gatherCrowd(origins: readonly string[], tools: Cryptography, ledger: Ledger): Promise<Crowd> {
  const site = { url: origins[0]!, appKey: DEMO_APP_KEY };
  const people: Registered[] = [];
  for (let i = 0; i < PAIRS * 2; i++) {
    const person = await register(site, tools, `crowd-${i}`);
    await publishPreKeys(site, tools, person);
    people.push(person);
  }
  /** Ends the load; and everything. */
  const [stopped, closed] = [new AbortController(), new AbortController()];
  const reading = new Map<Device, Map<string, { from: number; isReading: boolean; isStale: boolean }>>();
  const devices = people.map((person, i) => {
    const device: Device = new Device({
      person,
      appKey: DEMO_APP_KEY,
      origins,
      place: i,
      onEvent: (event) => take(device, event),
      onConnected: () => {
        for (const channel of reading.get(device)!.keys()) void readLog(device, channel);
      },
    });
    reading.set(device, new Map());
    return device;
  });

  function take(device: Device, event: SyncEvent): void {
    if (event.type === 'message') ledger.hear(device.person.deviceId, event.messageId, event.seq, false);
    if (event.type === 'channel-entry' && event.entry.kind === 'message') {
      ledger.hear(device.person.deviceId, event.entry.messageId, event.entry.seq, true);
    }
    if (event.type === 'channel-head') void readLog(device, event.conversationId);
  }

  /** What was said in a channel while nobody told this device. */
  async function readLog(device: Device, conversationId: string): Promise<void> {
    const place = reading.get(device)!.get(conversationId);
    if (place === undefined) return;
    place.isStale = true;
    if (place.isReading) return;
    place.isReading = true;
    while (place.isStale && !closed.signal.aborted) {
      place.isStale = false;
      const input = { conversationId, after: place.from, limit: 100 };
      try {
        const { entries, lastSeq } = await device.call<LogAnswer>('query', 'channels.log', input);
        for (const entry of entries) {
          if (entry.kind === 'message') ledger.hear(device.person.deviceId, entry.messageId, entry.seq, true);
        }
        place.from = entries.at(-1)?.seq ?? place.from;
        if (place.from < lastSeq) place.isStale = true;
      } catch {
        place.isStale = true;
        await sleep(DM_PAUSE_MS);
      }
    }
    place.isReading = false;
  }

  const files: StoredFile[] = [];
  const passing: string[] = [];
  const readers = new Map<StoredFile, Device>();
  const loops: Promise<void>[] = [];
  const repeat = (pauseMs: number, work: () => Promise<void>): void => {
    loops.push(
      (async () => {
        while (!stopped.signal.aborted) {
          await work();
          await sleep(pauseMs);
        }
      })(),
    );
  };

  for (let i = 0; i < PAIRS; i++) {
    // Neighbours are on different processes.
    const [from, to] = [devices[i * 2]!, devices[i * 2 + 1]!];
    const dm = await from.insist<ConversationAnswer>('conversations.openDm', { userId: to.person.userId });
    const { conversationId } = dm.answer;
    const send = async (more: object = {}): Promise<string> => {
      const messageId = randomUUID();
      const input = directMessage(tools, conversationId, messageId, from.person, to.person);
      ledger.begin(messageId, [to.person.deviceId]);
      const { answer } = await from.insist<{ seq: number }>('messages.send', { ...input, ...more });
      ledger.acknowledge(messageId, answer.seq);
      return messageId;
    };
    repeat(DM_PAUSE_MS, async () => void (await send()));
    if (i === 0)
      repeat(FILE_PAUSE_MS, async () => void passing.push(await send({ lifetimeSeconds: LIFETIME_SECONDS })));
    if (i > 1) continue;
    repeat(FILE_PAUSE_MS, async () => {
      const file = await uploadFile(from, conversationId);
      const stored = { ...file, reader: to.person };
      await send({ attachmentIds: [file.attachmentId] });
      files.push(stored);
      readers.set(stored, to);
    });
  }

  for (let i = 0; i < CHANNELS; i++) {
    const conversationId = await makeChannel(devices, i);
    for (const device of devices)
      reading.get(device)!.set(conversationId, { from: 0, isReading: false, isStale: false });
    const sender = devices[i]!;
    const due = devices.filter((device) => device !== sender).map((device) => device.person.deviceId);
    repeat(CHANNEL_PAUSE_MS, async () => {
      const messageId = randomUUID();
      ledger.begin(messageId, due);
      const input = { conversationId, messageId, incarnation: 0, epoch: 1, body: random(500), envelope: random(300) };
      const { answer } = await sender.insist<{ seq: number }>('channels.send', input);
      ledger.acknowledge(messageId, answer.seq);
    });
  }

  return {
    files,
    passing,
    readers,
    goHome: () => Promise.all(devices.map((device) => device.goHome())),
    async stop() {
      stopped.abort();
      await Promise.all(loops);
    },
    async close() {
      stopped.abort();
      closed.abort();
      await Promise.all(devices.map((device) => device.close()));
    },
  };
}

function directMessage(
  tools: Cryptography,
  conversationId: ConversationId,
  messageId: string,
  from: Registered,
  to: Registered,
): object {
  return {
    conversationId,
    messageId,
    deviceLists: [from, to].map(({ userId }) => ({ userId, version: 1 })),
    body: toBase64(createBody(tools, conversationId)),
    envelopes: [{ deviceId: to.deviceId, envelope: toBase64(createEnvelope(tools)) }],
  };
}

/** A channel of all devices, made by the one at `owner`. */
async function makeChannel(devices: readonly Device[], owner: number): Promise<string> {
  const own = devices[owner]!;
  const others = devices.filter((device) => device !== own).map(({ person }) => person);
  const conversationId = randomUUID();
  const group = { groupInfo: random(1_000), authenticator: random(32) };
  const named = { visibility: 'private', name: null, description: null, suite: 1 };
  await own.insist('channels.create', { conversationId, ...named, ...group });
  await own.insist('channels.add', { conversationId, userIds: others.map(({ userId }) => userId) });
  await own.insist('channels.commit', {
    conversationId,
    commitId: randomUUID(),
    incarnation: 0,
    epoch: 0,
    commit: random(500),
    welcome: random(500),
    ...group,
    adds: others.map(({ userId, deviceId }) => ({ userId, deviceId })),
    removes: [],
    isExternal: false,
  });
  return conversationId;
}

/** Announces a file and sends its parts until they are stored. */
async function uploadFile(
  device: Device,
  conversationId: string,
): Promise<{ readonly attachmentId: string; readonly hash: string }> {
  const attachmentId = randomUUID();
  const bytes = randomBytes(FILE_BYTES);
  const { answer } = await device.insist<{ parts: number }>('attachments.create', {
    attachmentId,
    conversationId,
    size: bytes.length,
  });
  for (let index = 0; index < answer.parts;) {
    const body = bytes.subarray(index * PART_SIZE, (index + 1) * PART_SIZE);
    const stored = await request(device, `${attachmentId}/${index}`, { method: 'PUT', body });
    if (stored?.status === 204) index++;
    else await sleep(DM_PAUSE_MS);
  }
  return { attachmentId, hash: hashOf(bytes) };
}

/** What `device` reads of a file, as SHA-256; null when nobody answers. */
export async function readFile(device: Device, attachmentId: string): Promise<string | null> {
  const answer = await request(device, attachmentId, {});
  return answer?.status === 200 ? hashOf(new Uint8Array(await answer.arrayBuffer())) : null;
}

function request(device: Device, path: string, init: RequestInit): Promise<Response | null> {
  return fetch(`${device.origin}/v1/attachments/${path}`, {
    ...init,
    headers: { 'x-seal-app-key': DEMO_APP_KEY, authorization: `Bearer ${device.person.accessToken}` },
    signal: AbortSignal.timeout(HTTP_MS),
  }).catch(() => null);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
