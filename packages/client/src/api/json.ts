import { SealError } from '@seal-chat/protocol';

/** A name that begins with `$`, in either spelling; also found in texts, where it means nothing. */
const MARKED = /"(?:\$|\\u0024)/;

/**
 * Reads what a server sent. Names with a `$` are those of this device's own rows, where they stand for bytes: a server
 * says nothing with them.
 *
 * @throws SealError MALFORMED for such a name; SyntaxError for what is no JSON
 */
export function parseJson(text: string): unknown {
  if (!MARKED.test(text)) return JSON.parse(text);
  return JSON.parse(text, (name, value: unknown) => {
    if (name.startsWith('$')) throw new SealError('MALFORMED', 'answer: a name that no answer has');
    return value;
  });
}
