import { defineElement } from '../../internal/define.ts';
import { SealRecover } from './recover.ts';
import { SealRecoveryCode } from './recovery-code.ts';

defineElement('seal-recovery-code', SealRecoveryCode);
defineElement('seal-recover', SealRecover);
