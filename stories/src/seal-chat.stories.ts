import '@seal-chat/widget';
import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { after, storyMeta, type WidgetArgs } from './show.ts';
import { states } from './states.ts';

/** Every state of the widget. The client behind it is a stand-in that keeps plain values in memory. */
const meta: Meta<WidgetArgs> = {
  title: 'seal-chat',
  ...storyMeta(states, 'conversations'),
};

export default meta;

type Story = StoryObj<WidgetArgs>;

export const SignIn: Story = { args: { state: 'signIn' } };
export const NameTaken: Story = { args: { state: 'nameTaken' } };
export const WelcomeBack: Story = { args: { state: 'welcomeBack' } };
export const RecoveryCode: Story = { args: { state: 'recoveryCode' } };
export const Recover: Story = {
  args: { state: 'signIn' },
  play: after('Use a recovery code'),
};
export const LinkThisDevice: Story = {
  args: { state: 'signIn' },
  play: after('Link with another device'),
};
export const Opening: Story = { args: { state: 'opening' } };
export const StorageFailed: Story = { args: { state: 'storageFailed' } };

export const EmptyList: Story = { args: { state: 'empty', isOpen: false } };
export const Conversations: Story = { args: { isOpen: false } };
export const OpenConversation: Story = {};
export const FirstMessage: Story = { args: { state: 'firstMessage' } };
export const UnreadMessages: Story = { args: { state: 'unread' } };
export const Typing: Story = { args: { state: 'typing' } };
export const LongNamesAndTexts: Story = { args: { state: 'longTexts' } };
export const Undecryptable: Story = { args: { state: 'undecryptable' } };
export const FailedToSend: Story = { args: { state: 'failed' } };
export const HistoryOnOtherDevices: Story = { args: { state: 'linkedLater' } };
export const LoadsOlderOnScroll: Story = { args: { state: 'history' } };
export const ThousandMessages: Story = { args: { state: 'thousandMessages' } };

export const Offline: Story = { args: { state: 'offline' } };
export const Connecting: Story = { args: { state: 'connecting' } };
export const DeviceRevoked: Story = { args: { state: 'revoked' } };
export const IdentityChanged: Story = { args: { state: 'identityChanged' } };

export const Settings: Story = {
  args: { state: 'settings' },
  play: after('Settings'),
};
export const NewDevice: Story = { args: { state: 'newDevice' } };
export const NewDeviceInSettings: Story = {
  args: { state: 'newDevice' },
  play: after('Look at devices'),
};
export const UnfinishedRemoval: Story = { args: { state: 'unfinishedRemoval' } };
export const FinishRemoval: Story = {
  args: { state: 'unfinishedRemoval' },
  play: after('Look at devices', 'Enter your recovery code'),
};
export const LinkingCode: Story = {
  args: { state: 'settings' },
  play: after('Settings', 'Link a new device'),
};
export const LinkingCompare: Story = {
  args: { state: 'compareOld' },
  play: after('Settings', 'Link a new device'),
};

export const Narrow: Story = { args: { width: '22.5rem' } };
export const NarrowList: Story = { args: { width: '22.5rem', isOpen: false } };
export const Dark: Story = { args: { theme: 'dark' } };
export const DarkSignIn: Story = { args: { state: 'signIn', theme: 'dark' } };
export const German: Story = { args: { lang: 'de', state: 'failed' } };
export const ArabicRightToLeft: Story = { args: { lang: 'ar' } };
export const ArabicSettings: Story = {
  args: { lang: 'ar', state: 'settings' },
  play: after('الإعدادات'),
};
