import { asKey, constantTimeEqual, fromHex, type Bytes } from '@seal-chat/protocol';
import type { SignKeyPair } from '../keys.ts';
import { loadPart } from '../load-part.ts';
import type { Curves } from './curves.ts';
import type { Subtle } from './subtle.ts';
import { webCryptoCurves } from './web-crypto.ts';

/** RFC 7748 §5.2, one iteration: scalar and u-coordinate are both 9. */
const NINE: Bytes = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0));
const NINE_TIMES_NINE: Bytes = fromHex('422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079');
/** RFC 8032 §7.1, TEST 1: the message is empty. */
const ED25519 = {
  seed: fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'),
  publicKey: fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
  signature: fromHex(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ),
};

/**
 * Selects the fastest curves that work here: WebCrypto for each algorithm that passes a known-answer test, tweetnacl
 * for the others and where there is no `subtle` (pages without TLS), loaded only then. Costs about 2 ms; call it once.
 *
 * @throws SealError OFFLINE when tweetnacl cannot be downloaded: call it again
 */
export async function selectCurves(subtle: Subtle | undefined): Promise<Curves> {
  const loadFallback = async (): Promise<Curves> => (await loadPart(() => import('./tweetnacl.ts'))).tweetnaclCurves;
  if (subtle === undefined) return loadFallback();
  const native = webCryptoCurves(subtle);
  const [dhWorks, signWorks] = await Promise.all([passes(checkX25519(native)), passes(checkEd25519(native))]);
  const { dhKeyPair, newDhKeyPair, rawDh } = dhWorks ? native : await loadFallback();
  const { signKeyPair, newSignKeyPair, sign, verify } = signWorks ? native : await loadFallback();
  return { dhKeyPair, newDhKeyPair, rawDh, signKeyPair, newSignKeyPair, sign, verify };
}

async function passes(check: Promise<boolean>): Promise<boolean> {
  try {
    return await check;
  } catch {
    return false;
  }
}

async function checkX25519(curves: Curves): Promise<boolean> {
  const pair = await curves.dhKeyPair(asKey(NINE));
  const shared = await curves.rawDh(pair, asKey(NINE));
  const fresh = await curves.newDhKeyPair((length) => new Uint8Array(length));
  const again = await curves.dhKeyPair(fresh.privateKey);
  return (
    constantTimeEqual(pair.publicKey, NINE_TIMES_NINE) &&
    constantTimeEqual(shared, NINE_TIMES_NINE) &&
    constantTimeEqual(fresh.publicKey, again.publicKey)
  );
}

async function checkEd25519(curves: Curves): Promise<boolean> {
  const pair: SignKeyPair = { publicKey: asKey(ED25519.publicKey), privateKey: asKey(ED25519.seed) };
  const signature = await curves.sign(pair, new Uint8Array(0));
  const [accepts, refuses] = await Promise.all([
    curves.verify(pair.publicKey, new Uint8Array(0), ED25519.signature),
    curves.verify(pair.publicKey, new Uint8Array(1), ED25519.signature).then((valid) => !valid),
  ]);
  return constantTimeEqual(signature, ED25519.signature) && accepts && refuses && (await checkNewPair(curves));
}

/** Checks that both halves of a new pair belong together, and that the private one is what the engine signs with. */
async function checkNewPair(curves: Curves): Promise<boolean> {
  const fresh = await curves.newSignKeyPair((length) => new Uint8Array(length));
  const message = fresh.publicKey;
  const signature = await curves.sign(fresh, message);
  const again = await curves.sign({ ...fresh }, message);
  return constantTimeEqual(signature, again) && (await curves.verify(fresh.publicKey, message, signature));
}
