import type { Conversation, ConversationId, SealClient } from '../../src/index.ts';
import type { ClientOptions, House, Resident } from './house.ts';
import { online, textOf, until } from './wait.ts';
import { patient } from '../../../../scripts/lib/patience.mjs';

/** People with their clients, connected. */
export async function settle(house: House, count: number, options: ClientOptions = {}): Promise<readonly Resident[]> {
  const residents = await Promise.all(Array.from({ length: count }, () => house.enter(null, options)));
  await Promise.all(residents.map(({ client }) => online(client)));
  return residents;
}

/** A further device of the account of `old`, connected. */
export async function addDevice(
  house: House,
  old: SealClient,
  options: Parameters<House['open']>[0] = {},
): Promise<SealClient> {
  const next = house.open(options);
  const offer = await old.showLinkingCode();
  const shown = offer.state.get();
  const request = next.linkThisDevice(shown.step === 'waiting' ? shown.code : '');
  await until(offer.state, ({ step }) => step === 'compare', 'the digits');
  offer.confirm();
  await Promise.all([offer.finished, request.finished]);
  await online(next);
  return next;
}

/** The channel on `client`, once the device is in its group. */
export async function joined(client: SealClient, conversationId: ConversationId): Promise<Conversation> {
  const conversation = client.conversation(conversationId);
  await until(conversation.summary, (summary) => summary?.channel?.state === 'joined', 'to be in the channel');
  return conversation;
}

/** What people said in it, without what the channel says of itself. */
export function said(conversation: Conversation): string[] {
  return conversation.messages
    .get()
    .messages.filter(({ content }) => content.kind !== 'event')
    .map(textOf);
}

/** What the channel says of itself. */
export function events(conversation: Conversation): string[] {
  return conversation.messages
    .get()
    .messages.flatMap(({ content }) => (content.kind === 'event' ? [content.event.type] : []));
}

/** Waits until people have said exactly `expected`, in that order. */
export async function expectSaid(conversation: Conversation, expected: readonly string[]): Promise<void> {
  const wanted = JSON.stringify(expected);
  await until(conversation.messages, () => JSON.stringify(said(conversation)) === wanted).catch(() => {
    throw new Error(`expected ${wanted}, said ${JSON.stringify(said(conversation))}`);
  });
}

/** Waits until everything of `expected` was said. */
export async function expectAmong(conversation: Conversation, expected: readonly string[]): Promise<void> {
  await until(conversation.messages, () => expected.every((text) => said(conversation).includes(text))).catch(() => {
    throw new Error(`expected ${JSON.stringify(expected)} among ${JSON.stringify(said(conversation))}`);
  });
}

/** Says something, and waits until it has its place. */
export async function say(conversation: Conversation, text: string): Promise<void> {
  const { messageId } = await conversation.send(text);
  const isPlaced = (): boolean =>
    conversation.messages.get().messages.some((message) => message.messageId === messageId && message.seq !== null);
  await until(conversation.messages, isPlaced, `${text} to be accepted`);
}

/** Waits until the server has `atLeast` one-time KeyPackages of the device: others can take it into a channel. */
export async function stocked(client: SealClient, atLeast = 1): Promise<void> {
  const deadline = Date.now() + patient(15_000);
  for (;;) {
    const { oneTime } = await client.api.channels.keyPackageStatus.query({});
    if (oneTime.length >= atLeast) return;
    if (Date.now() > deadline) throw new Error('no KeyPackages');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until the devices that must be in a group are in it. */
export async function isSettled(client: SealClient, conversationId: ConversationId): Promise<void> {
  const deadline = Date.now() + patient(15_000);
  for (;;) {
    const { toAdd, toRemove } = await client.api.channels.group.query({ conversationId });
    if (toAdd.length === 0 && toRemove.length === 0) return;
    if (Date.now() > deadline) throw new Error(`to add ${toAdd.length}, to remove ${toRemove.length}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
