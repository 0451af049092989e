import { defineElement } from '../../../internal/define.ts';
import { SealPeopleSearch } from '../../people-search/people-search.ts';
import { SealPeoplePicker } from '../people-picker.ts';
import { SealAbout } from './about.ts';
import { SealChannelLine } from './channel-line.ts';
import { SealDetails } from './details.ts';
import { SealEditChannel } from './edit-channel.ts';
import { SealMembers } from './members.ts';
import { SealPickPeople } from './pick-people.ts';

defineElement('seal-people-search', SealPeopleSearch);
defineElement('seal-people-picker', SealPeoplePicker);
defineElement('seal-members', SealMembers);
defineElement('seal-about', SealAbout);
defineElement('seal-edit-channel', SealEditChannel);
defineElement('seal-pick-people', SealPickPeople);
defineElement('seal-channel-line', SealChannelLine);
defineElement('seal-details', SealDetails);
