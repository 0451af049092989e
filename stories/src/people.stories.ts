import '@seal-chat/widget';
import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { peopleStates } from './people-states.ts';
import { NARROW, RIGHT_TO_LEFT, after, storyMeta, type WidgetArgs } from './show.ts';

/** Strangers' requests, blocked people, archived chats, privacy, and verification. */
const meta: Meta<WidgetArgs> = {
  title: 'people',
  ...storyMeta(peopleStates, 'requests'),
};

export default meta;

type Story = StoryObj<WidgetArgs>;

const SMALL = '20rem';

export const Doors: Story = { args: { state: 'requests', isOpen: false } };
export const Requests: Story = { args: { state: 'requests', isOpen: false }, play: after('2 requests') };
export const RequestsRightToLeft: Story = {
  args: { ...RIGHT_TO_LEFT, state: 'requests', isOpen: false },
  play: after('طلبان'),
};
export const Request: Story = { args: { state: 'request' } };
export const RequestDarkSmall: Story = { args: { state: 'request', theme: 'dark', width: SMALL } };
export const RequestRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'request' } };
export const Blocked: Story = { args: { state: 'blockedPerson', width: NARROW } };
export const BlockedInChannel: Story = { args: { state: 'blockedInChannel' } };

export const Devices: Story = { args: { state: 'deviceLines' } };
export const DevicesDarkSmall: Story = { args: { state: 'deviceLines', theme: 'dark', width: SMALL } };
export const DevicesRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'deviceLines' } };
export const DevicesInChannel: Story = { args: { state: 'deviceLinesInChannel', width: NARROW } };
export const DevicesFolded: Story = { args: { state: 'deviceLinesFolded', width: NARROW } };
export const DevicesFoldedRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'deviceLinesFolded' } };

export const Verified: Story = { args: { state: 'archived' } };
export const Archive: Story = { args: { state: 'archived', isOpen: false }, play: after('2 archived chats') };
export const ChatMenu: Story = { args: { state: 'archived' }, play: after('Details') };
export const BlockQuestion: Story = {
  args: { state: 'unverified', theme: 'dark', width: NARROW },
  play: after('Details', 'Block bob'),
};

export const Verify: Story = { args: { state: 'unverified' }, play: after('Details', 'Check it’s bob') };
export const VerifyDarkSmall: Story = {
  args: { state: 'unverified', theme: 'dark', width: SMALL },
  play: after('Details', 'Check it’s bob'),
};
export const VerifyRightToLeft: Story = {
  args: { ...RIGHT_TO_LEFT, state: 'unverified' },
  play: after('التفاصيل', 'تأكّد أنه bob'),
};
export const VerifyMatch: Story = {
  args: { state: 'unverified', width: NARROW },
  play: after('Details', 'Check it’s bob', 'The numbers match'),
};
export const VerifyDiffer: Story = {
  args: { state: 'unverified', width: NARROW },
  play: after('Details', 'Check it’s bob', 'They differ'),
};
export const VerifiedLongName: Story = { args: { state: 'verifiedLongName', width: SMALL } };
export const VerifiedLongNameRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'verifiedLongName' } };
export const VerifiedChanged: Story = { args: { state: 'verifiedChanged' } };
export const VerifiedChangedComparing: Story = {
  args: { state: 'verifiedChanged', theme: 'dark', width: SMALL },
  play: after('Check now'),
};

export const Privacy: Story = { args: { state: 'privacy', isOpen: false }, play: after('Settings', 'Privacy') };
export const PrivacyDarkSmall: Story = {
  args: { state: 'privacy', isOpen: false, theme: 'dark', width: SMALL },
  play: after('Settings', 'Privacy'),
};
export const PrivacyRightToLeft: Story = {
  args: { ...RIGHT_TO_LEFT, state: 'privacy', isOpen: false },
  play: after('الإعدادات', 'الخصوصية'),
};
