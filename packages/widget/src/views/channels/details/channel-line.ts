import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { ConversationSummary } from '@seal-chat/client';
import { ChannelView } from '../../../internal/channel-view.ts';
import { personName } from '../../../people/name.ts';

/** The line below a channel's name: who is writing, else how many are in it and how many of them are here. */
export class SealChannelLine extends ChannelView {
  static override styles = css`
    :host {
      display: inline;
    }
  `;
  static override properties: PropertyDeclarations = { summary: { attribute: false } };

  declare summary: ConversationSummary | null;

  constructor() {
    super();
    this.summary = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { strings, summary } = this;
    if (summary === null || summary.channel === null) return nothing;
    const { channel, members } = summary;
    const kind = channel.visibility === 'public' ? strings.publicChannel : strings.privateChannel;
    if (channel.state === 'left') return html`${kind}`;
    const typing = members.find((member) => member.isTyping && !member.isSelf);
    if (typing !== undefined) return html`${strings.isTyping(personName(typing, strings))}`;
    // The person is not counted among those who are online.
    const online = members.filter((member) => member.isSelf || member.presence.state === 'online');
    return html`<span title=${kind}>${strings.memberCount(channel.memberCount)}</span>${
        online.length < 2 ? nothing : html` · <span>${strings.onlineCount(online.length)}</span>`
      }`;
  }
}
