import { defineElement } from '@seal-chat/ui';
import { SealBrowseChannels } from '../views/channels/browse/browse-channels.ts';
import { SealChannelLine } from '../views/channels/details/channel-line.ts';
import { SealCreateChannel } from '../views/channels/create/create-channel.ts';
import { SealInvitations } from '../views/channels/list/invitations.ts';
import { SealNewChannel } from '../views/channels/new/new-channel.ts';
import { SealChannelNotice } from '../views/channels/notice/channel-notice.ts';
import { SealPeoplePicker } from '../views/channels/people-picker.ts';
import { SealPeopleSearch } from '../views/people-search/people-search.ts';

defineElement('seal-people-search', SealPeopleSearch);
defineElement('seal-people-picker', SealPeoplePicker);
defineElement('seal-create-channel', SealCreateChannel);
defineElement('seal-browse-channels', SealBrowseChannels);
defineElement('seal-new-channel', SealNewChannel);
defineElement('seal-invitations', SealInvitations);
defineElement('seal-channel-line', SealChannelLine);
defineElement('seal-channel-notice', SealChannelNotice);
