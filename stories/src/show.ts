import { html, type TemplateResult } from 'lit';
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
export function renderWidget({ state, theme, lang, isOpen, width }: WidgetArgs): TemplateResult {
  return html`<seal-chat
    style="max-inline-size: ${width}; block-size: min(46rem, 94dvh); margin: 2dvh auto; font-family: system-ui, sans-serif"
    .client=${fakeClient(states[state])}
    .theme=${theme}
    .lang=${lang}
    .conversation=${isOpen ? conversationId(0) : null}
  ></seal-chat>`;
}

/** Clicks the control with `label` inside the widget, once it is there. */
export async function press(canvas: HTMLElement, ...labels: readonly string[]): Promise<void> {
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
