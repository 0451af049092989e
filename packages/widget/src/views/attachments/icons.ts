export {
  backIcon as previousIcon,
  downloadIcon,
  fileIcon,
  nextIcon,
  pauseIcon,
  playIcon,
  refreshIcon as retryIcon,
  zoomInIcon as zoomIcon,
  zoomOutIcon as fitIcon,
} from '@seal-chat/ui';
