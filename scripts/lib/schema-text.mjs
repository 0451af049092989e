/** Writes a Zod schema in the notation of `docs/API.md`: what a caller sends as JSON. */

/**
 * A schema as text: `{ conversationId: id, limit: int[1..100], body?: bytes[1..65536] }`.
 *
 * @throws Error for a kind of schema that has no notation yet
 */
export function schemaText(schema, indent = '') {
  const described = schema.description;
  const { def } = schema;
  if (described !== undefined && !['optional', 'nullable'].includes(def.type)) return described;
  switch (def.type) {
    case 'object':
      return objectText(schema, indent);
    case 'array':
      return `list${bounds(schema)} of ${schemaText(def.element, indent)}`;
    case 'optional':
      return schemaText(def.innerType, indent);
    case 'nullable':
      return `${schemaText(def.innerType, indent)} | null`;
    case 'string':
      return stringText(schema);
    case 'number':
      return `int[${schema.minValue}..${schema.maxValue}]`;
    case 'boolean':
      return 'boolean';
    case 'enum':
      return Object.values(def.entries)
        .map((value) => `'${value}'`)
        .join(' | ');
    case 'literal':
      return def.values.map((value) => `'${value}'`).join(' | ');
    case 'union':
      return def.options.map((option) => schemaText(option, indent)).join(' | ');
    case 'pipe':
      return schemaText(def.in, indent);
    default:
      throw new Error(`no notation for a schema of kind ${def.type}`);
  }
}

function objectText({ def }, indent) {
  const fields = Object.entries(def.shape);
  if (fields.length === 0) return '{}';
  const deeper = `${indent}  `;
  const texts = fields.map(([name, field]) => {
    const isOptional = field.def.type === 'optional' || field.def.innerType?.def?.type === 'optional';
    return `${name}${isOptional ? '?' : ''}: ${schemaText(field, deeper)}`;
  });
  const line = `{ ${texts.join(', ')} }`;
  if (line.length + indent.length <= 100 && !line.includes('\n')) return line;
  return `{\n${texts.map((text) => `${deeper}${text},`).join('\n')}\n${indent}}`;
}

function bounds({ def }) {
  let [min, max] = [0, Infinity];
  for (const { _zod: check } of def.checks ?? []) {
    if (check.def.check === 'min_length') min = check.def.minimum;
    if (check.def.check === 'max_length') max = check.def.maximum;
    if (check.def.check === 'length_equals') min = max = check.def.length;
  }
  if (max === Infinity) throw new Error('a list without a limit');
  return min === max ? `[${min}]` : `[${min}..${max}]`;
}

function stringText({ minLength, maxLength, def }) {
  const pattern = def.checks?.find(({ _zod: check }) => check.def.pattern !== undefined)?._zod.def.pattern;
  if (maxLength === null && pattern === undefined) throw new Error('a text without a limit');
  return maxLength === null ? `text matching ${pattern}` : `text[${minLength ?? 0}..${maxLength}]`;
}
