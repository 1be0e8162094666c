import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { applySet } from '../../src/values/set.js';

interface Case {
  readonly expression: string;
  readonly onBase?: true;
  readonly values?: Record<string, unknown>;
  readonly error?: true;
}
const { base, cases } = JSON.parse(readFileSync(new URL('./set-table.json', import.meta.url), 'utf8')) as {
  base: Record<string, unknown>;
  cases: Case[];
};
const start = ({ onBase }: Case): Record<string, unknown> => (onBase === true ? base : {});

describe('applySet', () => {
  it.each(cases.filter(({ values }) => values !== undefined))('reads as helm --set does: $expression', (example) => {
    const { values, problems } = applySet([example.expression], start(example));
    expect(problems).toEqual([]);
    expect(values).toEqual(example.values);
  });

  it.each(cases.filter(({ error }) => error === true))('refuses what Helm refuses: $expression', (example) => {
    const { values, problems } = applySet([example.expression], start(example));
    expect(problems.map(({ id }) => id)).toEqual(['invalid-set']);
    expect(values).toEqual(start(example));
  });

  it('leaves its base alone', () => {
    const before = structuredClone(base);
    applySet(['list[0]=7,map.a=2'], base);
    expect(base).toEqual(before);
  });

  it('applies several in their order, and reports all that are wrong together', () => {
    const { values, problems } = applySet(['a=1', 'b[', 'a=2', 'c'], {});
    expect(values).toEqual({ a: 2 });
    expect(problems.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^set, line 2 is not/),
      expect.stringMatching(/^set, line 4 is not/),
    ]);
  });

  it.each(['minio.secretKey=hunter2,more', 'minio.secretKey=a[0,b[hunter2]=1', 'hunter2', 'a={hunter2'])(
    'names the expression, never its value: %s',
    (expression) => {
      const { problems } = applySet([expression], {});
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    },
  );

  it('refuses whole numbers that cannot be passed on exactly', () => {
    expect(applySet(['a=9007199254740993'], {}).problems[0]?.what).toContain('too many digits');
  });

  it.each([
    ['a=999999', 0],
    ['a=1000000', 1],
    ['a={1,5242880}', 1],
  ])('warns about numbers that Helm prints as 1e+06: %s', (expression, count) => {
    expect(applySet([expression], {}).warnings).toHaveLength(count);
  });

  it('keeps a key called __proto__ a key', () => {
    expect(Object.keys(applySet(['__proto__.polluted=true'], {}).values)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
