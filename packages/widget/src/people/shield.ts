import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationMember } from '@seal-chat/client';
import { changedIcon, verifiedIcon } from '@seal-chat/ui';
import type { ShownStrings } from '../i18n/strings.ts';
import { socialStrings } from '../internal/social-view.ts';

/** The one sign beside a person's name: that their keys were compared, or are others than the ones that were. */
export function shield(peer: ConversationMember | null, shown: ShownStrings): TemplateResult | typeof nothing {
  if (peer === null || (peer.verification === 'none' && peer.isIdentityTrusted)) return nothing;
  const strings = socialStrings(shown);
  const isVerified = peer.verification === 'verified' && peer.isIdentityTrusted;
  const text = isVerified ? strings.verifiedSign : strings.changedSign;
  return html`<span class="shield ${isVerified ? '' : 'changed'}" role="img" aria-label=${text} title=${text}
    >${isVerified ? verifiedIcon : changedIcon}</span
  >`;
}
