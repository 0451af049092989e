import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SealChat } from '../src/element.ts';

const analyzer = createRequire(import.meta.url).resolve('@custom-elements-manifest/analyzer/cem.js');
const root = fileURLToPath(new URL('..', import.meta.url));

interface Declaration {
  readonly attributes: readonly { readonly name: string; readonly fieldName: string }[];
  readonly events: readonly { readonly name: string }[];
  readonly cssParts: readonly { readonly name: string }[];
  readonly cssProperties: readonly { readonly name: string }[];
}

const manifest = JSON.parse(readFileSync(`${root}custom-elements.json`, 'utf8')) as {
  modules: [{ declarations: [Declaration] }];
};
const declaration = manifest.modules[0].declarations[0];
/** Those of the widget, and of the package that it takes its looks from. */
const sources = [`${root}src`, `${root}../ui/src`]
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(`${folder}/${name}`, 'utf8')),
  )
  .join('\n');

/** Different words that `pattern` finds in the sources, in order. */
function found(pattern: RegExp): readonly string[] {
  return [...new Set([...sources.matchAll(pattern)].flatMap((match) => match[1]!.split(/[\s,]+/)))].toSorted();
}

const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map((one) => one.name).toSorted();

describe('custom-elements.json', () => {
  it('and the data for editors are what `npm run manifest` generates from the JSDoc', () => {
    const directory = mkdtempSync(join(tmpdir(), 'seal-manifest-'));
    try {
      const env = { ...process.env, SEAL_MANIFEST_DIR: directory };
      execFileSync(process.execPath, [analyzer, 'analyze'], { cwd: root, env, stdio: 'pipe' });
      for (const name of ['custom-elements.json', 'vscode.html-custom-data.json', 'web-types.json'])
        expect(readFileSync(`${root}${name}`, 'utf8'), name).toBe(readFileSync(join(directory, name), 'utf8'));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('has the attributes of the element', () => {
    const attributes = Object.entries(SealChat.properties)
      .filter(([, options]) => options.attribute !== false && options.state !== true)
      .map(([field, options]) => ({ name: typeof options.attribute === 'string' ? options.attribute : field, field }));
    expect(declaration.attributes.map(({ name, fieldName }) => ({ name, field: fieldName }))).toEqual(attributes);
  });

  it('has the events that are dispatched', () => {
    expect(names(declaration.events)).toEqual(found(/sealEvent\('(seal-[a-z]+)'/g));
  });

  it('has the custom properties that are read', () => {
    expect(names(declaration.cssProperties)).toEqual(found(/var\(\s*(--seal-[a-z-]+)/g));
  });

  it('has the parts, each handed through to the outside', () => {
    // `message-${side}` and `bubble-${side}` are in the manifest under their common name.
    const inside = found(/\spart="([^"]+)"/g).filter((name) => !name.includes('$'));
    expect(names(declaration.cssParts)).toEqual(inside);
    const exported = found(/(?:exportparts="|HOME_PARTS =\s*')([^"']+)/g);
    for (const part of inside) if (part !== 'frame') expect(exported).toContain(part);
  });
});
