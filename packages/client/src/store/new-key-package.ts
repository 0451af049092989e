import type { CreatedKeyPackage } from '@seal-chat/crypto/key-packages';

/** A KeyPackage before its private half has a row. */
export interface NewKeyPackage extends CreatedKeyPackage {
  readonly isLastResort: boolean;
}
