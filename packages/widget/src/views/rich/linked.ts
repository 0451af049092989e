import { html } from 'lit';
import type { ChatStrings } from '../../i18n/strings.ts';
import { linkify } from '../../text/linkify.ts';

/** `text` with its web addresses as links, unless it is to be plain. Only links of the row that takes part in tabbing do so as well. */
export function linked(
  text: string,
  {
    isTabStop,
    isPlain,
    strings,
  }: { readonly isTabStop: boolean; readonly isPlain: boolean; readonly strings: ChatStrings },
): readonly unknown[] {
  if (isPlain) return [text];
  return linkify(text).map((token) =>
    token.kind === 'text'
      ? token.text
      : html`<a
          href=${token.href}
          target="_blank"
          rel="noopener noreferrer"
          title=${strings.linkOpensNewTab}
          tabindex=${isTabStop ? 0 : -1}
          >${token.text}</a
        >`,
  );
}
