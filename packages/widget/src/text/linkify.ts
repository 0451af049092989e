/** A piece of message text: as it is, or to be shown as an anchor. */
export type TextToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

/**
 * A run that may be a web address. It ends at white space, at quotes and angle brackets, and at the characters that
 * turn the reading direction around, as those can make an address look like another one.
 */
const CANDIDATE: RegExp =
  /(?<![\p{L}\p{N}@/.])(?:https?:\/\/|www\.)[^\s<>"'`\u00ab\u00bb\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const TRAILING: ReadonlySet<string> = new Set('.,;:!?…\'"*_~');
const CLOSED_BY: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** Splits `text` so that joining the tokens' texts gives it back. Only http and https addresses become links. */
export function linkify(text: string): readonly TextToken[] {
  const tokens: TextToken[] = [];
  let at = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = trimEnd(match[0]);
    const href = safeHref(address);
    if (href === null) continue;
    if (match.index > at) tokens.push({ kind: 'text', text: text.slice(at, match.index) });
    tokens.push({ kind: 'link', text: address, href });
    at = match.index + address.length;
  }
  if (at < text.length) tokens.push({ kind: 'text', text: text.slice(at) });
  return tokens;
}

/** Punctuation after an address belongs to the sentence; a closing bracket does unless it was opened inside. */
function trimEnd(run: string): string {
  const count = new Map<string, number>();
  for (const character of run) count.set(character, (count.get(character) ?? 0) + 1);
  let end = run.length;
  for (; end > 0; end--) {
    const last = run.charAt(end - 1);
    const opener = CLOSED_BY.get(last);
    if (opener !== undefined) {
      const closers = count.get(last)!;
      if (closers <= (count.get(opener) ?? 0)) break;
      count.set(last, closers - 1);
    } else if (!TRAILING.has(last)) break;
  }
  return run.slice(0, end);
}

/** The address to follow, or `null` for what is none or pretends to be another host by a user name before it. */
function safeHref(address: string): string | null {
  let url: URL;
  try {
    url = new URL(/^www\./i.test(address) ? `https://${address}` : address);
  } catch {
    return null;
  }
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  const hasHost = url.hostname === 'localhost' || url.hostname.includes('.') || url.hostname.startsWith('[');
  return isWeb && hasHost && url.username === '' && url.password === '' ? url.href : null;
}
