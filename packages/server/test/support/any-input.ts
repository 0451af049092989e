import { randomBytes } from 'node:crypto';
import type { z } from 'zod';

/** Chooses the content of a field that names something. @param field its name, of a list's entries that of the list */
export type PickId = (field: string) => string;

/** What a schema says of itself; only what is read here. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
}

/**
 * Makes an input that a schema of the protocol takes, out of nothing but the schema. Of what may be one thing or another it
 * takes the one that `variant` counts to. What the schema does not know of, such as signatures, is noise.
 *
 * @throws Error for a schema of a kind that it cannot make
 */
export function anyInput(schema: z.ZodType, pickId: PickId, variant = 0, field = ''): unknown {
  const { description } = schema;
  if (description === 'id') return pickId(field);
  if (description === 'username') return `any${randomBytes(4).toString('hex')}`;
  const size = /^bytes\[(\d+)(?:\.\.(\d+))?\]$/.exec(description ?? '');
  if (size !== null) return randomBytes(sizeWithin(Number(size[1]), Number(size[2] ?? size[1]))).toString('base64url');
  const definition = schema._zod.def as unknown as Definition;
  const inner = (next: z.ZodType, name = field) => anyInput(next, pickId, variant, name);
  switch (definition.type) {
    case 'object':
      return Object.fromEntries(Object.entries(definition.shape!).map(([name, value]) => [name, inner(value, name)]));
    case 'array':
      return [inner(definition.element!)];
    case 'optional':
    case 'nullable':
    case 'default':
    case 'readonly':
      return inner(definition.innerType!);
    case 'pipe':
      return inner(definition.in!);
    case 'union':
      return inner(definition.options![variant % definition.options!.length]!);
    case 'literal':
      return definition.values![0];
    case 'enum':
      return Object.values(definition.entries!)[variant % Object.keys(definition.entries!).length];
    case 'number':
      return Math.max(1, (schema as z.ZodNumber).minValue ?? 1);
    case 'boolean':
      return variant % 2 === 0;
    case 'string':
      return TEXTS.find((text) => schema.safeParse(text).success);
    default:
      throw new Error(`no input can be made for a schema of the kind ${definition.type}`);
  }
}

/** What a text may have to be. */
const TEXTS = ['any text', '1'];

/** Long enough to be like what is sent, and short. */
function sizeWithin(min: number, max: number): number {
  return Math.min(max, Math.max(min, 64));
}
