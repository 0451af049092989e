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
