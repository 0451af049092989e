import { parseSync, type Plugin } from 'vite';

/** A piece of source text to be replaced: from `start` to `end`, in UTF-16 units. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Removes what has no effect from the `html` and `css` templates in the sources: line breaks, indentation, comments. */
export function minifyTemplates(): Plugin {
  return {
    name: 'seal:minify-templates',
    apply: 'build',
    transform(code, id) {
      if (!/\/(?:ui|widget)\/src\/.*\.ts$/.test(id)) return null;
      return { code: applyEdits(code, findTemplates(parseSync(id, code).program, code)), map: null };
    },
  };
}

function findTemplates(node: unknown, code: string): readonly Edit[] {
  if (Array.isArray(node)) return node.flatMap((child) => findTemplates(child, code));
  if (typeof node !== 'object' || node === null) return [];
  const inner = Object.values(node).flatMap((child) => findTemplates(child, code));
  return isTagged(node) ? [...inner, ...node.quasi.quasis.map((quasi) => shorten(node.tag.name, quasi, code))] : inner;
}

interface Tagged {
  readonly tag: { readonly name: string };
  readonly quasi: { readonly quasis: readonly { readonly start: number; readonly end: number }[] };
}

function isTagged(node: object): node is Tagged {
  const { type, tag } = node as { type?: string; tag?: { name?: string } };
  return type === 'TaggedTemplateExpression' && ['html', 'svg', 'css'].includes(tag?.name ?? '');
}

function shorten(tag: string, { start, end }: { readonly start: number; readonly end: number }, code: string): Edit {
  const text = code.slice(start, end);
  return { start, end, text: tag === 'css' ? shortenCss(text) : text.replace(/\s*\n\s*/g, ' ') };
}

/** White space stays where it can be a descendant combinator or part of a value. */
function shortenCss(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,>]) ?/g, '$1')
    .replace(/\( | \)/g, (found) => found.trim())
    .replace(/: /g, ':')
    .replace(/(?<![\w.])0\.(?=\d)/g, '.')
    .replace(/;}/g, '}');
}

function applyEdits(code: string, edits: readonly Edit[]): string {
  let out = code;
  for (const { start, end, text } of edits.toSorted((a, b) => b.start - a.start))
    out = out.slice(0, start) + text + out.slice(end);
  return out;
}
