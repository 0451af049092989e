/**
 * Circles in a graph. `arrows` are pairs `[from, to]`; what is reached from itself forms a knot: the set of all nodes
 * that reach each other.
 */
export function knotsOf(arrows) {
  const graph = graphOf(arrows);
  const seen = new Set();
  const knots = [];
  for (const start of graph.keys()) {
    if (seen.has(start) || pathBetween(graph, start, start) === null) continue;
    const knot = [...graph.keys()].filter(
      (node) =>
        node === start || (pathBetween(graph, start, node) !== null && pathBetween(graph, node, start) !== null),
    );
    for (const node of knot) seen.add(node);
    knots.push(knot.toSorted((a, b) => (a < b ? -1 : 1)));
  }
  return knots;
}

/** Finds a shortest circle through `node`, as the nodes on it; null when there is none. */
export function circleThrough(arrows, node) {
  return pathBetween(graphOf(arrows), node, node);
}

/**
 * Folds the arrows between files into arrows between the direct children of each folder: for the folder `''` its
 * subfolders and files, for each of its subfolders the same, and so on.
 * @returns per folder: its arrows, and `witness`, one import for each arrow
 */
export function foldersOf(arrows) {
  const folders = new Map();
  for (const [from, to] of arrows) {
    const a = from.split('/');
    const b = to.split('/');
    let depth = 0;
    while (depth < a.length - 1 && a[depth] === b[depth]) depth++;
    const pair = [a.slice(0, depth + 1).join('/'), b.slice(0, depth + 1).join('/')];
    const folder = a.slice(0, depth).join('/');
    const known = folders.get(folder) ?? { arrows: [], witness: new Map() };
    folders.set(folder, known);
    const key = pair.join(' -> ');
    if (pair[0] === pair[1] || known.witness.has(key)) continue;
    known.arrows.push(pair);
    known.witness.set(key, `${from} -> ${to}`);
  }
  return folders;
}

function graphOf(arrows) {
  const graph = new Map();
  for (const [from, to] of arrows) graph.set(from, [...(graph.get(from) ?? []), to]);
  return graph;
}

/** A shortest way of at least one arrow, as `[from, …, to]`. */
function pathBetween(graph, from, to) {
  const cameFrom = new Map();
  const queue = [from];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === to) {
        const path = [to];
        for (let at = node; at !== from; at = cameFrom.get(at)) path.unshift(at);
        return [from, ...path];
      }
      if (next === from || cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return null;
}
