import { DockerfileParser } from 'dockerfile-ast';

/** Names of variables that would put a secret into an image's layers. */
const SECRET = /PASSWORD|SECRET|TOKEN|DATABASE_URL|REDIS_URL/;

/** What an image of ours must be, as lists of what is wrong in a Dockerfile's `text`. */
export function checkDockerfile(text) {
  const file = DockerfileParser.parse(text);
  const instructions = file.getInstructions();
  const stages = instructions.filter((entry) => entry.getKeyword() === 'FROM');
  const last = instructions.slice(instructions.lastIndexOf(stages.at(-1)));
  const argumentOf = (keyword) =>
    last.findLast((entry) => entry.getKeyword() === keyword)?.getArgumentsContent() ?? null;
  return [
    ...checkBases(stages, argumentsOf(instructions)),
    ...instructions.filter((entry) => ['ARG', 'ENV'].includes(entry.getKeyword())).flatMap(checkVariables),
    ...(argumentOf('USER') === '10001:10001' ? [] : ['the last USER is not 10001:10001']),
    ...(argumentOf('STOPSIGNAL') === 'SIGTERM' ? [] : ['STOPSIGNAL is not SIGTERM']),
    ...(argumentOf('HEALTHCHECK')?.includes('healthcheck.mjs') ? [] : ['no HEALTHCHECK by healthcheck.mjs']),
    ...(argumentOf('ENTRYPOINT')?.startsWith('[')
      ? []
      : ['no ENTRYPOINT as a list: a shell would not pass signals on']),
    ...instructions.filter((entry) => entry.getKeyword() === 'ADD').map(() => 'ADD: use COPY'),
    ...instructions.flatMap(checkRun),
  ];
}

/** Defaults of the ARGs before the first stage. */
function argumentsOf(instructions) {
  const first = instructions.findIndex((entry) => entry.getKeyword() === 'FROM');
  const pairs = instructions
    .slice(0, first)
    .filter((entry) => entry.getKeyword() === 'ARG')
    .map((entry) => entry.getArgumentsContent().split(/=(.*)/s).slice(0, 2));
  return new Map(pairs);
}

function checkBases(stages, defaults) {
  const names = new Set(stages.map((stage) => stage.getBuildStage()).filter(Boolean));
  return stages
    .map((stage) => stage.getImage().replace(/^\$\{(\w+)\}$/, (_, name) => defaults.get(name) ?? ''))
    .filter((image) => !names.has(image))
    .filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image) && !/:\d+\.\d+\.\d+/.test(image))
    .map((image) => `${image}: neither a digest nor an exact version`);
}

function checkVariables(instruction) {
  return instruction
    .getProperties()
    .map((property) => property.getName())
    .filter((name) => SECRET.test(name))
    .map((name) => `${instruction.getKeyword()} ${name}: secrets come when the container starts`);
}

function checkRun(instruction) {
  if (instruction.getKeyword() !== 'RUN') return [];
  const text = instruction.getRawArgumentsContent();
  return [
    ...(/apt-get install/.test(text) && !/--no-install-recommends/.test(text)
      ? ['apt-get install without --no-install-recommends']
      : []),
    ...(/curl|wget/.test(text) ? ['RUN downloads something that no lock file names'] : []),
  ];
}
