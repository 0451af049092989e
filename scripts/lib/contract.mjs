/**
 * Reads the contract of the API out of `packages/protocol/src/api`: which procedures there are, and the types of what
 * they answer. The folder has declarations of one plain form, and what does not have it is refused.
 */
import { listFiles, readText } from './files.mjs';

const FOLDER = /^packages\/protocol\/src\/api\/(?!.*\.test\.ts$).*\.ts$/;

/** The exported and local types of the contract: name -> its source with the comment before it, and its file. */
export function readTypes(files = listFiles(FOLDER).map((path) => ({ path, text: readText(path) }))) {
  const types = new Map();
  for (const { path, text } of files) {
    const lines = text.split('\n');
    for (let at = 0; at < lines.length; at += 1) {
      const found = /^(?:export )?(?:interface|type) (\w+)/.exec(lines[at]);
      if (found === null) continue;
      const end = endOf(lines, at, path);
      types.set(found[1], { path, comment: commentBefore(lines, at), source: lines.slice(at, end + 1).join('\n') });
      at = end;
    }
  }
  return types;
}

/** The last line of the declaration that begins in line `at`. */
function endOf(lines, at, path) {
  const isInterface = /^(?:export )?interface/.test(lines[at]);
  for (let end = at; end < lines.length; end += 1) {
    if (isInterface ? /^\}$|\{\}$/.test(lines[end]) : /^\S.*;$|^ {2}\S.*;$|^ {2}\| \{.*\};$/.test(lines[end])) {
      const text = lines.slice(at, end + 1).join('\n');
      if (depth(text) === 0) return end;
    }
  }
  throw new Error(`${path}:${at + 1}: a declaration without an end`);
}

function depth(text) {
  const count = (sign) => text.split(sign).length - 1;
  return count('{') - count('}') + count('(') - count(')');
}

/** The doc comment that ends right before line `at`, as plain text. */
function commentBefore(lines, at) {
  if (at === 0 || !/\*\/\s*$/.test(lines[at - 1])) return '';
  let first = at - 1;
  while (!/^\s*\/\*\*/.test(lines[first])) first -= 1;
  return plain(lines.slice(first, at).join('\n'));
}

function plain(comment) {
  return comment
    .replaceAll(/\/\*\*|\*\/|^\s*\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * The procedures by router, in the order of the contract.
 *
 * @returns {Map<string, { name: string, kind: string, schema: [string, string] | null, answer: string, about: string }[]>}
 */
export function readRouters(types) {
  const routers = new Map();
  for (const [, name, procedures] of typeOf(types, 'SealRouter').source.matchAll(/readonly (\w+): (\w+);/g)) {
    routers.set(name, readProcedures(types, procedures));
  }
  return routers;
}

function readProcedures(types, name) {
  const { source } = typeOf(types, name);
  const [, parents = ''] = /extends ([\w,\s]+) \{/.exec(source) ?? [];
  const inherited = parents.split(',').flatMap((parent) => (parent.trim() ? readProcedures(types, parent.trim()) : []));
  const body = source.slice(source.indexOf('{') + 1, source.lastIndexOf('}'));
  const form =
    /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*)?readonly (\w+): (Query|Mutation|Subscription)<(?:typeof (\w+)\.(\w+)|null), ([^;]+)>;/g;
  const own = [...body.matchAll(form)].map(([, about = '', procedure, kind, inputs, key, answer]) => ({
    name: procedure,
    kind: kind.toLowerCase(),
    schema: inputs === undefined ? null : [inputs, key],
    answer,
    about: plain(about),
  }));
  const count = body.split('readonly ').length - 1 - (body.match(/, readonly /g)?.length ?? 0);
  if (count !== own.length) throw new Error(`${name} has members that are no procedures`);
  return [...inherited, ...own];
}

function typeOf(types, name) {
  const found = types.get(name);
  if (found === undefined) throw new Error(`the contract has no type ${name}`);
  return found;
}

/** The comments before the fields of a schema `const … = {`: what each procedure is for. */
export function readInputComments(files = listFiles(FOLDER).map((path) => readText(path))) {
  const comments = new Map();
  for (const text of files) {
    for (const [, inputs, body] of text.matchAll(/^export const (\w+Inputs) = \{\n([\s\S]*?)^\};$/gm)) {
      for (const [, about, key] of body.matchAll(/^ {2}\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n {2}(\w+): z\./gm)) {
        comments.set(`${inputs}.${key}`, plain(about));
      }
    }
  }
  return comments;
}
