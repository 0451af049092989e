import { html, type TemplateResult } from 'lit';
import type { Conversation, ConversationSummary, Person } from '@seal-chat/client';
import type { DetailsPage, ViewEvent } from '../../../internal/view-events.ts';

/** What the pages of a conversation's details take from their panel, and do to it. */
export interface PanelOfDetails {
  readonly conversation: Conversation | null;
  readonly summary: ConversationSummary;
  readonly page: DetailsPage;
  /** What has come of the last thing done on another page. */
  readonly said: string;
  readonly close: () => void;
  readonly goTo: (page: DetailsPage, said?: string) => void;
  readonly writeTo: (person: Person) => void;
  /** Shows a view of the journey *people* once that is loaded. */
  readonly withPeople: (view: () => TemplateResult) => TemplateResult;
}

/** Renders the page that the panel shows. */
export function renderPage(panel: PanelOfDetails): TemplateResult {
  const { conversation, summary, page, said, goTo } = panel;
  const back = (): void => goTo('about');
  switch (page) {
    case 'about':
      return html`<seal-about
        id="page"
        .conversation=${conversation}
        .summary=${summary}
        .said=${said}
        @close=${panel.close}
        @page=${(event: ViewEvent<'page'>) => goTo(event.detail)}
        @person=${(event: ViewEvent<'person'>) => panel.writeTo(event.detail)}
      ></seal-about>`;
    case 'edit':
      return html`<seal-edit-channel
        id="page"
        .conversation=${conversation}
        .summary=${summary}
        @back=${back}
      ></seal-edit-channel>`;
    case 'verify':
      return panel.withPeople(() => html`<seal-verify id="page" .peer=${summary.peer} @back=${back}></seal-verify>`);
    case 'add':
    case 'invite':
      return html`<seal-pick-people
        id="page"
        .conversation=${conversation}
        .summary=${summary}
        .isInvitation=${page === 'invite'}
        @back=${back}
        @done=${(event: ViewEvent<'done'>) => goTo('about', event.detail)}
      ></seal-pick-people>`;
  }
}
