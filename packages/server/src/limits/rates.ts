import type { DEFAULT_QUOTAS, DEFAULT_RATES, DEFAULT_RETENTION } from '@seal-chat/protocol';

type Defaults = typeof DEFAULT_RATES & typeof DEFAULT_QUOTAS & typeof DEFAULT_RETENTION;

/** Rates, sizes and times the server enforces; the names and units of the protocol's `DEFAULT_...` tables. */
export type Rates = { readonly [Name in keyof Defaults]: number };

/** `base` with whatever `overrides`, a tenant's JSON, has in its place: whole numbers above 0, all else ignored. */
export function overrideRates(base: Rates, overrides: unknown): Rates {
  if (typeof overrides !== 'object' || overrides === null) return base;
  const rates: { -readonly [Name in keyof Rates]: number } = { ...base };
  for (const name of Object.keys(base) as (keyof Rates)[]) {
    const value = (overrides as Record<string, unknown>)[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) rates[name] = value;
  }
  return rates;
}
