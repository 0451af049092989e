import { readFileSync } from 'node:fs';

/** The files of `src`, and the packages, that a file of `src` needs at once, directly or not; types left out. */
export function reachedFrom(file: string): readonly string[] {
  const seen = new Set<string>();
  const visit = (url: URL): void => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const source = readFileSync(url, 'utf8');
    for (const [, target] of source.matchAll(/^(?:import|export|\}) (?!type).*from '(.+)';$/gm)) {
      if (target!.startsWith('.')) visit(new URL(target!, url));
      else seen.add(target!);
    }
  };
  visit(new URL(`../src/${file}`, import.meta.url));
  return [...seen].map((each) => each.replace(/^file:.*\/src\//, '')).toSorted();
}
