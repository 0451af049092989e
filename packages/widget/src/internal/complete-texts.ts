import type { ShownStrings } from '../i18n/strings.ts';

/**
 * Returns what completes a table of texts with `english`, wherever the language shown has none. Completed tables are kept:
 * every row of the list and every message asks for one whenever anything changes.
 */
export function completeWith<English>(english: English): (strings: ShownStrings) => ShownStrings & English {
  const complete: WeakMap<ShownStrings, ShownStrings & English> = new WeakMap();
  return (strings) => {
    let found = complete.get(strings);
    if (found === undefined) complete.set(strings, (found = { ...english, ...strings }));
    return found;
  };
}
