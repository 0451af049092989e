import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a program of the system to its end. @throws when it fails */
export const run = promisify(execFile);
