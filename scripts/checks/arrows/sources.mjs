import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { parseSync } from 'vite';

/**
 * Parses the sources of a package: no tests, no declarations, nothing generated.
 * @param src the package's `src` folder
 * @returns per file: `path` relative to `src` with slashes, `program` (its tree), `imports`, and `error` when it cannot
 *   be parsed
 */
export function readSources(src) {
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d|\.test)\.ts$/.test(entry.name))
    .map((entry) => relative(src, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').includes('generated'))
    .toSorted()
    .map((path) => parse(path, readFileSync(join(src, path), 'utf8')));
}

function parse(path, source) {
  const { program, module, errors } = parseSync(path, source);
  if (errors.length > 0) return { path, program: null, imports: [], error: errors[0].message };
  return { path, program, imports: importsOf(program, module, source), error: null };
}

/**
 * Lists what a file imports: statically, dynamically, by re-export and by `import('…')` in a type.
 * @returns `from`: the specifier; `typeOnly`: whether the import vanishes when types are stripped
 */
function importsOf(program, module, source) {
  const isType = ({ entries }) => entries.length > 0 && entries.every((entry) => entry.isType);
  const dynamic = module.dynamicImports
    .map(({ moduleRequest }) => source.slice(moduleRequest.start, moduleRequest.end))
    // A file found from where this one was loaded is one of the same build.
    .filter((request) => !/^new URL\(\w+, import\.meta\.url\)/.test(request))
    .map((request) => ({ from: request.replaceAll(/^['"`]|['"`]$/g, ''), typeOnly: false }));
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries
      .filter((entry) => entry.moduleRequest)
      .map((entry) => ({ from: entry.moduleRequest.value, typeOnly: entry.isType })),
  );
  return [
    ...module.staticImports.map((entry) => ({ from: entry.moduleRequest.value, typeOnly: isType(entry) })),
    ...exported,
    ...dynamic,
    ...(source.includes('import(') ? importTypes(program) : []),
  ];
}

function importTypes(program) {
  const found = [];
  walk(program, (node) => {
    if (node.type === 'TSImportType') found.push({ from: node.source.value, typeOnly: true });
  });
  return found;
}

/** Calls `visit(node, key, parent)` for each node of a tree. */
function walk(program, visit) {
  const enter = (node, key, parent) => {
    if (Array.isArray(node)) return node.forEach((item) => enter(item, key, parent));
    if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return;
    visit(node, key, parent);
    for (const [childKey, child] of Object.entries(node)) {
      if (childKey !== 'parent' && typeof child === 'object') enter(child, childKey, node);
    }
  };
  enter(program.body, 'body', program);
}

/** Lists the names of `names` that a program takes from its surroundings: `name` itself or `globalThis.name`. */
export function ambientNames(program, names) {
  const found = new Set();
  walk(program, (node, key, parent) => {
    const isMember = (key === 'property' || key === 'key') && parent.computed !== true;
    const isName = isMember || (key === 'right' && parent.type === 'TSQualifiedName');
    if (node.type === 'Identifier' && names.has(node.name) && !isName) found.add(node.name);
    if (node.type === 'MemberExpression' && node.object.name === 'globalThis' && names.has(node.property.name)) {
      found.add(`globalThis.${node.property.name}`);
    }
    if (node.type === 'MemberExpression' && names.has(`${node.object.name}.${node.property.name}`)) {
      found.add(`${node.object.name}.${node.property.name}`);
    }
  });
  return [...found];
}

/** Lists the arrows between the files of a package, as pairs of paths relative to `src`. */
export function fileArrows(sources) {
  return sources.flatMap(({ path, imports }) =>
    [...new Set(imports.map(({ from }) => from).filter((from) => from.startsWith('.')))]
      .map((from) => posix.join(posix.dirname(path), from))
      .filter((to) => !to.startsWith('..'))
      .map((to) => [path, to]),
  );
}
