import { defineElement } from '@seal-chat/ui';
import { SealAbout } from '../views/channels/details/about.ts';
import { SealEditChannel } from '../views/channels/details/edit-channel.ts';
import { SealMembers } from '../views/channels/details/members.ts';
import { SealOptions } from '../views/channels/details/options.ts';
import { SealPickPeople } from '../views/channels/details/pick-people.ts';
import { SealPeoplePicker } from '../views/channels/people-picker.ts';
import { SealChatActions } from '../views/people/chat-actions.ts';
import { SealPeopleSearch } from '../views/people-search/people-search.ts';

defineElement('seal-people-search', SealPeopleSearch);
defineElement('seal-people-picker', SealPeoplePicker);
defineElement('seal-members', SealMembers);
defineElement('seal-options', SealOptions);
defineElement('seal-about', SealAbout);
defineElement('seal-chat-actions', SealChatActions);
defineElement('seal-edit-channel', SealEditChannel);
defineElement('seal-pick-people', SealPickPeople);

export { renderPage } from '../views/channels/details/page.ts';
