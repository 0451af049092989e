import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationSummary, Message, MessageAttachment } from '@seal-chat/client';
import { mutedIcon } from '@seal-chat/ui';
import type { ChannelListStrings } from '../../../i18n/channel-strings.ts';
import type { ShownStrings } from '../../../i18n/strings.ts';
import { channelListStrings } from '../../../internal/channel-list-view.ts';
import { messageListTexts, type MessageListTexts } from '../../../internal/message-list-texts.ts';
import { peopleJourney } from '../../../journeys/people.ts';
import { eventText } from '../../../messages/event-text.ts';
import { statusTick } from '../../../messages/tick.ts';
import { personName } from '../../../people/name.ts';
import { oneLine } from '../../conversation-list/preview.ts';

type AllStrings = MessageListTexts & ChannelListStrings;

/** All that a row of the list says of a conversation besides its name, the time and how much is unread. */
export function rowPreview(summary: ConversationSummary, draft: string, shown: ShownStrings): TemplateResult {
  const strings = allStrings(shown);
  const { channel, members, lastMessage } = summary;
  // What a stranger has written is read only by opening it.
  if (summary.isRequest) return html`<i>${strings.wantsToWrite}</i>`;
  if (channel !== null && channel.state !== 'joined')
    return html`<i class=${channel.state === 'broken' ? 'draft' : ''}>${stateText(channel.state, strings)}</i>`;
  const typing = members.find((member) => member.isTyping && !member.isSelf);
  if (typing !== undefined)
    return html`<bdi class="typing"
      >${channel === null ? strings.typing : strings.isTyping(personName(typing, strings))}</bdi
    >`;
  if (draft.trim() !== '') return html`<span class="draft">${strings.draftPrefix}</span><bdi>${oneLine(draft)}</bdi>`;
  if (lastMessage === null) return html`<i>${strings.nothingYet}</i>`;
  const sender =
    channel === null || lastMessage.isOwn || lastMessage.content.kind === 'event'
      ? nothing
      : html`<span class="sender"
          ><bdi
            >${personName(members.find((member) => member.userId === lastMessage.senderUserId) ?? null, strings)}</bdi
          >:</span
        >`;
  return html`${lastMessage.isOwn ? statusTick(lastMessage, strings) : nothing}${sender}${content(lastMessage, summary, strings)}`;
}

/** Signs at the end of a row: muted, and how often the person is mentioned. */
export function rowSigns(
  { isMuted, isPinned, mentionCount }: ConversationSummary,
  shown: ShownStrings,
): TemplateResult {
  const strings = allStrings(shown);
  return html`${
    isMuted
      ? html`<span class="sign" title=${strings.muted}
          >${mutedIcon}<span class="hidden-visually">${strings.muted}</span></span
        >`
      : nothing
  }
  ${isPinned ? peopleJourney.loaded?.pinSign : nothing}
  ${
    mentionCount > 0
      ? html`<span class="badge" part="badge"
          ><span aria-hidden="true">@</span
          ><span class="hidden-visually">${strings.mentionCount(mentionCount)}</span></span
        >`
      : nothing
  }`;
}

function allStrings(shown: ShownStrings): AllStrings {
  return messageListTexts(channelListStrings(shown)) as AllStrings;
}

function stateText(state: 'joining' | 'left' | 'broken', strings: AllStrings): string {
  return { joining: strings.joining, left: strings.notIn, broken: strings.broken }[state];
}

function content(message: Message, summary: ConversationSummary, strings: AllStrings): TemplateResult {
  const { content: what, isOwn, senderUserId } = message;
  switch (what.kind) {
    case 'text':
      return html`<bdi>${oneLine(what.text)}</bdi>`;
    case 'post':
      return html`${
        what.attachments.length === 0
          ? nothing
          : html`<i class="sender">${attachmentsText(what.attachments, strings)}</i>`
      }${what.text === '' ? nothing : html`<bdi>${oneLine(what.text)}</bdi>`}`;
    case 'invitation':
      return html`<i>${(isOwn ? strings.invitationSent : strings.invitedTo)(what.name || '…')}</i>`;
    case 'event':
      return html`<i>${eventText(what.event, senderUserId, summary.members, strings)}</i>`;
    case 'deleted':
      return html`<i>${strings.deletedMessage}</i>`;
    case 'undecryptable':
      return html`<i>${strings.undecryptable}</i>`;
    case 'unsupported':
      return html`<i>${strings.unsupported}</i>`;
  }
}

/** The first file's kind, and how many more there are. */
function attachmentsText(attachments: readonly MessageAttachment[], strings: AllStrings): string {
  const [first] = attachments;
  if (first === undefined) return '';
  return attachments.length === 1 ? strings[first.kind] : `${strings[first.kind]} +${attachments.length - 1}`;
}
