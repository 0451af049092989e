import { describe, expect, it } from 'vitest';
import { skeletonOf } from './skeleton.ts';

describe('names that look alike', () => {
  it('names that can be taken for each other have one skeleton', () => {
    const pairs = [
      ['alice', 'аlice'], // Cyrillic а
      ['сосо', 'coco'], // all Cyrillic
      ['paypal', 'paypa1'],
      ['Ian', 'lan'],
      ['bob0', 'bobO'],
      ['modern', 'rnodem'],
      ['é', 'e\u0301'],
      ['ρο', 'po'],
    ] as const;
    for (const [one, other] of pairs) expect(skeletonOf(one), `${one} ${other}`).toBe(skeletonOf(other));
  });

  it('names that cannot have different ones', () => {
    const names = [
      'alice',
      'alina',
      'bob',
      'Bob',
      'jürgen',
      'jurgen',
      'мария',
      'марина',
      '田中',
      '中田',
      'سارة',
      'علي',
    ];
    expect(new Set(names.map(skeletonOf)).size).toBe(names.length);
  });
});
