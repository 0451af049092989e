import { html, type TemplateResult } from 'lit';
import type { UserId } from '@seal-chat/client';
import { avatar } from '../../people/avatar.ts';
import { avatarHue } from '../../people/initials.ts';
import type { MessageAppearance } from '../message-list/message.ts';
import type { RichMessages } from './rich-messages.ts';

/** Heads what somebody wrote in a channel in one go. */
export function senderName({ message, senderName: name }: MessageAppearance): TemplateResult {
  return html`<span class="sender hue-${avatarHue(message.senderUserId)}"><bdi>${name}</bdi></span>`;
}

/** Stands beside the last of them. */
export function senderPicture(userId: UserId, rich: RichMessages): TemplateResult {
  return avatar(rich.host.list.summary?.members.find((one) => one.userId === userId) ?? { userId, username: null });
}
