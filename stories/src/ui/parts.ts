import { html, type TemplateResult } from 'lit';
import {
  channelAvatar,
  checkIcon,
  copyIcon,
  deleteIcon,
  lockIcon,
  messageState,
  moreIcon,
  personAvatar,
  replyIcon,
  sealMark,
  searchIcon,
  warningIcon,
  type MessageState,
} from '@seal-chat/ui';
import * as ui from '@seal-chat/ui';
import type { UiSample } from './sample.ts';

const STATES: readonly MessageState[] = ['sending', 'sent', 'delivered', 'read', 'failed'];
const NAMES = ['maya', 'theo lindqvist', 'ines.faria', 'jonas', 'ليلى', null, null, null, null, null] as const;

/** What a sample shows, by name. */
export const parts = {
  buttons: () =>
    html`<h2>Buttons</h2>
      <p class="line">
        <button class="button primary">Start chatting</button>
        <button class="button secondary">Continue as a guest</button>
        <button class="button quiet">Use a recovery code</button>
        <button class="button danger">Remove</button>
        <button class="button danger final">Delete</button>
        <button class="button primary" disabled>Start chatting</button>
        <button class="icon-button" aria-label="Reply">${replyIcon}</button>
      </p>`,
  fields: () =>
    html`<h2>Fields</h2>
      <div class="field">
        <label for="name">Choose a name</label>
        <input id="name" class="input" aria-describedby="hint" placeholder="ada" />
        <p id="hint" class="hint">Others find you by it. Letters, digits, dots and hyphens.</p>
      </div>
      <div class="field">
        <label for="taken">Choose a name</label>
        <input id="taken" class="input" aria-invalid="true" aria-describedby="problem" value="ada" />
        <p id="problem" class="problem">${warningIcon}<span>This name is taken.</span></p>
      </div>
      <div class="field-row">
        <span class="glass">${searchIcon}</span><input class="input" aria-label="Search" placeholder="Search" />
      </div>
      <label><input class="switch" type="checkbox" role="switch" checked /> Mute</label>
      <label><input class="switch" type="checkbox" role="switch" /> Share history</label>`,
  states: () =>
    html`<h2>Message states and badges</h2>
      <p class="line">
        ${STATES.map(
          (state) => html`<span class="shape" role="img" aria-label=${state}>${messageState(state)}</span> ${state} `,
        )}
      </p>
      <p class="line">
        <span class="badge">7</span> <span class="badge quiet">23</span>
        <span class="pill ink">${lockIcon} Sealed</span> <span class="pill good">Live</span>
        <span class="pill warn">Test</span> <span class="pill danger">Failing</span> <span class="pill">Draft</span>
      </p>`,
  avatars: () =>
    html`<h2>Avatars</h2>
      <div class="line">
        ${NAMES.map((name, i) =>
          personAvatar({ id: `person-${i}`, name, presence: (['online', 'away', 'offline'] as const)[i % 3] }),
        )}
        ${channelAvatar('floor', '#')} ${channelAvatar('recipes', lockIcon)}
      </div>`,
  icons: () =>
    html`<h2>Icons</h2>
      <p class="line">
        ${Object.entries(ui).map(([name, value]) => (name.endsWith('Icon') ? html`<span>${value}</span>` : ''))}
      </p>
      ${sealMark}`,
  notices: () =>
    html`<h2>Notices</h2>
      <section class="notice">
        <h3>${warningIcon}<span>Maya has new keys.</span></h3>
        <p>She may have started over on a new phone.</p>
        <button class="button secondary">I checked</button>
      </section>
      <section class="notice calm">
        <h3>${checkIcon}<span>You left this channel.</span></h3>
      </section>
      <p class="waiting"><span class="spinner"></span>Opening</p>`,
  menu: (sample: UiSample) =>
    html`<h2>Menu</h2>
      <button
        class="icon-button"
        popovertarget="menu"
        aria-label="More"
        aria-haspopup="menu"
        aria-expanded=${sample.menu.expanded}
        @keydown=${sample.menu.handleButtonKey}
      >
        ${moreIcon}
      </button>
      <button class="button quiet">After it</button>
      ${sample.menu.render('More', [
        { name: 'Reply', icon: replyIcon, onPick: () => void (sample.picked = 'reply') },
        { name: 'Copy, and stay', icon: copyIcon, onPick: async () => false },
        { name: 'Delete', icon: deleteIcon, isDangerous: true, onPick: () => void (sample.picked = 'delete') },
      ])}`,
  dialog: (sample: UiSample) =>
    html`<h2>Dialog</h2>
      <button class="button secondary" @click=${() => void sample.dialog.open()}>Delete message</button>
      ${sample.dialog.render(
        'Delete this message?',
        html`<p class="hint">People may have read it already.</p>
          <button class="button danger final wide">Delete for everyone</button>
          <button class="button quiet wide" autofocus @click=${() => sample.dialog.close()}>Cancel</button>`,
      )}`,
} satisfies Record<string, (sample: UiSample) => TemplateResult>;

export type PartName = keyof typeof parts;
