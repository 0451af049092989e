import { html, type TemplateResult } from 'lit';
import type { Meta, StoryObj } from '@storybook/web-components-vite';
import { fakeClient } from './fake-client.ts';
import { conversationId } from './seeds.ts';
import { states, type StateName } from './states.ts';

/** What a story can vary. */
export interface WidgetArgs {
  readonly state: StateName;
  readonly theme: 'light' | 'dark' | 'auto';
  readonly lang: 'en' | 'de' | 'ar';
  /** Whether the first conversation is open. */
  readonly isOpen: boolean;
  /** Width of the widget, as CSS writes it. */
  readonly width: string;
}

/** The widget with the stand-in for the client that the state asks for. */
function renderWidget({ state, theme, lang, isOpen, width }: WidgetArgs): TemplateResult {
  return html`<seal-chat
    style="max-inline-size: ${width}; block-size: min(46rem, 94dvh); margin: 2dvh auto; font-family: system-ui, sans-serif"
    .client=${fakeClient(states[state])}
    .theme=${theme}
    .lang=${lang}
    .conversation=${isOpen ? conversationId(0) : null}
  ></seal-chat>`;
}

/** The width of a phone. */
export const NARROW = '22.5rem';
export const RIGHT_TO_LEFT = { lang: 'ar', theme: 'dark', width: NARROW } as const;

/**
 * What the meta of every story file has in common; `state`, one of `names`, is shown first. Each file adds its title,
 * which Storybook reads without running the file.
 */
export function storyMeta(
  names: Readonly<Record<string, unknown>>,
  state: StateName,
): Pick<Meta<WidgetArgs>, 'render' | 'args' | 'argTypes'> {
  return {
    render: renderWidget,
    args: { state, theme: 'light', lang: 'en', isOpen: true, width: '62rem' },
    argTypes: {
      state: { control: 'select', options: Object.keys(names) },
      theme: { control: 'inline-radio', options: ['light', 'dark', 'auto'] },
      lang: { control: 'inline-radio', options: ['en', 'de', 'ar'] },
      width: { control: 'text' },
    },
  };
}

/** Presses the buttons with these labels, one after the other. */
export function after(...labels: readonly string[]): NonNullable<StoryObj<WidgetArgs>['play']> {
  return ({ canvasElement }) => press(canvasElement, ...labels);
}

/** Clicks the control with `label` inside the widget, once it is rendered. */
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
