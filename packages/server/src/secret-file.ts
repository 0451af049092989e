import { readFileSync } from 'node:fs';
import { StartError, systemCode } from './start-error.ts';

/**
 * Reads a variable that may hold a password: its own value, or what the file that `<name>_FILE` names contains, without
 * space around it. Undefined when neither is set.
 *
 * @throws StartError naming the variable, when both are set and when the file cannot be read or is empty; never with
 * what the file contains
 */
export function readSecret(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  const own = environment[name]?.trim();
  const path = environment[`${name}_FILE`]?.trim();
  if (!path) return own;
  if (own) throw new StartError(`${name} and ${name}_FILE are both set: keep one of them.`);
  const text = readText(`${name}_FILE`, path).trim();
  if (text === '') throw new StartError(`${name}_FILE ${path} is empty.`);
  return text;
}

function readText(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(`${name} ${path} cannot be read (${systemCode(error)}).`, { cause: error });
  }
}
