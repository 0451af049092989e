import { defineElement } from '@seal-chat/ui';
import { SealRecoveryCode } from '../views/recovery/recovery-code.ts';

defineElement('seal-recovery-code', SealRecoveryCode);
