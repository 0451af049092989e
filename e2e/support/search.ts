/** Finds a text in bytes in whatever form it may have been stored or sent. */

/** Bytes to look through, and where they come from. */
export interface Haystack {
  readonly name: string;
  readonly bytes: Buffer;
}

/** One way to write the text, and the bytes that gives. */
export interface Form {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Where a text was found. */
export interface Find {
  readonly haystack: string;
  readonly form: string;
  /** Byte offset. */
  readonly at: number;
}

/** Every form of `text` that a search goes through: UTF-8 and UTF-16, plain, escaped, in hexadecimal and in base64. */
export function formsOf(text: string): readonly Form[] {
  const encodings: readonly Form[] = [
    { name: 'UTF-8', bytes: Buffer.from(text, 'utf8') },
    { name: 'UTF-16LE', bytes: Buffer.from(text, 'utf16le') },
    { name: 'UTF-16BE', bytes: Buffer.from(text, 'utf16le').swap16() },
  ];
  const forms = encodings.flatMap(({ name, bytes }) => [
    { name, bytes },
    { name: `${name}, hexadecimal`, bytes: Buffer.from(bytes.toString('hex')) },
    { name: `${name}, HEXADECIMAL`, bytes: Buffer.from(bytes.toString('hex').toUpperCase()) },
    ...[0, 1, 2].flatMap((offset) =>
      (['base64', 'base64url'] as const).map((alphabet) => ({
        name: `${name}, ${alphabet} at byte ${offset} of 3`,
        bytes: Buffer.from(base64Core(bytes, offset, alphabet)),
      })),
    ),
  ]);
  return unique([
    ...forms,
    { name: 'percent-encoded', bytes: Buffer.from(encodeURIComponent(text)) },
    { name: 'JSON', bytes: Buffer.from(JSON.stringify(text).slice(1, -1)) },
    { name: 'JSON in ASCII', bytes: Buffer.from(asciiJson(text)) },
  ]);
}

/** Every place in `haystacks` that holds `text` in any of its forms; the first one of each form and haystack. */
export function findText(text: string, haystacks: readonly Haystack[]): readonly Find[] {
  const forms = formsOf(text);
  return haystacks.flatMap(({ name, bytes }) =>
    forms.flatMap((form) => {
      const at = bytes.indexOf(form.bytes);
      return at < 0 ? [] : [{ haystack: name, form: form.name, at }];
    }),
  );
}

/** The characters that `bytes` alone decide when base64 has `offset` other bytes before them in a group of three. */
function base64Core(bytes: Buffer, offset: number, alphabet: 'base64' | 'base64url'): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString(alphabet);
  return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

function asciiJson(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^\x20-\x7e]/gu, (character) =>
      Array.from(
        { length: character.length },
        (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
      ).join(''),
    );
}

function unique(forms: readonly Form[]): readonly Form[] {
  const seen = new Set<string>();
  return forms.filter(({ bytes }) => {
    const key = bytes.toString('latin1');
    return !seen.has(key) && seen.add(key);
  });
}
