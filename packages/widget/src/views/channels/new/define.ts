import { defineElement } from '../../../internal/define.ts';
import { SealPeopleSearch } from '../../people-search/people-search.ts';
import { SealBrowseChannels } from '../browse/browse-channels.ts';
import { SealCreateChannel } from '../create/create-channel.ts';
import { SealPeoplePicker } from '../people-picker.ts';
import { SealNewChannel } from './new-channel.ts';

defineElement('seal-people-search', SealPeopleSearch);
defineElement('seal-people-picker', SealPeoplePicker);
defineElement('seal-create-channel', SealCreateChannel);
defineElement('seal-browse-channels', SealBrowseChannels);
defineElement('seal-new-channel', SealNewChannel);
