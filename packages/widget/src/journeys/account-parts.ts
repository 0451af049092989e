import { defineElement } from '@seal-chat/ui';
import { SealSignIn } from '../views/sign-in/sign-in.ts';

defineElement('seal-sign-in', SealSignIn);
