import type { Bytes } from '@seal-chat/protocol';
import { createGroup as createLibraryGroup } from 'ts-mls/clientState.js';
import { libraryConfig } from './config.ts';
import { authenticatorOf, enterEpoch } from './enter.ts';
import { guarded } from './failures.ts';
import { groupInfoOf } from './group-info.ts';
import { generate } from './key-package.ts';
import { withLazySecretTree } from './lazy-secret-tree.ts';
import { groupIdOf } from './names.ts';
import { cipherSuite } from './provider/provider.ts';
import type { GroupName, GroupState, MlsDeps, MlsIdentity } from './types.ts';

/** Creates a group with this device as its only leaf, in epoch 0 (RFC 9420 §11). */
export async function createGroup(
  deps: MlsDeps,
  input: { readonly suite: number; readonly group: GroupName; readonly identity: MlsIdentity },
): Promise<{ readonly state: GroupState; readonly groupInfo: Bytes; readonly authenticator: Bytes }> {
  const { identity, group } = input;
  const { suite, takeEncryptionSecret } = withLazySecretTree(await cipherSuite(deps, input.suite, identity.signKey));
  return guarded('INTERNAL', async () => {
    const { keyPackage, privateKeys } = await generate(deps, suite, { identity, extensions: [] });
    const config = libraryConfig(identity.tenantId, () => true);
    const state = await createLibraryGroup(groupIdOf(group), keyPackage, privateKeys, [], suite, config);
    privateKeys.initPrivateKey.fill(0);
    const groupInfo = await groupInfoOf(deps, state, suite);
    const authenticator = authenticatorOf(state);
    return { state: enterEpoch(deps, state, takeEncryptionSecret()), groupInfo, authenticator };
  });
}
