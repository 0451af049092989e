import { defineElement } from '../../internal/define.ts';
import { SealSignIn } from './sign-in.ts';

defineElement('seal-sign-in', SealSignIn);
