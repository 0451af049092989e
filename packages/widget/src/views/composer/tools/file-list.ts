import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { PendingAttachment } from '@seal-chat/client';
import { closeIcon, fileIcon, pauseIcon, playIcon, refreshIcon } from '@seal-chat/ui';
import type { MessageTexts } from '../../../internal/message-texts.ts';
import { safeName } from '../../attachments/safe-name.ts';
import { percentLabel, sizeLabel } from '../../attachments/size.ts';

/** What is attached and not sent yet: how far each is, and what can be done with it. */
export function fileList(
  pending: readonly PendingAttachment[],
  texts: MessageTexts,
  thumbnail: (one: PendingAttachment) => string | null,
): TemplateResult | typeof nothing {
  if (pending.length === 0) return nothing;
  return html`<ul class="tray" aria-label=${texts.attachedFiles}>
    ${repeat(
      pending,
      (one) => one.attachmentId,
      (one) => renderFile(one, texts, thumbnail(one)),
    )}
  </ul>`;
}

function renderFile(one: PendingAttachment, texts: MessageTexts, thumbnail: string | null): TemplateResult {
  const { name: given, size, kind, upload } = one.attachment.get();
  const name = safeName(given, texts[kind]);
  const state = upload?.state ?? 'done';
  const part = upload === null || upload.total === 0 ? 0 : upload.loaded / upload.total;
  const names = {
    preparing: texts.preparing,
    uploading: texts.uploading(percentLabel(part, texts.lang)),
    paused: texts.uploadPaused,
    failed: texts.uploadFailed,
    done: sizeLabel(size, texts.lang),
  };
  return html`<li class="file ${state}">
    <span class="kind" aria-hidden="true"
      >${thumbnail === null ? fileIcon : html`<img src=${thumbnail} alt="" />`}</span
    >
    <div class="about">
      <bdi class="name" title=${name}>${name}</bdi>
      <span class="state">${names[state]}</span>
      ${
        state === 'uploading' || state === 'paused' || state === 'preparing'
          ? html`<progress max="1" .value=${part} aria-label=${name}></progress>`
          : nothing
      }
    </div>
    ${state === 'uploading' ? button(texts.pauseUpload(name), pauseIcon, () => one.pause()) : nothing}
    ${state === 'paused' ? button(texts.resumeUpload(name), playIcon, () => one.resume()) : nothing}
    ${state === 'failed' ? button(texts.retryUpload(name), refreshIcon, () => one.resume()) : nothing}
    ${button(texts.removeFile(name), closeIcon, () => one.cancel())}
  </li>`;
}

function button(name: string, icon: TemplateResult, onClick: () => void): TemplateResult {
  return html`<button type="button" class="icon-button" aria-label=${name} title=${name} @click=${onClick}>
    ${icon}
  </button>`;
}
