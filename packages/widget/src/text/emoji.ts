const EMOJI_ONLY: RegExp =
  /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|[\u{e0020}-\u{e007f}]|\s)+$/u;
/** Shown as a picture without further ado; ©, ™ and the like are not. */
const HAS_PICTURE: RegExp = /\p{Emoji_Presentation}|\p{Regional_Indicator}|\ufe0f/u;
/** More than this many stay at the size of text. */
const MOST = 6;

/** How many emoji `text` consists of, or 0 when it holds anything else or too many to be shown large. */
export function countEmojiOnly(text: string): number {
  if (text.length > 20 * MOST || !EMOJI_ONLY.test(text) || !HAS_PICTURE.test(text)) return 0;
  const count = [...new Intl.Segmenter().segment(text.replace(/\s/gu, ''))].length;
  return count <= MOST ? count : 0;
}
