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

/** `import("./settings-x1y2z3.js")` as it stands in minified code. */
const DYNAMIC_IMPORT = /\bimport\((["'`])(\.\/[\w.-]+\.js)\1\)/g;
/** A note from bundler to bundler, which the minifier leaves in place. */
const PURE = '/* @__PURE__ */';
const PLACEHOLDER =
  /typeof SEAL_FILES===?(?:"|'|`)undefined(?:"|'|`)\?\{\}:SEAL_FILES|typeof SEAL_FILES>(?:"|'|`)u(?:"|'|`)\?\{\}:SEAL_FILES/;

/** Gives the entry the hash of every other file, and has dynamic imports go through the entry, which checks them. */
export function pinFiles(): Plugin {
  return {
    name: 'seal:pin-files',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file): file is typeof file & Chunk => file.type === 'chunk');
      for (const chunk of chunks)
        chunk.code = chunk.code
          .replace(DYNAMIC_IMPORT, 'globalThis[Symbol.for("seal-chat.import")]("$2")')
          .replaceAll(PURE, '');
      const entry = chunks.find((chunk) => chunk.isEntry);
      if (entry === undefined || !PLACEHOLDER.test(entry.code))
        throw new Error('the entry has no place for the hashes');
      const pinned = chunks
        .filter((chunk) => chunk !== entry)
        .map((chunk) => [chunk.fileName, describe(chunk, chunks)]);
      entry.code = entry.code.replace(PLACEHOLDER, () => JSON.stringify(Object.fromEntries(pinned)));
    },
  };
}

/** Integrity of a file, and what it needs to run. */
function describe(chunk: Chunk, chunks: readonly Chunk[]): readonly string[] {
  // The shortest hash that browsers take: there are many, and they are what the entry consists of.
  const hash = createHash('sha256').update(chunk.code).digest('base64');
  return [`sha256-${hash}`, ...needs(chunk, chunks).filter((name) => name !== chunk.fileName)];
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
