import { SealError, type DeviceId, type PreKeyBundle, type UserId } from '@seal-chat/protocol';
import type { PreKeyBundleAnswer, PublicPreKeyAnswer } from '@seal-chat/protocol/api';
import { bytesOf } from '../api/answers.ts';
import type { FetchDeps } from '../context/deps.ts';
import { learnDeviceLists } from '../peers/device-lists.ts';
import type { DeviceAddress } from '../peers/sessions.ts';

/**
 * Claims a prekey bundle for each of `devices`. A device without one may have left its account: the lists of its
 * person are fetched then, and the caller looks again who is there.
 *
 * @param asked devices that had none before in the same attempt; extended here
 * @throws SealError NO_SESSION when a device is still listed and has published no prekeys
 */
export async function claimBundles(
  deps: FetchDeps,
  devices: readonly DeviceAddress[],
  asked: Set<DeviceId>,
): Promise<ReadonlyMap<DeviceId, PreKeyBundle>> {
  const bundles = new Map<DeviceId, PreKeyBundle>();
  for (const [userId, deviceIds] of byUser(devices)) {
    const answer = await deps.api.preKeys.claim.mutate({ userId, deviceIds: [...deviceIds] });
    for (const bundle of answer.bundles) bundles.set(bundle.deviceId, bundleOf(bundle));
    const without = deviceIds.filter((deviceId) => !bundles.has(deviceId));
    if (without.length === 0) continue;
    if (without.some((deviceId) => asked.has(deviceId))) throw new SealError('NO_SESSION');
    for (const deviceId of without) asked.add(deviceId);
    await learnDeviceLists(deps, [userId]);
  }
  return bundles;
}

function byUser(devices: readonly DeviceAddress[]): ReadonlyMap<UserId, DeviceId[]> {
  const users = new Map<UserId, DeviceId[]>();
  for (const { userId, deviceId } of devices) {
    const known = users.get(userId);
    if (known === undefined) users.set(userId, [deviceId]);
    else known.push(deviceId);
  }
  return users;
}

function bundleOf({
  deviceId,
  registrationId,
  signedPreKey,
  oneTimePreKey,
  kemPreKey,
}: PreKeyBundleAnswer): PreKeyBundle {
  return {
    deviceId,
    registrationId,
    signedPreKey: preKeyOf(signedPreKey),
    oneTimePreKey: oneTimePreKey && preKeyOf(oneTimePreKey),
    kemPreKey: { ...preKeyOf(kemPreKey), kind: kemPreKey.kind },
  };
}

function preKeyOf({ keyId, publicKey, signature }: PublicPreKeyAnswer) {
  return { keyId, publicKey: bytesOf(publicKey), signature: bytesOf(signature) };
}
