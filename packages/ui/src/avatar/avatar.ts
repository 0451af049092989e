import { html, nothing, type TemplateResult } from 'lit';
import { avatarHue, initials, ringMark } from './look.ts';

/** What an avatar shows of a person. */
export interface Portrait {
  readonly id: string;
  /** `null` for guests. */
  readonly name: string | null;
  readonly presence?: 'online' | 'away' | 'offline' | null | undefined;
}

/** Length of the ring that stands for someone without a name, and of its three gaps, on a grid of 40. */
const RING = 69.1;
const GAPS = [12, 19, 26] as const;

/** A person's initials, or their ring, on their colour, with a disc for presence. The name beside it is what screen readers get. */
export function personAvatar({ id, name, presence }: Portrait): TemplateResult {
  const letters = name === null ? '' : initials(name);
  return html`<span class="avatar hue-${avatarHue(id)}" part="avatar" aria-hidden="true"
    >${letters === '' ? ring(id) : html`<span>${letters}</span>`}${
      presence === 'online' || presence === 'away' ? html`<span class="dot ${presence}"></span>` : nothing
    }</span
  >`;
}

/** A channel's sign on its colour. The name beside it is what screen readers get. */
export function channelAvatar(id: string, sign: TemplateResult | string): TemplateResult {
  return html`<span class="avatar channel hue-${avatarHue(id)}" part="avatar" aria-hidden="true">${sign}</span>`;
}

/** Drawn with attributes, not with inline styles, which a strict content security policy forbids. */
function ring(id: string): TemplateResult {
  const { turn, gap, place } = ringMark(id);
  return html`<svg viewBox="0 0 40 40" fill="none">
    <circle
      cx="20"
      cy="20"
      r="11"
      stroke="currentColor"
      stroke-width="3"
      stroke-linecap="round"
      stroke-dasharray="${RING - GAPS[gap]!} ${GAPS[gap]!}"
      transform="rotate(${turn * 45} 20 20)"
    />
    <circle cx="23.5" cy="20" r="3.4" fill="currentColor" transform="rotate(${place * 45} 20 20)" />
  </svg>`;
}
