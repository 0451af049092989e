import { defineElement } from '@seal-chat/ui';
import { SealRecoveryCode } from '../views/recovery/recovery-code.ts';
import { SealSignIn } from '../views/sign-in/sign-in.ts';

defineElement('seal-recovery-code', SealRecoveryCode);
defineElement('seal-sign-in', SealSignIn);
