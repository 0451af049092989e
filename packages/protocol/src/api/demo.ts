/**
 * What `GET /demo/stored?conversation=<id>` answers: rows of the demo tenant's database as they are, so that a visitor
 * sees what a server has of a conversation: ids, numbers, ciphertext.
 */
export interface StoredAnswer {
  /** The latest messages, newest first. */
  readonly messages: readonly StoredRow[];
  /** Key envelopes that wait for a device, newest first; deleted when the device has acknowledged them. */
  readonly mailbox: readonly StoredEnvelope[];
  /** The number of rows in total. */
  readonly totals: { readonly messages: number; readonly envelopes: number };
}

/** A row of the table of messages. */
export interface StoredRow {
  readonly seq: number;
  readonly messageId: string;
  readonly senderUserId: string;
  readonly senderDeviceId: string;
  /** Ms since 1970. */
  readonly acceptedAt: number;
  /** Bytes of the sealed body. */
  readonly size: number;
  /** Its first bytes, hexadecimal. */
  readonly bodyPrefix: string;
}

/** A row of the table of mailbox entries. */
export interface StoredEnvelope {
  readonly deviceId: string;
  readonly position: number;
  readonly seq: number;
  /** Bytes of the envelope. */
  readonly size: number;
  /** Its first bytes, hexadecimal. */
  readonly envelopePrefix: string;
}
