import type { Sample } from './stats.ts';

/** Something a figure has to keep, and whether it does. `ok` is null where this machine cannot tell. */
export interface Check {
  readonly target: string;
  readonly ok: boolean | null;
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  /** Seal against the peers of the same run, best first. */
  readonly ratio: string;
  readonly seal: string;
  /** Peers measured in the same run. */
  readonly peers: string;
  /** Figures measured once, elsewhere: to be read as an order of magnitude. */
  readonly elsewhere: string;
  readonly checks: readonly Check[];
}

/** What one part of the benchmarks found. */
export interface PartResult {
  readonly rows: readonly Row[];
  /** How it was measured, and what to know when reading it; one sentence or two each. */
  readonly notes: readonly string[];
}

const COLUMNS = ['what', 'ratio', 'Seal', 'peers, same run', 'measured elsewhere', 'target', 'met'] as const;

/** A check of `value` against an upper bound. */
export function atMost(target: string, value: number | null, bound: number): Check {
  return { target, ok: value === null ? null : value <= bound };
}

/** A check of `value` against a lower bound. */
export function atLeast(target: string, value: number | null, bound: number): Check {
  return { target, ok: value === null ? null : value >= bound };
}

/** `12.3 µs [11.9-13.0]`: the median of the rounds, and the extremes. */
export function show(sample: Sample, unit: string): string {
  const range = sample.min === sample.max ? '' : ` [${digits(sample.min)}-${digits(sample.max)}]`;
  return `${digits(sample.median)}${unit === '' ? '' : ` ${unit}`}${range}`;
}

/** Three significant digits, thousands separated. */
export function digits(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US');
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value >= 0.1
        ? value.toFixed(2)
        : value.toFixed(3);
}

/** How many times as fast as a peer, both given as time: `2.4x libsignal`. */
export function speedup(seal: number, peer: number, name: string): string {
  return `${digits(peer / seal)}x ${name}`;
}

const verdict = ({ ok }: Check): string => (ok === null ? 'not measured' : ok ? 'ok' : '**missed**');

/** The table and its notes, as Markdown. */
export function renderPart(result: PartResult): string {
  const cells = result.rows.map((row) => [
    row.what,
    row.ratio,
    row.seal,
    row.peers,
    row.elsewhere,
    row.checks.map((check) => check.target).join('; '),
    row.checks.map(verdict).join('; '),
  ]);
  const line = (values: readonly string[]): string =>
    `| ${values.map((value) => (value === '' ? '-' : value.replaceAll('|', '\\|'))).join(' | ')} |`;
  const table = [line(COLUMNS), line(COLUMNS.map(() => '---')), ...cells.map(line)];
  return `${table.join('\n')}\n\n${result.notes.map((note) => `- ${note}`).join('\n')}\n`;
}
