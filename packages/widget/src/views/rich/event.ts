import type { ConversationEvent, UserId } from '@seal-chat/client';
import { durationLabel } from '../../time/duration.ts';
import type { RichMessages } from './rich-messages.ts';

/** One sentence that says what happened, and who did it. */
export function eventText(event: ConversationEvent, by: UserId, rich: RichMessages, name = rich.nameOf(by)): string {
  const { texts } = rich;
  switch (event.type) {
    case 'timer':
      return event.seconds === 0
        ? texts.eventTimerOff(name)
        : texts.eventTimerOn(name, durationLabel(event.seconds, texts.lang));
    case 'profile':
      return texts.eventProfile(name, event.name);
    case 'joined':
      return texts.eventJoined(rich.namesOf(event.userIds));
    case 'left':
      return texts.eventLeft(rich.namesOf(event.userIds));
    case 'added':
      return texts.eventAdded(name, rich.namesOf(event.userIds));
    case 'removed':
      return texts.eventRemoved(name, rich.namesOf(event.userIds));
    case 'reset':
      return texts.eventReset(name);
  }
}
