import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** What this plugin looks at of a chunk. */
interface Chunk {
  readonly type: 'chunk';
  readonly isEntry: boolean;
  readonly fileName: string;
  readonly imports: readonly string[];
  code: string;
}

/** `import("./settings-x1y2z3.js")` as it is in minified code. */
const DYNAMIC_IMPORT = /\bimport\((["'`])(\.\/[\w.-]+\.js)\1\)/;
const DYNAMIC_IMPORTS = new RegExp(DYNAMIC_IMPORT, 'g');
/** A note from bundler to bundler, which the minifier leaves in place. */
const PURE = '/* @__PURE__ */';
const PLACEHOLDER =
  /typeof SEAL_FILES===?(?:"|'|`)undefined(?:"|'|`)\?\{\}:SEAL_FILES|typeof SEAL_FILES>(?:"|'|`)u(?:"|'|`)\?\{\}:SEAL_FILES/;

/**
 * Has every dynamic import go through the entry, which checks what it loads. The entry knows the hashes of what starts
 * the widget and of one more file, which holds the hashes of all others: so it stays small however many there are.
 */
export function pinFiles(): Plugin {
  return {
    name: 'seal:pin-files',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file): file is typeof file & Chunk => file.type === 'chunk');
      const entry = chunks.find((chunk) => chunk.isEntry);
      if (entry === undefined || !PLACEHOLDER.test(entry.code))
        throw new Error('the entry has no place for the hashes');
      const first = DYNAMIC_IMPORT.exec(entry.code)?.[2]?.replace('./', '');
      for (const chunk of chunks)
        chunk.code = chunk.code
          .replace(DYNAMIC_IMPORTS, 'globalThis[Symbol.for("seal-chat.import")]("$2")')
          .replaceAll(PURE, '');
      const start = chunks.filter((chunk) => chunk.fileName === first);
      const starting = new Set(start.flatMap((chunk) => [chunk.fileName, ...needs(chunk, chunks)]));
      const pins = (wanted: (name: string) => boolean): Record<string, readonly string[]> =>
        Object.fromEntries(
          chunks
            .filter((chunk) => chunk !== entry && wanted(chunk.fileName))
            .map((chunk) => [chunk.fileName, describe(chunk, chunks)]),
        );
      const source = `export default ${JSON.stringify(pins((name) => !starting.has(name)))};`;
      const fileName = `pins-${hashOf(source).replace(/\W/g, '').slice(0, 8)}.js`;
      this.emitFile({ type: 'asset', fileName, source });
      const known = { ...pins((name) => starting.has(name)), [fileName]: [`sha256-${hashOf(source)}`] };
      entry.code = entry.code.replace(PLACEHOLDER, () => JSON.stringify(known));
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Integrity of a file, and what it needs to run. */
function describe(chunk: Chunk, chunks: readonly Chunk[]): readonly string[] {
  // The shortest hash that browsers take: there are many, and they are what the entry consists of.
  return [`sha256-${hashOf(chunk.code)}`, ...needs(chunk, chunks).filter((name) => name !== chunk.fileName)];
}

/** Names of the files that `chunk` imports at once, directly or not. */
function needs(chunk: Chunk, chunks: readonly Chunk[], seen: Set<string> = new Set()): readonly string[] {
  for (const name of chunk.imports) {
    const imported = chunks.find((one) => one.fileName === name && !one.isEntry);
    if (imported === undefined || seen.has(name)) continue;
    seen.add(name);
    needs(imported, chunks, seen);
  }
  return [...seen];
}
