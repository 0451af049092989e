import { PARTS, type PartName } from './parts.ts';

/** Runs the part named on the command line and sends its result to the parent process. */
const result = await PARTS[process.argv[2] as PartName].run();
process.send!(result, () => process.disconnect());
