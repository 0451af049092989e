export {
  backIcon,
  checkIcon,
  closeIcon,
  deviceIcon,
  downIcon,
  lockIcon,
  sealMark,
  searchIcon,
  sendIcon,
  settingsIcon,
  warningIcon,
} from '@seal-chat/ui';
