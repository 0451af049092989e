import { beforeAll, describe, expect, it } from 'vitest';
import {
  KEY_WRAP_PARAMETERS,
  SIZE_LIMITS,
  asKey,
  decode,
  encode,
  methodRecordCodec,
  newId,
  recoveryParamsCodec,
  vaultCodec,
  type MethodRecord,
  type RecoveryParams,
  type Vault,
} from '@seal-chat/protocol';
import { TENANT, curves, testAccount, withNextKey, type TestAccount } from '../../test/accounts.ts';
import { seededRng } from '../../test/rng.ts';
import { codeOf } from '../../test/seal-error.ts';
import type { VaultSecrets } from '../account-secrets.ts';
import { sha256 } from '../kdf.ts';
import { selectKem } from '../kem/select.ts';
import { createRecoveryCode } from '../recovery/code.ts';
import { createRecoveryMethod, sealToMethod, type Method, type VaultDeps } from './method.ts';
import type { VaultOwner } from './unlock-key.ts';
import { createVault, openVault, type SealedVault } from './vault.ts';
import { checkRecords, checkVaultContinues, vaultSignatureInput, verifyVault } from './verify-vault.ts';

const NOW = 1_700_000_000_000;

/** Argon2id costs about a second here, so the cases share one method. */
describe('a vault', async () => {
  const rng = seededRng('vault');
  const deps: VaultDeps = { curves, rng, kem: await selectKem(globalThis.crypto.subtle, rng) };
  const code = createRecoveryCode(rng);
  const progress: number[] = [];
  let alice: TestAccount;
  let owner: VaultOwner;
  let secrets: VaultSecrets;
  let method: Method;
  let vault: SealedVault;

  beforeAll(async () => {
    alice = await testAccount('alice');
    owner = { tenantId: TENANT, userId: alice.account.userId };
    secrets = secretsOf(alice);
    const onProgress = (fraction: number) => void progress.push(fraction);
    const identityKey = alice.identity.publicKey;
    method = await createRecoveryMethod(deps, { owner, identityKey, code, now: NOW, onProgress });
    vault = await make(alice, null);
  });

  function secretsOf({ identity, account: { key, archive } }: TestAccount): VaultSecrets {
    return { identitySeed: identity.privateKey, account: { accountSeed: key.privateKey, archive } };
  }

  async function make(
    of: TestAccount,
    before: { vault: SealedVault; archive: TestAccount['account']['archive'] } | null,
  ) {
    const previous = before && (await verifyVault(curves, before.vault.signed));
    const previousArchive = before && before.archive;
    const input = { owner, identity: of.identity, secrets: secretsOf(of), methods: [method], now: NOW };
    return createVault(deps, { ...input, previous, previousArchive });
  }

  const open = (change: Partial<Parameters<typeof openVault>[1]> = {}) =>
    openVault(deps, { owner, code, signed: vault.signed, record: vault.records[0]!, ...change });

  /** The same vault with another record in it, signed by Alice as a server cannot. */
  async function withRecord(change: (record: MethodRecord) => MethodRecord) {
    const record = encode(methodRecordCodec, change(decode(methodRecordCodec, vault.records[0]!)));
    return { record, signed: await resign({ recordHashes: [sha256(record)] }) };
  }

  async function resign(change: Partial<Vault>, identity = alice.identity) {
    const bytes = encode(vaultCodec, { ...decode(vaultCodec, vault.signed.bytes), ...change });
    return { bytes, signature: await curves.sign(identity, vaultSignatureInput(bytes)) };
  }

  it('opens with the code as a person types it', async () => {
    const opened = await open({
      code: ` ${code.toLowerCase().replaceAll('0', 'o')}`,
      identityKey: alice.identity.publicKey,
    });
    expect(opened.secrets).toEqual(secrets);
    expect(opened.formerArchive).toEqual([]);
    expect(progress.at(-1)).toBe(1);
    expect(vault.records[0]!.length).toBeLessThan(SIZE_LIMITS.methodRecord);
  });

  it('does not open with another code', async () => {
    expect(await codeOf(() => open({ code: createRecoveryCode(rng) }))).toBe('WRONG_CODE');
    expect(await codeOf(() => open({ code: 'nothing' }))).toBe('WRONG_CODE');
  });

  it('does not open under another identity', async () => {
    const mallory = await testAccount('mallory');
    expect(await codeOf(() => open({ identityKey: mallory.identity.publicKey }))).toBe('VAULT_REJECTED');
  });

  it('does not open for another account', async () => {
    const otherUser = { ...owner, userId: newId<VaultOwner['userId']>(rng(16)) };
    expect(await codeOf(() => open({ owner: otherUser }))).toBe('VAULT_REJECTED');
    const signed = await resign({ userId: otherUser.userId });
    expect(await codeOf(() => open({ owner: otherUser, signed }))).toBe('WRONG_CODE');
  });

  it('is refused when the server seals an account of its own to the code', async () => {
    const mallory = await testAccount('mallory');
    const record = encode(methodRecordCodec, await sealToMethod(deps, { owner, method, secrets: secretsOf(mallory) }));
    const change = { identityKey: mallory.identity.publicKey, recordHashes: [sha256(record)] };
    const signed = await resign(change, mallory.identity);
    expect(await codeOf(() => open({ signed, record }))).toBe('VAULT_REJECTED');
  });

  it('is refused with a record that it does not name, or of another epoch', async () => {
    const { record } = await withRecord((each) => ({ ...each, createdAt: 1 }));
    expect(await codeOf(() => open({ record }))).toBe('VAULT_REJECTED');
    expect(await codeOf(async () => open({ signed: await resign({ archiveEpoch: 2 }) }))).toBe('VAULT_REJECTED');
    const bad = { ...vault.signed, signature: vault.signed.signature.slice().fill(1) };
    expect(await codeOf(() => open({ signed: bad }))).toBe('BAD_SIGNATURE');
  });

  it('is refused at another cost, before any work', async () => {
    const costs: Partial<RecoveryParams>[] = [
      { memoryKiB: KEY_WRAP_PARAMETERS.memoryKiB - 1 },
      { iterations: 2 },
      { parallelism: 0 },
      { memoryKiB: 262_145 },
      { iterations: 11 },
      { parallelism: 5 },
    ];
    for (const cost of costs) {
      const changed = await withRecord((record) => ({
        ...record,
        params: encode(recoveryParamsCodec, { ...decode(recoveryParamsCodec, record.params), ...cost }),
      }));
      expect(await codeOf(() => open(changed))).toBe('MALFORMED');
    }
  });

  it('is sealed again to the same code by its public key, and leads back to former archive keys', async () => {
    const second = await withNextKey(alice, alice.state);
    const rotated = await make(second, { vault, archive: alice.account.archive });
    const opened = await open({ signed: rotated.signed, record: rotated.records[0]! });
    expect(opened.secrets).toEqual(secretsOf(second));
    expect(opened.formerArchive).toEqual([alice.account.archive]);
    // Who knows the old account and archive keys alone finds neither of the new ones.
    const [before, after] = [await verifyVault(curves, vault.signed), await verifyVault(curves, rotated.signed)];
    expect(() => checkVaultContinues(before, after)).not.toThrow();
    expect(await codeOf(() => checkVaultContinues(after, after))).toBe('CONFLICT');
    expect(await codeOf(() => checkVaultContinues(null, after))).toBe('CONFLICT');
    expect(await codeOf(() => checkVaultContinues(after, before))).toBe('VAULT_REJECTED');
    const wrongLink = await resignOf(rotated, { links: [{ epoch: 1, box: rng(73).fill(1, 0, 1) }] });
    expect(await codeOf(() => open({ signed: wrongLink, record: rotated.records[0]! }))).toBe('VAULT_REJECTED');
  });

  async function resignOf(of: SealedVault, change: Partial<Vault>) {
    const bytes = encode(vaultCodec, { ...decode(vaultCodec, of.signed.bytes), ...change });
    return { bytes, signature: await curves.sign(alice.identity, vaultSignatureInput(bytes)) };
  }

  it('is taken by a server only with the records that it names', async () => {
    const verified = await verifyVault(curves, vault.signed);
    expect(checkRecords(verified, vault.records)).toHaveLength(1);
    expect(await codeOf(() => checkRecords(verified, []))).toBe('VAULT_REJECTED');
    const { record } = await withRecord((each) => ({ ...each, publicKey: asKey(each.publicKey.slice().fill(7)) }));
    expect(await codeOf(() => checkRecords(verified, [record]))).toBe('VAULT_REJECTED');
  });
});
