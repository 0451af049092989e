import { html, nothing, type TemplateResult } from 'lit';
import type { DeviceId, DeviceLine } from '@seal-chat/client';
import { changedIcon, deviceIcon, downIcon } from '@seal-chat/ui';
import { adoptStyles } from '../../internal/adopt-styles.ts';
import { socialStrings } from '../../internal/social-view.ts';
import { personName } from '../../people/name.ts';
import { dayLabel, fullLabel, timeLabel } from '../../time/dates.ts';
import type { MessageListHost } from '../message-list/host.ts';
import { deviceLineStyles } from './device-lines.styles.ts';

/** So many lines in a row are one, which opens. */
const FOLDED_FROM = 3;

/** Says between messages which devices of a member can read from there on, and which no longer can. */
export class DeviceLines {
  readonly #host: MessageListHost;
  readonly #isolated: (name: string) => string;
  /** What devices of this account are called; null while that is being asked, and for those without a name. */
  readonly #names = new Map<DeviceId, string | null>();

  /** @param isolated returns a name between FSI and PDI, as it is put into a sentence */
  constructor(host: MessageListHost, isolated: (name: string) => string) {
    this.#host = host;
    this.#isolated = isolated;
    adoptStyles(host.root, [deviceLineStyles]);
  }

  /** `lines` of one place: several of a kind about one person are one. */
  view(lines: readonly DeviceLine[]): TemplateResult {
    const groups = new Map<string, DeviceLine[]>();
    for (const line of lines) {
      const name = `${line.kind} ${line.userId}`;
      groups.set(name, [...(groups.get(name) ?? []), line]);
    }
    const all = [...groups.values()];
    if (all.length < FOLDED_FROM) return html`${all.map((group) => this.#line(group))}`;
    const [first, ...others] = all;
    const more = socialStrings(this.#host.strings).moreLines(others.length);
    return html`<details class="folded">
      <summary class="event device">
        ${this.#content(first!, html`<span class="more"> · ${more}</span>`)}${downIcon}
      </summary>
      ${others.map((group) => this.#line(group))}
    </details>`;
  }

  #line(group: readonly DeviceLine[]): TemplateResult {
    return html`<p class="event device" role="note">${this.#content(group, nothing)}</p>`;
  }

  #content(group: readonly DeviceLine[], more: TemplateResult | typeof nothing): TemplateResult {
    const { kind, at } = group.at(-1)!;
    const { lang, dir } = this.#host.strings;
    const icon = kind === 'rejoined' ? changedIcon : deviceIcon;
    const when = `${dayLabel(at, Date.now(), lang)}, ${timeLabel(at, lang)}`;
    return html`${icon}${withNames(this.#sentence(group))} ·
      <time dir=${dir} datetime=${new Date(at).toISOString()} title=${fullLabel(at, lang)}>${when}</time>${more}`;
  }

  #sentence(group: readonly DeviceLine[]): string {
    const { strings, summary } = this.#host;
    const { kind, userId } = group[0]!;
    const texts = socialStrings(strings);
    const member = summary?.members.find((one) => one.userId === userId) ?? null;
    const who = member?.isSelf === true ? null : this.#isolated(personName(member, texts));
    if (kind === 'removed') return texts.devicesRemoved(group.length, who);
    if (kind === 'rejoined') return texts.devicesRejoined(group.length, who);
    if (who !== null) return texts.devicesAdded(group.length, who);
    const named = this.#namesOf(group).map(this.#isolated);
    return texts.ownDevicesAdded(
      group.length,
      named.length === 0 ? null : new Intl.ListFormat(texts.lang).format(named),
    );
  }

  #namesOf(group: readonly DeviceLine[]): readonly string[] {
    const unknown = group.filter(({ deviceId }) => !this.#names.has(deviceId));
    if (unknown.length > 0) {
      for (const { deviceId } of unknown) this.#names.set(deviceId, null);
      this.#host.client.listDevices().then(
        (devices) => {
          for (const { deviceId, name } of devices) this.#names.set(deviceId, name);
          void this.#host.update();
        },
        () => undefined,
      );
    }
    return group.flatMap(({ deviceId }) => this.#names.get(deviceId) ?? []);
  }
}

/** A sentence with what is isolated in it, the names, set off. */
function withNames(sentence: string): readonly unknown[] {
  return sentence.split(/(\u2068[^\u2069]*\u2069)/u).map((part, i) => (i % 2 === 1 ? html`<b>${part}</b>` : part));
}
