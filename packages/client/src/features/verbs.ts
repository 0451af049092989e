import { SealError, type ConversationId } from '@seal-chat/protocol';
import type { Mention } from '@seal-chat/protocol/content';
import type { SendOptions } from '../client-types.ts';
import type { Device } from '../device.ts';
import type { Message } from '../types.ts';

/** What people do with messages beyond writing and reading them. Loaded when a conversation is opened. */

export async function sendPost(
  _device: Device,
  _id: ConversationId,
  _text: string,
  _options: SendOptions,
): Promise<Message> {
  throw new SealError('UNAVAILABLE');
}

export async function edit(
  _device: Device,
  _id: ConversationId,
  _seq: number,
  _text: string,
  _mentions?: readonly Mention[],
): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function deleteForEveryone(_device: Device, _id: ConversationId, _seq: number): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function deleteForMe(_device: Device, _id: ConversationId, _seq: number): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function react(
  _device: Device,
  _id: ConversationId,
  _seq: number,
  _emoji: string,
  _isOn: boolean,
): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function setTimer(_device: Device, _id: ConversationId, _seconds: number): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function setDraft(_device: Device, _id: ConversationId, _text: string): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function setMuted(_device: Device, _id: ConversationId, _isMuted: boolean): Promise<void> {
  throw new SealError('UNAVAILABLE');
}
