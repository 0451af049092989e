/** Importing this registers `<seal-chat>` and what it is made of. It does nothing where there is no document. */
import { defineElement } from '@seal-chat/ui';
import { SealChat } from './element.ts';
import { SealComposer } from './views/composer/composer.ts';
import { SealConversation } from './views/conversation/conversation.ts';
import { SealConversationList } from './views/conversation-list/conversation-list.ts';
import { SealHome } from './views/home/home.ts';
import { SealMessageList } from './views/message-list/message-list.ts';

defineElement('seal-composer', SealComposer);
defineElement('seal-conversation', SealConversation);
defineElement('seal-conversation-list', SealConversationList);
defineElement('seal-home', SealHome);
defineElement('seal-message-list', SealMessageList);
// Last: an element that is already in the page comes to life with all its parts known.
defineElement('seal-chat', SealChat);

export { SealChat } from './element.ts';
export type { SealChatEventMap, SealChatEvents } from './events.ts';
export type { Strings } from './i18n/strings.ts';
