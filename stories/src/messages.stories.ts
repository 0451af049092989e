import '@seal-chat/widget';
import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { richStates } from './rich-states.ts';
import { NARROW, RIGHT_TO_LEFT, after, storyMeta, type WidgetArgs } from './show.ts';

/** Messages that are more than plain text, what can be done with them, and how they are written. */
const meta: Meta<WidgetArgs> = {
  title: 'messages',
  ...storyMeta(richStates, 'rich'),
};

export default meta;

type Story = StoryObj<WidgetArgs>;

export const Rich: Story = {};
export const RichDark: Story = { args: { theme: 'dark' } };
export const RichRightToLeft: Story = { args: RIGHT_TO_LEFT };
export const InChannel: Story = { args: { state: 'richChannel' } };
export const InChannelNarrow: Story = { args: { state: 'richChannel', width: NARROW } };
export const InChannelRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'richChannel' } };
export const Invitations: Story = { args: { state: 'invitationCards' } };
export const InvitationsRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'invitationCards' } };
export const MissingMessages: Story = { args: { state: 'missingMessages' } };
export const ServerNotices: Story = { args: { state: 'serverNotices' } };
export const LongTexts: Story = { args: { state: 'richLong', width: NARROW } };

export const Files: Story = { args: { state: 'files' } };
export const FilesDark: Story = { args: { state: 'files', theme: 'dark' } };
export const FilesRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'files' } };
export const FilesNeverShown: Story = { args: { state: 'hostileFiles' } };
export const Lightbox: Story = { args: { state: 'files' }, play: after('Open slip 14.png') };
export const FileThatCannotBeHad: Story = {
  args: { state: 'files' },
  play: after('Download Contract for berth 14 (signed, final).pdf'),
};
export const Uploads: Story = { args: { state: 'uploads' } };
export const UploadsNarrowDark: Story = { args: { state: 'uploads', theme: 'dark', width: NARROW } };
export const UploadsRightToLeft: Story = { args: { ...RIGHT_TO_LEFT, state: 'uploads' } };
