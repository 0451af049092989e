import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** What this plugin looks at of a chunk. */
interface Chunk {
  readonly type: 'chunk';
  readonly isEntry: boolean;
  readonly fileName: string;
  readonly name: string;
  readonly imports: readonly string[];
  code: string;
}

/** `import("./settings-x1y2z3.js")` as it is in minified code. */
const DYNAMIC_IMPORTS = /\bimport\((["'`])(\.\/[\w.-]+\.js)\1\)/g;
/** A note from bundler to bundler, which the minifier leaves in place. */
const PURE = '/* @__PURE__ */';
/** `typeof SEAL_FILES === 'undefined' ? { … } : SEAL_FILES` as the minifier writes it. */
const PLACEHOLDER = /typeof SEAL_FILES(?:===?|>)(?:"|'|`)u(?:ndefined)?(?:"|'|`)\?\{pins:\{\},first:\[\]\}:SEAL_FILES/;

/**
 * Has every dynamic import go through the entry, which checks what it loads: it knows the hashes of all other files, and
 * which of them (`first`, by name) a first visit needs.
 */
export function pinFiles(first: readonly string[]): Plugin {
  return {
    name: 'seal:pin-files',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file): file is typeof file & Chunk => file.type === 'chunk');
      const entry = chunks.find((chunk) => chunk.isEntry);
      if (entry === undefined || !PLACEHOLDER.test(entry.code))
        throw new Error('the entry has no place for the hashes');
      for (const chunk of chunks)
        chunk.code = chunk.code
          .replace(DYNAMIC_IMPORTS, 'globalThis[Symbol.for("seal-chat.import")]("$2")')
          .replaceAll(PURE, '');
      const pinned = chunks.filter((chunk) => chunk !== entry);
      const files = {
        pins: Object.fromEntries(pinned.map((chunk) => [chunk.fileName, describe(chunk, chunks)])),
        first: first.map((name) => {
          const chunk = pinned.find((one) => one.name === name);
          if (chunk === undefined) throw new Error(`no file is named ${name}`);
          return chunk.fileName;
        }),
      };
      entry.code = entry.code.replace(PLACEHOLDER, () => JSON.stringify(files));
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Integrity of a file, and what it needs to run. */
function describe(chunk: Chunk, chunks: readonly Chunk[]): readonly string[] {
  // The shortest hash that browsers take: they are what the entry consists of.
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
