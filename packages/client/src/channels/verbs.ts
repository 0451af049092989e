import { SealError, type ConversationId, type UserId } from '@seal-chat/protocol';
import type { ChannelListing, MemberRole } from '@seal-chat/protocol/api';
import type { SealClient } from '../client-types.ts';
import type { Device } from '../device.ts';

/** What people do with channels: loaded when it is first asked for. See `ChannelControls` and `SealClient`. */

export async function createChannel(
  _device: Device,
  _options: Parameters<SealClient['createChannel']>[0],
): Promise<ConversationId> {
  throw new SealError('UNAVAILABLE');
}

export async function browseChannels(
  _device: Device,
  _options: Parameters<SealClient['browseChannels']>[0],
): Promise<readonly ChannelListing[]> {
  throw new SealError('UNAVAILABLE');
}

export async function joinChannel(_device: Device, _id: ConversationId): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function declineInvitation(_device: Device, _id: ConversationId): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function rename(_device: Device, _id: ConversationId, _name: string): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function describe(_device: Device, _id: ConversationId, _text: string): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function setSharesHistory(_device: Device, _id: ConversationId, _isOn: boolean): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function add(_device: Device, _id: ConversationId, _userIds: readonly UserId[]): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function invite(_device: Device, _id: ConversationId, _userIds: readonly UserId[]): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function remove(_device: Device, _id: ConversationId, _userId: UserId): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function setRole(_device: Device, _id: ConversationId, _userId: UserId, _role: MemberRole): Promise<void> {
  throw new SealError('UNAVAILABLE');
}

export async function leave(_device: Device, _id: ConversationId): Promise<void> {
  throw new SealError('UNAVAILABLE');
}
