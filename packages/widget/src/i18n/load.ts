import { en } from './en.ts';
import type { ShownStrings } from './strings.ts';

/** The languages there are, besides English each in a file of its own that is fetched when it is needed. */
const TABLES: Readonly<Record<string, () => Promise<ShownStrings>>> = {
  en: () => Promise.resolve(en),
  de: () => import('./de.ts').then((module) => module.de),
  ar: () => import('./ar.ts').then((module) => module.ar),
};

/** The first of `tags` (BCP 47) that there are texts for, else English. */
export function chooseLanguage(tags: readonly (string | null | undefined)[]): string {
  return tags.find((tag) => tag != null && Object.hasOwn(TABLES, baseOf(tag))) ?? 'en';
}

/** The texts for `tag`, whose region decides how dates and numbers are written. English when they cannot be had. */
export async function loadStrings(tag: string): Promise<ShownStrings> {
  const table = await (TABLES[baseOf(tag)]?.().catch(() => en) ?? en);
  return baseOf(tag) === table.lang ? { ...table, lang: tag } : table;
}

/** `table` with the texts that are fetched apart from it. As it is when they cannot be had. */
export async function completeStrings(table: ShownStrings): Promise<ShownStrings> {
  if (baseOf(table.lang) !== 'en') return table;
  return import('./en-errors.ts').then(
    ({ enErrors }) => ({ ...table, errors: { ...enErrors, ...table.errors } }),
    () => table,
  );
}

function baseOf(tag: string): string {
  return tag.toLowerCase().split('-', 1)[0]!;
}
