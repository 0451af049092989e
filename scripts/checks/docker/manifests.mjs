import { parse, parseAllDocuments } from 'yaml';

/** Variables a container of the image is given, in Kubernetes' manifests. */
function podsOf(document) {
  const spec = document.spec?.template?.spec;
  return spec === undefined ? [] : [{ name: document.metadata.name, spec }];
}

/** What is wrong in Kubernetes' manifests: hardening that is missing, ports and volumes that nothing has, unknown variables. */
export function checkKubernetes(text, variables) {
  const documents = parseAllDocuments(text);
  const broken = documents.flatMap(({ errors }) => errors.map(({ message }) => message));
  if (broken.length > 0) return broken;
  const values = documents.map((document) => document.toJS());
  const labels = values.flatMap((value) => (value.kind === 'Deployment' ? [value.spec.template.metadata.labels] : []));
  return [
    ...values.flatMap(podsOf).flatMap(({ name, spec }) => checkPod(spec, variables).map((what) => `${name}: ${what}`)),
    ...values.flatMap((value) => checkSelector(value, labels)),
  ];
}

function checkPod({ securityContext: pod = {}, containers, volumes = [] }, variables) {
  const known = new Set(volumes.map(({ name }) => name));
  return [
    ...(pod.runAsNonRoot === true && pod.runAsUser === 10_001 ? [] : ['it may run as root']),
    ...containers.flatMap(({ securityContext: own = {}, env = [], ports = [], volumeMounts = [], ...probes }) => [
      ...(own.readOnlyRootFilesystem === true ? [] : ['its root is not read-only']),
      ...(own.allowPrivilegeEscalation === false ? [] : ['it may gain privileges']),
      ...(own.capabilities?.drop?.includes('ALL') ? [] : ['it keeps capabilities']),
      ...env.filter(({ name }) => !variables.has(name)).map(({ name }) => `the server has no variable ${name}`),
      ...volumeMounts.filter(({ name }) => !known.has(name)).map(({ name }) => `no volume ${name}`),
      ...['startupProbe', 'livenessProbe', 'readinessProbe']
        .map((probe) => probes[probe]?.httpGet)
        .filter((probe) => probe !== undefined && !ports.some(({ name }) => name === probe.port))
        .map((probe) => `it has no port ${probe.port}`),
    ]),
  ];
}

/** What selects pods must find some. */
function checkSelector({ kind, metadata, spec }, labels) {
  const selector = spec?.podSelector?.matchLabels ?? spec?.selector?.matchLabels ?? spec?.selector;
  if (selector === undefined) return [];
  const fits = (own) => Object.entries(selector).every(([name, value]) => own[name] === value);
  return labels.some(fits) ? [] : [`${kind} ${metadata.name}: selects no pod`];
}

/** Variables that the examples of hosts set and the server does not have. */
export function checkHosts({ fly, render }, variables) {
  const section = /^\[env\]\n((?:[ \t]*\w+ = .*\n)+)/m.exec(fly)?.[1] ?? '';
  const inFly = [...section.matchAll(/^\s*(\w+) =/gm)].map(([, name]) => name);
  const inRender = parse(render).services.flatMap(({ envVars }) => envVars.map(({ key }) => key));
  return [
    ...(inFly.length > 0 ? [] : ['fly.toml: no [env]']),
    ...[...inFly, ...inRender]
      .filter((name) => !variables.has(name))
      .map((name) => `fly.toml, render.yaml: the server has no variable ${name}`),
  ];
}
