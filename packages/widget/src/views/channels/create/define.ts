import { defineElement } from '../../../internal/define.ts';
import { SealPeopleSearch } from '../../people-search/people-search.ts';
import { SealPeoplePicker } from '../people-picker.ts';
import { SealCreateChannel } from './create-channel.ts';

defineElement('seal-people-search', SealPeopleSearch);
defineElement('seal-people-picker', SealPeoplePicker);
defineElement('seal-create-channel', SealCreateChannel);
