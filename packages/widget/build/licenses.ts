import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** Where Vite lists the licences of the packages whose code is in the files (`build.license`). */
export const BUNDLED_LICENSES = 'bundled-licenses.json';

/** One package of that list. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, from the package's manifest. */
  readonly identifier?: string;
  /** The licence's text, when the package ships one. */
  readonly text?: string;
}

const NOTICE = '/*! Licences of everything in these files: LICENSES.txt */';

/**
 * Writes `LICENSES.txt` after the build: the licences of everything that is in the files, for sites that pass them on.
 * The entry says where it is.
 */
export function writeLicenses(): Plugin {
  let directory = '';
  let own = '';
  return {
    name: 'seal:licenses',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk' && file.isEntry) file.code = `${NOTICE}\n${file.code}`;
      }
    },
    configResolved({ root, build }) {
      directory = resolve(root, build.outDir);
      own = readFileSync(resolve(root, '../../LICENSE'), 'utf8');
    },
    closeBundle() {
      const list = join(directory, BUNDLED_LICENSES);
      const packages: readonly BundledPackage[] = JSON.parse(readFileSync(list, 'utf8'));
      rmSync(list);
      writeFileSync(join(directory, 'LICENSES.txt'), licensesText(own, packages));
    },
  };
}

/**
 * Composes the text of `LICENSES.txt`: Seal's own licence, then one section for each package.
 *
 * @throws Error naming the packages that come without a licence text
 */
export function licensesText(own: string, packages: readonly BundledPackage[]): string {
  const missing = packages.filter(({ text }) => text === undefined || text.trim() === '');
  if (missing.length > 0) {
    throw new Error(`no licence text for ${missing.map(({ name, version }) => `${name}@${version}`).join(', ')}`);
  }
  const sections = packages.map(
    ({ name, version, identifier, text }) => `${name} ${version} (${identifier ?? 'see below'})\n\n${text}`,
  );
  return [`Seal (Apache-2.0)\n\n${own.trim()}`, ...sections].join(`\n\n${'-'.repeat(80)}\n\n`).concat('\n');
}
