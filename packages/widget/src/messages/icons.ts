export {
  copyIcon,
  deleteIcon,
  editIcon,
  emojiIcon as smileIcon,
  forwardIcon as sharedIcon,
  moreIcon,
  replyIcon,
  timerIcon,
} from '@seal-chat/ui';
