/** Writes a PostgreSQL array literal of numbers, ids or times (ISO 8601), which need no quotes. */
export function literal(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}
