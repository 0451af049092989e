import { css, html, nothing, type CSSResult, type TemplateResult } from 'lit';
import type { ConversationSummary, Person, PresenceState } from '@seal-chat/client';
import { lockIcon } from '../icons.ts';
import { avatarHue, initials } from './initials.ts';

/** A person's initials on their colour, with a dot for presence. The name beside it is what screen readers get. */
export function avatar(person: Person | null, presence: PresenceState | null = null): TemplateResult {
  const hue = avatarHue(person?.userId ?? '');
  const dot = presence === 'online' || presence === 'away' ? html`<span class="dot ${presence}"></span>` : nothing;
  return html`<span class="avatar hue-${hue}" part="avatar" aria-hidden="true"
    ><span>${initials(person?.username ?? '') || '•'}</span>${dot}</span
  >`;
}

/** The sign of a channel on its colour: a lock on private ones. The name beside it is what screen readers get. */
export function channelAvatar(channelId: string, isPublic: boolean): TemplateResult {
  return html`<span class="avatar channel hue-${avatarHue(channelId)}" part="avatar" aria-hidden="true"
    >${isPublic ? '#' : lockIcon}</span
  >`;
}

/** The sign of a conversation: that of the other person, or of the channel. */
export function conversationAvatar(summary: ConversationSummary | null): TemplateResult {
  const peer = summary?.peer ?? null;
  return summary === null || summary.channel === null
    ? avatar(peer, peer?.presence.state)
    : channelAvatar(summary.conversationId, summary.channel.visibility === 'public');
}

/** Style of `avatar` and `channelAvatar`. Hues are classes, not inline styles, which a strict content security policy forbids. */
export const avatarStyles: CSSResult = css`
  .avatar {
    --_hue: 200;
    position: relative;
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 44px;
    block-size: 44px;
    border-radius: 50%;
    background: light-dark(oklch(0.91 0.045 var(--_hue)), oklch(0.36 0.055 var(--_hue)));
    color: light-dark(oklch(0.39 0.085 var(--_hue)), oklch(0.91 0.045 var(--_hue)));
    font-weight: 600;
    letter-spacing: 0.01em;
    user-select: none;
  }
  .channel {
    border-radius: 30%;
  }
  .hue-1 {
    --_hue: 245;
  }
  .hue-2 {
    --_hue: 290;
  }
  .hue-3 {
    --_hue: 335;
  }
  .hue-4 {
    --_hue: 20;
  }
  .hue-5 {
    --_hue: 60;
  }
  .hue-6 {
    --_hue: 110;
  }
  .hue-7 {
    --_hue: 155;
  }
  .dot {
    position: absolute;
    inset-block-end: 0;
    inset-inline-end: 0;
    inline-size: 12px;
    block-size: 12px;
    border: 2px solid var(--_ring, var(--_surface));
    border-radius: 50%;
    background: var(--_success);
  }
  .dot.away {
    background: var(--_ring, var(--_surface));
    box-shadow: inset 0 0 0 2.5px var(--_success);
  }
  @media (forced-colors: active) {
    .avatar {
      border: 1px solid CanvasText;
    }
    .dot {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
