import { setPriority } from 'node:os';
import { ATTACKS } from './attacks.ts';
import type { Target } from './tools.ts';

/**
 * A process that does one attack until its parent ends it. It gives way to all others: an attacker has a machine of its
 * own, and what its work takes from this one is not the server's doing.
 */
const [name, target] = process.argv.slice(2);
setPriority(19);
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);
await ATTACKS[name!]!(JSON.parse(target!) as Target);
