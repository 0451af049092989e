import '@seal-chat/widget';
import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { html, type TemplateResult } from 'lit';
import { fakeClient } from './fake-client.ts';
import { conversationId } from './seeds.ts';
import { states, type StateName } from './states.ts';

interface Args {
  readonly state: StateName;
  readonly theme: 'light' | 'dark' | 'auto';
  readonly lang: 'en' | 'de' | 'ar';
  /** Whether the first conversation is open. */
  readonly isOpen: boolean;
  /** Width of the widget, as CSS writes it. */
  readonly width: string;
}

function render({ state, theme, lang, isOpen, width }: Args): TemplateResult {
  return html`<seal-chat
    style="max-inline-size: ${width}; block-size: min(46rem, 94dvh); margin: 2dvh auto; font-family: system-ui, sans-serif"
    .client=${fakeClient(states[state])}
    .theme=${theme}
    .lang=${lang}
    .conversation=${isOpen ? conversationId(0) : null}
  ></seal-chat>`;
}

/** Every state of the widget. The client behind it is a stand-in that keeps plain values in memory. */
const meta: Meta<Args> = {
  title: 'seal-chat',
  render,
  args: { state: 'conversations', theme: 'light', lang: 'en', isOpen: true, width: '62rem' },
  argTypes: {
    state: { control: 'select', options: Object.keys(states) },
    theme: { control: 'inline-radio', options: ['light', 'dark', 'auto'] },
    lang: { control: 'inline-radio', options: ['en', 'de', 'ar'] },
    width: { control: 'text' },
  },
};

export default meta;

type Story = StoryObj<Args>;

/** Clicks the control with `label` inside the widget, once it is there. */
async function press(canvas: HTMLElement, ...labels: readonly string[]): Promise<void> {
  for (const label of labels) {
    for (let waited = 0; waited < 3_000; waited += 50) {
      const control = controls(canvas).find((one) => (one.ariaLabel ?? one.textContent ?? '').trim() === label);
      if (control !== undefined) {
        control.click();
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** All buttons below `root`, shadow roots included. */
function controls(root: ParentNode): readonly HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('*')].flatMap((element) => [
    ...(element.localName === 'button' ? [element] : []),
    ...(element.shadowRoot === null ? [] : controls(element.shadowRoot)),
  ]);
}

export const SignIn: Story = { args: { state: 'signIn' } };
export const NameTaken: Story = { args: { state: 'nameTaken' } };
export const WelcomeBack: Story = { args: { state: 'welcomeBack' } };
export const RecoveryCode: Story = { args: { state: 'recoveryCode' } };
export const Recover: Story = {
  args: { state: 'signIn' },
  play: ({ canvasElement }) => press(canvasElement, 'Use a recovery code'),
};
export const LinkThisDevice: Story = {
  args: { state: 'signIn' },
  play: ({ canvasElement }) => press(canvasElement, 'Link with another device'),
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
  play: ({ canvasElement }) => press(canvasElement, 'Settings'),
};
export const LinkingCode: Story = {
  args: { state: 'settings' },
  play: ({ canvasElement }) => press(canvasElement, 'Settings', 'Link a new device'),
};
export const LinkingCompare: Story = {
  args: { state: 'compareOld' },
  play: ({ canvasElement }) => press(canvasElement, 'Settings', 'Link a new device'),
};

export const Narrow: Story = { args: { width: '22.5rem' } };
export const NarrowList: Story = { args: { width: '22.5rem', isOpen: false } };
export const Dark: Story = { args: { theme: 'dark' } };
export const DarkSignIn: Story = { args: { state: 'signIn', theme: 'dark' } };
export const German: Story = { args: { lang: 'de', state: 'failed' } };
export const ArabicRightToLeft: Story = { args: { lang: 'ar' } };
export const ArabicSettings: Story = {
  args: { lang: 'ar', state: 'settings' },
  play: ({ canvasElement }) => press(canvasElement, 'الإعدادات'),
};
