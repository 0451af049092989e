/** On devices without a pointer and keys, focusing a field brings up the screen's keyboard, which has no Shift+Enter. */
export function isTouchOnly(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}
