import { CONFUSABLES } from './confusables.ts';

/**
 * What a name looks like (UTS 39 §4): two names with one skeleton can be taken for each other. Never shown, and only
 * compared with others. `name` is as its owner writes it, in NFKC.
 */
export function skeletonOf(name: string): string {
  const looks = Array.from(name.normalize('NFD'), (character) => CONFUSABLES.get(character) ?? character);
  return looks.join('').normalize('NFD');
}
