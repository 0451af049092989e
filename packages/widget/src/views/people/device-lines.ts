import { html, type TemplateResult } from 'lit';
import type { DeviceId, DeviceLine } from '@seal-chat/client';
import { socialStrings } from '../../internal/social-view.ts';
import { personName } from '../../people/name.ts';
import { timeLabel, dayLabel } from '../../time/dates.ts';
import type { MessageListHost } from '../message-list/host.ts';

/** Says between messages which devices of a member can read from there on, and which no longer can. */
export class DeviceLines {
  readonly #host: MessageListHost;
  readonly #isolated: (name: string) => string;
  /** What devices of this account are called; null while that is being asked, and for those without a name. */
  readonly #names = new Map<DeviceId, string | null>();

  /** @param isolated returns a name as it is put into a sentence, whatever direction it is read in */
  constructor(host: MessageListHost, isolated: (name: string) => string) {
    this.#host = host;
    this.#isolated = isolated;
  }

  /** `lines` of one place: several of a kind about one person are one. */
  view(lines: readonly DeviceLine[]): readonly TemplateResult[] {
    const groups = new Map<string, DeviceLine[]>();
    for (const line of lines) {
      const name = `${line.kind} ${line.userId}`;
      groups.set(name, [...(groups.get(name) ?? []), line]);
    }
    return [...groups.values()].map((group) => html`<p class="event device" role="note">${this.#sentence(group)}</p>`);
  }

  #sentence(group: readonly DeviceLine[]): string {
    const { strings, summary } = this.#host;
    const { kind, userId, at } = group.at(-1)!;
    const texts = socialStrings(strings);
    const when = `${dayLabel(at, Date.now(), texts.lang)}, ${timeLabel(at, texts.lang)}`;
    const member = summary?.members.find((one) => one.userId === userId) ?? null;
    const who = member?.isSelf === true ? null : this.#isolated(personName(member, texts));
    if (kind === 'removed') return texts.devicesRemoved(group.length, who, when);
    if (kind === 'rejoined') return texts.devicesRejoined(group.length, who, when);
    if (who !== null) return texts.devicesAdded(group.length, who, when);
    const named = this.#namesOf(group).map(this.#isolated);
    const names = named.length === 0 ? null : new Intl.ListFormat(texts.lang).format(named);
    return texts.ownDevicesAdded(group.length, names, when);
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
