import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationEvent, UserId } from '@seal-chat/client';
import { lockIcon } from '@seal-chat/ui';
import { messageListTexts, type MessageListTexts } from '../../internal/message-list-texts.ts';
import { attachmentsJourney } from '../../journeys/attachments.ts';
import { channelsJourney } from '../../journeys/channels.ts';
import { peopleJourney } from '../../journeys/people.ts';
import type { CollapsedMessages } from '../people/collapsed.ts';
import type { DeviceLines } from '../people/device-lines.ts';
import { eventText } from '../../messages/event-text.ts';
import { plainly } from '../../messages/text.ts';
import type { MessageAppearance, MessageListHost, RichParts } from '../message-list/host.ts';
import { linked } from './linked.ts';
import { withMentions } from './mentions.ts';
import { nameOf } from './names.ts';
import { quote } from './quote.ts';
import { reactionRow } from './reactions.ts';
import { senderName, senderPicture } from './sender.ts';
import { signs } from './signs.ts';

/** Shows what is more than plain text in the list of messages. */
export function richParts(host: MessageListHost): RichParts {
  const texts = (): MessageListTexts => messageListTexts(host.strings);
  let made: CollapsedMessages | null = null;
  /** Its code is loaded as soon as anyone is blocked. */
  const collapsed = (): CollapsedMessages | null => {
    const people = peopleJourney.loaded;
    return (made ??= people && new people.CollapsedMessages(host));
  };
  let devices: DeviceLines | null = null;
  /** Its code is loaded for the first line. */
  const deviceLines = (): DeviceLines | null => {
    const people = peopleJourney.loaded;
    if (people === null) peopleJourney.load().then(host.update, () => undefined);
    return (devices ??= people && new people.DeviceLines(host, isolated));
  };
  return {
    line: ({ message, senderName: name, isCollapsed }) => {
      if (isCollapsed) return collapsed()?.line(message, name) ?? null;
      return message.content.kind === 'event'
        ? html`<p class="event">${sentence(message.content.event, message.senderUserId, host)}</p>`
        : null;
    },
    isCollapsed: (message) => collapsed()?.has(message) ?? false,
    above: (appearance) => above(appearance, host),
    content: (appearance) => content(appearance, host),
    signs: (appearance) => signs(appearance, texts()),
    below: (appearance) => below(appearance, host),
    spoken: (appearance) =>
      (appearance.isCollapsed ? collapsed()?.spoken(appearance.senderName) : null) ?? spoken(appearance, host),
    gap: (after, before) => gap(after, before, host, deviceLines),
    beginning: (name, hasUnavailableHistory) =>
      html`<h3>${texts().channelBegins(name)}</h3>
        <p class="hint">${lockIcon}${texts().channelNotice(name)}</p>
        ${hasUnavailableHistory ? html`<p class="hint">${texts().beforeJoining}</p>` : nothing}`,
  };
}

function above(appearance: MessageAppearance, host: MessageListHost): unknown {
  const { message, isFirst } = appearance;
  const { content: what } = message;
  return html`${isOfOtherInChannel(appearance, host) && isFirst ? senderName(appearance) : nothing}
  ${what.kind === 'post' && what.replyTo !== null ? quote(what.replyTo, appearance, host) : nothing}
  ${what.kind === 'post' && what.attachments.length > 0 ? attachments(appearance, host) : nothing}`;
}

function attachments(
  { message, isTabStop, isPlain }: MessageAppearance,
  { conversation, strings }: MessageListHost,
): TemplateResult {
  if (isPlain) {
    const texts = messageListTexts(strings);
    const files = message.content.kind === 'post' ? message.content.attachments : [];
    return html`${files.map(({ kind, name }) => html`<span class="notice">${texts[kind]}: <bdi>${name}</bdi></span>`)}`;
  }
  // The element shows them as soon as its code is loaded. When that fails, the next message with files tries again.
  attachmentsJourney.load().catch(() => undefined);
  return html`<seal-attachments
    .message=${message}
    .conversation=${conversation}
    .isTabStop=${isTabStop}
  ></seal-attachments>`;
}

function invitation({ message, isTabStop }: MessageAppearance, host: MessageListHost): TemplateResult {
  // As with attachments.
  channelsJourney.load().catch(() => undefined);
  return html`<seal-invitation .message=${message} .isTabStop=${isTabStop} .host=${host}></seal-invitation>`;
}

function content(appearance: MessageAppearance, host: MessageListHost): TemplateResult {
  const { content: what } = appearance.message;
  switch (what.kind) {
    case 'text':
      return html`<span class="text">${linked(what.text, appearance)}</span>`;
    case 'post':
      return what.text === '' ? html`` : html`<span class="text">${withMentions(what, appearance, host)}</span>`;
    case 'invitation':
      return appearance.isPlain
        ? html`<span class="notice">${messageListTexts(host.strings).invitedTo(what.name || '…')}</span>`
        : invitation(appearance, host);
    default:
      return html`<span class="notice">${deletedText(what.kind !== 'deleted' || what.isConfirmed, host)}</span>`;
  }
}

function below(appearance: MessageAppearance, host: MessageListHost): unknown {
  const { message, isLast } = appearance;
  return html`${isOfOtherInChannel(appearance, host) && isLast ? senderPicture(message.senderUserId, host) : nothing}
  ${message.reactions.length > 0 ? reactionRow(appearance, host) : nothing}`;
}

function spoken({ message }: MessageAppearance, host: MessageListHost): string {
  const { content: what } = message;
  const texts = messageListTexts(host.strings);
  const parts: string[] = [];
  if (what.kind === 'post') {
    if (what.replyTo !== null) parts.push(texts.inReplyTo(nameOf(what.replyTo.senderUserId, host)));
    for (const file of what.attachments) parts.push(`${texts[file.kind]} ${file.name}`);
    parts.push(what.text);
  } else if (what.kind === 'deleted') parts.push(deletedText(what.isConfirmed, host));
  else if (what.kind === 'invitation') parts.push(texts.invitedTo(what.name || '…'));
  else if (what.kind === 'event') parts.push(sentence(what.event, message.senderUserId, host));
  else parts.push(plainly(message, texts));
  if (message.editedAt !== null) parts.push(texts.edited);
  return parts.filter((part) => part !== '').join(', ');
}

function deletedText(isConfirmed: boolean, { strings }: MessageListHost): string {
  const { deletedMessage, deletedByServer } = messageListTexts(strings);
  return isConfirmed ? deletedMessage : deletedByServer;
}

/** What is said between two messages: about what the server did there, and about devices. */
function gap(after: number, before: number, host: MessageListHost, devices: () => DeviceLines | null): unknown {
  const { missing = [], notices = [], renames = [], deviceLines = [] } = host.conversation?.messages.get() ?? {};
  const isHere = ({ afterSeq }: { readonly afterSeq: number }): boolean => afterSeq >= after && afterSeq < before;
  const texts = messageListTexts(host.strings);
  const gaps = missing.filter(isHere);
  const count = gaps.reduce((sum, one) => sum + one.count, 0);
  const isWithheld = gaps.some((one) => one.isWithheld);
  const lines = [
    ...(count === 0 ? [] : [isWithheld ? texts.withheldMessages(count) : texts.missingMessages(count)]),
    ...new Set(notices.filter(isHere).map(({ kind, userId }) => texts.notices[kind](nameOf(userId, host)))),
    ...renames.filter(isHere).map(({ from, to }) => texts.eventRenamed(isolated(from), isolated(to))),
  ];
  const about = deviceLines.filter(isHere);
  return html`${lines.map((line) => html`<p class="event missing" role="note">${line}</p>`)}
  ${about.length === 0 ? nothing : devices()?.view(about)}`;
}

/** A name within a sentence, whatever direction it is read in (UAX 9, FSI and PDI), cut to what names may have. */
function isolated(name: string): string {
  return `\u2068${name.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '')}\u2069`;
}

function sentence(event: ConversationEvent, by: UserId, { summary, strings }: MessageListHost): string {
  return eventText(event, by, summary?.members ?? [], messageListTexts(strings));
}

/** In a channel the name and the picture of the sender are next to what others wrote. */
function isOfOtherInChannel({ message }: MessageAppearance, { summary }: MessageListHost): boolean {
  return summary?.kind === 'channel' && !message.isOwn;
}
