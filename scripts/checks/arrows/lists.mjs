/**
 * What may stand between the folders inside a package. A *room* is a direct child of `src`: a folder by its name, or a
 * file by its name (`app.ts`).
 *
 * Format: `package: { room: 'room room …' }`, the rooms that a room may import, types and dynamic imports included;
 * `'*'` allows all of them. The list is exact: an arrow that is not allowed and an allowed arrow that no import
 * uses are both reported. A room that is missing may import no other; a package without a list is not checked.
 */
export const ROOMS = {};

/** Packages whose folders may form no circle, at any depth: among the direct children of each folder. */
export const FOLDERS_WITHOUT_CIRCLES = ['client', 'server'];

/**
 * Circles that exist and are being opened, per package: lists of rooms or of files (paths relative to `src`). A circle
 * passes when all of it is within one entry. An entry whose members are no longer on a circle is reported, so that the
 * lists can only shrink. No package may get a new entry.
 */
export const KNOWN_CIRCLES = {
  protocol: [['api/channels.ts', 'api/outputs.ts']],
  client: [
    'attachments channels conversations device.ts features receive send sync tabs view'.split(' '),
    ['identity', 'peers'],
    ['attachments/media/describe.ts', 'attachments/media/image.ts', 'attachments/media/playable.ts'],
    ['features/apply-content.ts', 'features/settings.ts', 'features/store-shown.ts'],
    ['identity/open-session.ts', 'identity/tokens.ts'],
  ],
  widget: [
    [
      'views/composer/composer.ts',
      'views/composer/extras/define.ts',
      'views/composer/extras/drop-zone.ts',
      'views/composer/extras/extras.ts',
      'views/composer/extras/mention-picker.ts',
      'views/composer/extras/voice-note.ts',
    ],
    [
      'views/message-actions/delete-dialog.ts',
      'views/message-actions/emoji-picker.ts',
      'views/message-actions/menu.ts',
      'views/message-actions/message-actions.ts',
      'views/message-list/message-list.ts',
      'views/rich/define.ts',
      'views/rich/invitation.ts',
      'views/rich/mentions.ts',
      'views/rich/quote.ts',
      'views/rich/reactions.ts',
      'views/rich/rich-host.ts',
      'views/rich/rich-messages.ts',
      'views/rich/sender.ts',
    ],
  ],
  server: [
    (
      'attachments auth channels conversations devices linking messages ' +
      'prekeys presence recovery router.ts sync trpc users'
    ).split(' '),
  ],
};

/**
 * The files of the widget that may name the page (`document`, `window`, `location`): in a frame of its own the widget
 * has another page, so everything else asks these. Exact: a file that no longer names any of them is reported.
 */
export const PAGE_FILES = [
  'element.ts',
  'internal/lookout.ts',
  'loader.ts',
  'views/attachments/file-access.ts',
  'views/message-actions/message-actions.ts',
  'views/message-list/message-list.ts',
];
