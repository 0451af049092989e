import { utf8, type Bytes } from '@seal-chat/protocol';
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import { groupContextEncoder, type GroupContext } from 'ts-mls/groupContext.js';
import { APPLICATION, FORMAT, writeEpoch, written } from './private-framing.ts';
import { writeVector } from './write-vector.ts';

/** What an application message says, before it is signed. */
export interface ApplicationContent {
  readonly groupContext: GroupContext;
  readonly leafIndex: number;
  readonly applicationData: Uint8Array;
  readonly authenticatedData: Uint8Array;
}

const SIGNED_LABEL: Bytes = utf8('MLS 1.0 FramedContentTBS');
/** SenderType. */
const MEMBER = 1;

/** Returns what the sender's signature is over: SignContent (§5.1.2) with FramedContentTBS (§6.1). */
export function signedBytes(content: ApplicationContent): Bytes {
  const { groupContext, leafIndex, applicationData, authenticatedData } = content;
  const tbs = written((out) => {
    out.bytes(FORMAT);
    writeVector(out, groupContext.groupId);
    writeEpoch(out, groupContext.epoch);
    out.uint(MEMBER, 1);
    out.uint(leafIndex, 4);
    writeVector(out, authenticatedData);
    out.uint(APPLICATION, 1);
    writeVector(out, applicationData);
    out.bytes(encodedContext(groupContext));
  });
  return written((out) => {
    writeVector(out, SIGNED_LABEL);
    writeVector(out, tbs);
  });
}

/** Contexts by their object, which is that of an epoch and is never changed. */
const contexts = new WeakMap<GroupContext, Uint8Array>();

function encodedContext(context: GroupContext): Uint8Array {
  const known = contexts.get(context);
  if (known !== undefined) return known;
  const encoded = encode(groupContextEncoder)(context);
  contexts.set(context, encoded);
  return encoded;
}
