/** A file's name as it is shown and saved: without characters that turn reading around or name another folder. */
export function safeName(name: string, fallback: string): string {
  const clean = name.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]/gu, '').trim();
  return clean === '' ? fallback : clean;
}
