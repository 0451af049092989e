/**
 * The form in which names are unique and searched: without case, in every script. Upper case first, so that letters
 * with several lower-case forms (`ß`, `ς`) fall together.
 */
export function usernameKeyOf(username: string): string {
  return username.toUpperCase().toLowerCase().normalize('NFKC');
}
