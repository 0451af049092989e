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
    if (name.startsWith('$')) throw new SealError('MALFORMED', 'answer: a name of rows');
    return value;
  });
}

/**
 * The JSON of an input, as `JSON.stringify` would make it. Scripts of a page may have given arrays or dates a `toJSON` of
 * their own, which that asks and this does not.
 *
 * @throws TypeError when it holds something that inputs do not hold
 */
export function toJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return JSON.stringify(value);
    case 'object':
      break;
    default:
      throw new TypeError(`json: a ${typeof value} cannot be sent`);
  }
  if (value === null) return 'null';
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) parts.push(toJson(item ?? null));
    return `[${parts.join(',')}]`;
  }
  for (const name of Object.keys(value)) {
    const property = (value as Readonly<Record<string, unknown>>)[name];
    if (property !== undefined) parts.push(`${JSON.stringify(name)}:${toJson(property)}`);
  }
  return `{${parts.join(',')}}`;
}
