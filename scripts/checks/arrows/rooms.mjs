import { circleThrough, foldersOf, knotsOf } from './knots.mjs';

/** Compares the arrows between the rooms of a package with its list (`ROOMS` in lists.mjs). */
export function checkRooms(arrows, list) {
  const rooms = foldersOf(arrows).get('') ?? { arrows: [], witness: new Map() };
  const allowed = new Map(Object.entries(list).map(([room, to]) => [room, new Set(to.split(' ').filter(Boolean))]));
  const used = new Set(rooms.arrows.map((pair) => pair.join(' -> ')));
  const forbidden = rooms.arrows
    .filter(([from, to]) => !allowed.get(from)?.has(to) && !allowed.get(from)?.has('*'))
    .map(([from, to]) => `${from} may not import ${to}: ${rooms.witness.get(`${from} -> ${to}`)}`);
  const unused = [...allowed].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => to !== '*' && !used.has(`${from} -> ${to}`))
      .map((to) => `the allowed arrow ${from} -> ${to} is not used: take it out of ROOMS`),
  );
  return [...forbidden, ...unused];
}

/** Finds circles between files, and between folders where `folders` is true, other than the known ones. */
export function checkCircles(arrows, { folders, known }) {
  const graphs = [
    { arrows, witness: new Map() },
    ...(folders ? [...foldersOf(arrows).values()].filter(({ witness }) => witness.size > 0) : []),
  ];
  const isFileKnot = (members) => members.every((member) => member.endsWith('.ts'));
  const knots = graphs.flatMap((graph, i) =>
    knotsOf(graph.arrows)
      // Circles among files alone are all found in the first graph.
      .filter((members) => i === 0 || !isFileKnot(members))
      .map((members) => ({ members, graph })),
  );
  const circling = new Set(knots.flatMap(({ members }) => members));
  const unknown = knots
    .filter(({ members }) => !known.some((entry) => members.every((member) => entry.includes(member))))
    .map(({ members, graph }) => describe(members, graph, known));
  const opened = known
    .flat()
    .filter((member) => !circling.has(member))
    .map((member) => `${member} is no longer on a circle: take it out of KNOWN_CIRCLES`);
  return [...new Set([...unknown, ...opened])];
}

function describe(members, { arrows, witness }, known) {
  const isNew = (member) => !known.flat().includes(member);
  const circle = circleThrough(arrows, members.find(isNew) ?? members[0]);
  const steps = circle.slice(1).map((to, i) => witness.get(`${circle[i]} -> ${to}`));
  const proof = steps.some(Boolean) ? ` (${steps.filter(Boolean).join(', ')})` : '';
  return `a circle: ${circle.join(' -> ')}${proof}`;
}
