import { css, html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { ChannelView } from '../../../internal/channel-view.ts';
import type { ViewEvent } from '../../../internal/view-events.ts';

/** Two ways to a channel that is new to the person: making one, and finding one. Tells `pick` with its id, or `back`. */
export class SealNewChannel extends ChannelView {
  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      min-block-size: 0;
    }
    seal-create-channel,
    seal-browse-channels {
      flex: 1;
    }
  `;
  static override properties: PropertyDeclarations = { page: { attribute: false } };

  declare page: 'create' | 'browse';

  constructor() {
    super();
    this.page = 'browse';
  }

  protected override render(): TemplateResult {
    const pick = (event: ViewEvent<'pick'>): void => this.tell('pick', event.detail);
    const back = (): void => this.tell('back');
    return this.page === 'create'
      ? html`<seal-create-channel @pick=${pick} @back=${back}></seal-create-channel>`
      : html`<seal-browse-channels
          @pick=${pick}
          @back=${back}
          @create=${() => (this.page = 'create')}
        ></seal-browse-channels>`;
  }
}
