import { html, type TemplateResult } from 'lit';
import type { UserId } from '@seal-chat/client';
import { avatarHue } from '@seal-chat/ui';
import { avatar } from '../../people/avatar.ts';
import type { MessageAppearance, MessageListHost } from '../message-list/host.ts';

/** The name above a group of messages that one member wrote in a channel. */
export function senderName({ message, senderName: name }: MessageAppearance): TemplateResult {
  return html`<span class="sender hue-${avatarHue(message.senderUserId)}"><bdi>${name}</bdi></span>`;
}

/** The picture next to the last of them. */
export function senderPicture(userId: UserId, { summary }: MessageListHost): TemplateResult {
  return avatar(summary?.members.find((one) => one.userId === userId) ?? { userId, username: null });
}
