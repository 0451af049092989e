import { html } from 'lit';
import type { Meta, StoryObj } from '@storybook/web-components-vite';
import './ui/sample.ts';
import { parts, type PartName } from './ui/parts.ts';

interface SampleArgs {
  readonly shown: PartName;
  readonly theme: 'light' | 'dark' | 'auto';
  readonly dir: 'ltr' | 'rtl';
}

/** The primitives that widget and admin are built from. */
const meta: Meta<SampleArgs> = {
  title: 'ui',
  render: ({ shown, theme, dir }) => html`<ui-sample dir=${dir} .shown=${shown} .theme=${theme}></ui-sample>`,
  args: { shown: 'buttons', theme: 'light', dir: 'ltr' },
  argTypes: {
    shown: { control: 'select', options: Object.keys(parts) },
    theme: { control: 'inline-radio', options: ['light', 'dark', 'auto'] },
    dir: { control: 'inline-radio', options: ['ltr', 'rtl'] },
  },
};

export default meta;

type Story = StoryObj<SampleArgs>;

export const Buttons: Story = {};
export const Fields: Story = { args: { shown: 'fields' } };
export const MessageStates: Story = { args: { shown: 'states' } };
export const Avatars: Story = { args: { shown: 'avatars' } };
export const Icons: Story = { args: { shown: 'icons' } };
export const Notices: Story = { args: { shown: 'notices' } };
export const MenuOfActions: Story = { args: { shown: 'menu' } };
export const DialogWithAnswers: Story = { args: { shown: 'dialog' } };
export const DarkButtons: Story = { args: { theme: 'dark' } };
export const RightToLeft: Story = { args: { shown: 'fields', dir: 'rtl' } };
