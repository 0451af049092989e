/** The MLS group of a channel (RFC 9420): all state in, all state out. Loaded apart from the rest of this package. */
export { createCommit, type CreatedCommit } from './create-commit.ts';
export { createGroup } from './create-group.ts';
export { describeGroup, describeGroupInfo, type GroupInfoDescription } from './describe.ts';
export { joinExternal, type ExternalJoin } from './join-external.ts';
export { joinByWelcome, type FindKeyPackage } from './join-welcome.ts';
export { checkKeyPackage, createKeyPackage } from './key-package.ts';
export type { CreatedKeyPackage } from './make-key-package.ts';
export { decryptMessage, encryptMessage } from './messages.ts';
export { processCommit, type ProcessedCommit } from './process-commit.ts';
export { DEFAULT_SUITE, SUITES } from './provider/suites.ts';
export type {
  Authenticate,
  GroupDescription,
  GroupName,
  GroupState,
  MlsDeps,
  MlsIdentity,
  MlsMember,
} from './types.ts';
