import { describe, expect, it } from 'vitest';
import { channelName } from './channels/fields.ts';
import { username } from './fields.ts';

const accepts = (name: string): boolean => username.safeParse(name).success;

describe('user names', () => {
  it('a name is taken in any script, and in those that are written together', () => {
    const names = [
      'alice',
      'jürgen',
      'Nguyễn',
      'мария',
      'ελένη',
      'سارة',
      'משה',
      '田中',
      'たなか',
      'タナカ',
      'tanaka田中たなか',
    ];
    const more = ['김철수kim', 'प्रिया', 'สมชาย', 'a.b-c_d', '42', 'ⴰⵎⴰⵣⵉⵖ'];
    for (const name of [...names, ...more]) expect(accepts(name), name).toBe(true);
  });

  it('a name with characters that nobody sees is refused', () => {
    for (const hidden of [
      '\u3164',
      '\u17b4',
      '\ufe0f',
      '\u200d',
      '\u200b',
      '\u2060',
      '\u00ad',
      '\u115f',
      '\u{e0061}',
    ]) {
      expect(accepts(`alice${hidden}`), hidden.codePointAt(0)!.toString(16)).toBe(false);
      expect(channelName.safeParse(`Harbour${hidden}x`).success).toBe(false);
    }
    for (const turning of ['\u202e', '\u2066', '\u200f', '\u061c']) {
      expect(accepts(`ali${turning}ce`)).toBe(false);
      expect(channelName.safeParse(`Har${turning}bour`).success).toBe(false);
    }
  });

  it('a name with letters of several scripts is refused', () => {
    for (const name of ['аlice', 'bоb', 'pаypal', 'αlpha', 'ᴀⅼiсе', 'ⴰlice', '田中мария', 'たなか김']) {
      expect(accepts(name), name).toBe(false);
    }
    expect(channelName.safeParse('Hаrbour').success).toBe(false);
    expect(channelName.safeParse('чат React 2').success).toBe(true);
  });

  it('a name with towers of marks is refused', () => {
    expect(accepts('al\u0301\u0302\u0303\u0304ice')).toBe(false);
    expect(accepts('ali\u0301\u0301ce')).toBe(false);
    expect(accepts('בְּרֵאשִׁית')).toBe(true);
  });
});
