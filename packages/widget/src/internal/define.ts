export { defineElement } from '@seal-chat/ui';
