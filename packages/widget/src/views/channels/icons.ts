export {
  composeIcon as newIcon,
  hashIcon,
  infoIcon,
  listIcon as searchMoreIcon,
  moreIcon,
  mutedIcon,
  personIcon,
  timerIcon,
} from '@seal-chat/ui';
