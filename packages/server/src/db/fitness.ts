/** What a start asks a database that it did not start itself. Times in ms since 1970. */
export interface DatabaseFacts {
  /** As `server_version_num`: 180004 is 18.4. */
  readonly version: number;
  /** The database's clock. */
  readonly time: number;
  /** This machine's clock before the question and after the answer. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

const OLDEST_MAJOR = 14;
/** Sessions, limits and lifetimes are compared with either clock. */
const MAX_CLOCK_DIFFERENCE_MS = 30_000;

/** Says in a few words why a database cannot be used, as what follows its name; null when it can. */
export function complaintAbout({ version, time, askedAt, answeredAt }: DatabaseFacts): string | null {
  const major = Math.floor(version / 10_000);
  if (major < OLDEST_MAJOR) return `is PostgreSQL ${major}; Seal needs ${OLDEST_MAJOR} or later`;
  const ahead = time - answeredAt;
  const behind = askedAt - time;
  const difference = Math.round(Math.max(ahead, behind) / 1_000);
  if (Math.max(ahead, behind) <= MAX_CLOCK_DIFFERENCE_MS) return null;
  return `has a clock ${difference} s ${ahead > behind ? 'ahead of' : 'behind'} this machine's: set both with NTP`;
}
