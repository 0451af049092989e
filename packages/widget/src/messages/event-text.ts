import type { ConversationEvent, ConversationMember, UserId } from '@seal-chat/client';
import type { MessageListStrings } from '../i18n/message-strings.ts';
import type { ChatStrings } from '../i18n/strings.ts';
import { personName } from '../people/name.ts';
import { durationLabel } from '../time/duration.ts';

/** What an event message tells, as a sentence. `by` is who did it; former members are "someone". */
export function eventText(
  event: ConversationEvent,
  by: UserId,
  members: readonly ConversationMember[],
  strings: ChatStrings & MessageListStrings,
): string {
  const nameOf = (userId: UserId, self: string): string => {
    const member = members.find((one) => one.userId === userId);
    return member?.isSelf === true ? self : personName(member ?? null, strings);
  };
  const namesOf = (userIds: readonly UserId[], self: string): string =>
    new Intl.ListFormat(strings.lang).format(userIds.map((userId) => nameOf(userId, self)));
  const who = nameOf(by, strings.you);
  switch (event.type) {
    case 'timer':
      return event.seconds === 0
        ? strings.eventTimerOff(who)
        : strings.eventTimerOn(who, durationLabel(event.seconds, strings.lang));
    case 'profile':
      return strings.eventProfile(who, event.name);
    case 'joined':
      return strings.eventJoined(namesOf(event.userIds, strings.you));
    case 'left':
      return strings.eventLeft(namesOf(event.userIds, strings.you));
    case 'added':
      return strings.eventAdded(who, namesOf(event.userIds, strings.youToo));
    case 'removed':
      return strings.eventRemoved(who, namesOf(event.userIds, strings.youToo));
    case 'reset':
      // Nothing but the server says who did it.
      return strings.eventReset(nameOf(by, strings.youToo));
  }
}
