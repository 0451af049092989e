export { avatarHue } from '@seal-chat/ui';
