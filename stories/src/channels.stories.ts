import '@seal-chat/widget';
import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { channelStates } from './channel-states.ts';
import { NARROW, RIGHT_TO_LEFT, after, storyMeta, type WidgetArgs } from './show.ts';

/** Channels: the list, making and finding them, their details, and every state they can be in. */
const meta: Meta<WidgetArgs> = {
  title: 'channels',
  ...storyMeta(channelStates, 'channel'),
};

export default meta;

type Story = StoryObj<WidgetArgs>;

export const Rows: Story = { args: { state: 'channelRows', isOpen: false } };
export const RowsNarrowDark: Story = { args: { state: 'channelRows', isOpen: false, theme: 'dark', width: NARROW } };
export const RowsRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'channelRows', isOpen: false } };
export const Invitations: Story = { args: { state: 'invitations', isOpen: false } };
export const InvitationsRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'invitations', isOpen: false } };
export const InvitationGone: Story = {
  args: { state: 'invitationGone', isOpen: false, width: NARROW },
  play: after('Join night-watch'),
};

export const NewMenu: Story = { play: after('New') };
export const Create: Story = { play: after('New', 'Create a channel') };
export const CreateDarkNarrow: Story = {
  args: { theme: 'dark', width: NARROW, isOpen: false },
  play: after('New', 'Create a channel'),
};
export const CreateRightToLeft: Story = {
  args: { ...RIGHT_TO_LEFT, isOpen: false },
  play: after('جديد', 'إنشاء قناة'),
};
export const CreateWithoutName: Story = { play: after('New', 'Create a channel', 'Create channel') };
export const Browse: Story = { args: { state: 'publicChannels' }, play: after('New', 'Browse channels') };
export const BrowseRightToLeft: Story = {
  args: { ...RIGHT_TO_LEFT, state: 'publicChannels', isOpen: false },
  play: after('جديد', 'تصفّح القنوات'),
};
export const BrowseNone: Story = { args: { state: 'noPublicChannels' }, play: after('New', 'Browse channels') };
export const BrowseOffline: Story = { args: { state: 'publicChannelsOffline' }, play: after('New', 'Browse channels') };
export const BrowseFull: Story = {
  args: { state: 'publicChannelFull' },
  play: after('New', 'Browse channels', 'Join announcements'),
};

export const Channel: Story = {};
export const NothingYet: Story = { args: { state: 'channelNew' } };
export const Typing: Story = { args: { state: 'channelTyping' } };
export const Joining: Story = { args: { state: 'channelJoining' } };
export const Left: Story = { args: { state: 'channelLeft' } };
export const LeftPublicAndFull: Story = { args: { state: 'channelLeftPublic' }, play: after('Join again') };
export const Broken: Story = { args: { state: 'channelBroken' } };
export const BrokenRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'channelBroken' } };
export const LongTexts: Story = { args: { state: 'channelLong' }, play: after('Details') };

export const DetailsAsOwner: Story = { args: { state: 'channelOwner' }, play: after('Details') };
export const DetailsAsAdminDark: Story = { args: { state: 'channelAdmin', theme: 'dark' }, play: after('Details') };
export const DetailsAsMember: Story = { play: after('Details') };
export const DetailsOverMessages: Story = {
  args: { state: 'channelOwner', width: '48rem' },
  play: after('Details'),
};
export const DetailsNarrow: Story = { args: { state: 'channelMuted', width: NARROW }, play: after('Details') };
export const DetailsRightToLeft: Story = {
  args: { ...RIGHT_TO_LEFT, state: 'channelOwner' },
  play: after('التفاصيل'),
};
export const DetailsOfManyMembers: Story = { args: { state: 'channelCrowd' }, play: after('Details') };
export const DetailsOfDirectChat: Story = { args: { state: 'directDetails' }, play: after('Details') };
export const MemberActions: Story = {
  args: { state: 'channelOwner' },
  play: after('Details', 'Actions for bob'),
};
export const RemovingAMember: Story = {
  args: { state: 'channelOwner' },
  play: after('Details', 'Actions for bob', 'Remove'),
};
export const ActionForbidden: Story = {
  args: { state: 'channelForbidden' },
  play: after('Details', 'Actions for bob', 'Make ordinary member'),
};
export const Leaving: Story = { args: { state: 'channelOwner' }, play: after('Details', 'Leave channel') };
export const Editing: Story = { args: { state: 'channelOwner' }, play: after('Details', 'Name and description') };
export const AddingPeople: Story = { args: { state: 'channelAdmin' }, play: after('Details', 'Add people') };
export const InvitingPeople: Story = { play: after('Details', 'Invite people') };
