import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readValues } from '../../src/values/yaml.js';

interface Case {
  readonly text: string;
  readonly values?: Record<string, unknown>;
  readonly error?: true;
}
const { cases } = JSON.parse(readFileSync(new URL('./yaml-table.json', import.meta.url), 'utf8')) as { cases: Case[] };

describe('readValues', () => {
  it.each(cases.filter(({ values }) => values !== undefined))('reads as Helm does: $text', ({ text, values }) => {
    const read = readValues('values', text);
    expect(read.problem).toBeUndefined();
    expect('values' in read && read.values).toEqual(values);
  });

  it.each(cases.filter(({ error }) => error === true))('refuses what Helm refuses: $text', ({ text }) => {
    const read = readValues('values-files: prod.yaml', text);
    expect(read.problem?.id).toBe('invalid-values');
    expect(read.problem?.what).toMatch(/^values-files: prod\.yaml cannot be read as YAML: line \d+, /);
  });

  it('has a table worth the name', () => {
    expect(cases.filter(({ values }) => values !== undefined).length).toBeGreaterThan(25);
    expect(cases.filter(({ error }) => error === true).length).toBeGreaterThan(15);
  });

  it.each([
    ['a: 1\n---\nb: 2\n', 2],
    ['---\n# nothing\n---\nb: 2\n', 3],
  ])('refuses a second document, which Helm 3 ignores and Helm 4 merges: %j', (text, line) => {
    expect(readValues('values', text).problem?.what).toContain(`line ${line}, a second document begins`);
  });

  it('names the line', () => {
    expect(readValues('values', 'a: 1\nb: 2\nc: {x: .inf}\n').problem?.what).toContain('line 3,');
    expect(readValues('values', 'a: 1\nb: [\nc: 2\n').problem?.what).toMatch(/line [23],/);
  });

  it.each(['a: hunter2 : x\nb: [\n', 'hunter2', '- hunter2', 'a: *hunter2x', 'a: !!int hunter2', 'x: 1\n hunter2: y'])(
    'never repeats what stands in the text: %j',
    (text) => {
      const { problem } = readValues('values', text);
      expect(problem).toBeDefined();
      expect(JSON.stringify(problem)).not.toContain('hunter2');
    },
  );

  it('says when a key is given twice and when digits are lost', () => {
    const read = readValues('values', 'a:\n  b: 1\n  b: 2\nc: 12345678901234567890\n');
    expect(read).toMatchObject({ values: { a: { b: 2 } } });
    expect('warnings' in read && read.warnings).toEqual([
      'a.b is given twice (again in line 3); the last one counts, as in Helm.',
      expect.stringContaining('c (line 4)'),
    ]);
  });

  it('keeps a key called __proto__ a key', () => {
    const read = readValues('values', '__proto__: {polluted: true}\n');
    expect('values' in read && Object.keys(read.values)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('stops at aliases of aliases', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let depth = 1; depth < 9; depth += 1) {
      lines.push(
        `a${depth}: &a${depth} [${Array<string>(10)
          .fill(`*a${depth - 1}`)
          .join(',')}]`,
      );
    }
    expect(readValues('values', lines.join('\n')).problem?.what).toContain('too many aliases');
  });
});
