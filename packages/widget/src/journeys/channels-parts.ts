import { defineElement } from '@seal-chat/ui';
import { SealBrowseChannels } from '../views/channels/browse/browse-channels.ts';
import { SealCreateChannel } from '../views/channels/create/create-channel.ts';
import { SealNewChannel } from '../views/channels/new/new-channel.ts';
import { SealPeoplePicker } from '../views/channels/people-picker.ts';
import { SealPeopleSearch } from '../views/people-search/people-search.ts';

defineElement('seal-people-search', SealPeopleSearch);
defineElement('seal-people-picker', SealPeoplePicker);
defineElement('seal-create-channel', SealCreateChannel);
defineElement('seal-browse-channels', SealBrowseChannels);
defineElement('seal-new-channel', SealNewChannel);
