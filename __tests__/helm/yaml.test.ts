import { describe, expect, it } from '@jest/globals';
import { parseKubernetesYaml, parseYamlStrings, YamlError } from '../../src/helm/yaml.js';

/** Each answer was given by `fromYaml` in Helm 3.14.4 and 4.3.0. */
const scalars: readonly (readonly [string, unknown])[] = [
  ['1e3', 1000],
  ['1.5e+3', 1500],
  ['1e', '1e'],
  ['12e03', 12000],
  ['0777', 511],
  ['0o17', 15],
  ['089', 89],
  ['08.5', 8.5],
  ['0x1F', 31],
  ['-0x1f', -31],
  ['0x', '0x'],
  ['0b11', 3],
  ['-0b11', -3],
  ['0b12', '0b12'],
  ['1_000', 1000],
  ['1__0', 10],
  ['1_0.5', 10.5],
  ['0_7', 7],
  ['_1', '_1'],
  ['007', 7],
  ['00', 0],
  ['0', 0],
  ['-0', 0],
  ['+3', 3],
  ['.5', 0.5],
  ['+.5', 0.5],
  ['5.', 5],
  ['1.e3', 1000],
  ['.', '.'],
  ['1.10', 1.1],
  ['1e1000', '1e1000'],
  ['1,000', '1,000'],
  ['1:30', '1:30'],
  ['12:30:45', '12:30:45'],
  ['2026-01-01', '2026-01-01'],
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
  ['y', true],
  ['Y', true],
  ['yes', true],
  ['on', true],
  ['True', true],
  ['TRUE', true],
  ['n', false],
  ['N', false],
  ['No', false],
  ['OFF', false],
  ['tRUE', 'tRUE'],
  ['~', null],
  ['Null', null],
  ['', null],
  ['=', '='],
  ['<<', '<<'],
  ['!!str 123', '123'],
  ['"yes"', 'yes'],
];

describe('parseKubernetesYaml', () => {
  it.each(scalars)('reads %s as Helm does', (text, expected) => {
    expect(parseKubernetesYaml(`v: ${text}`)).toEqual([{ v: expected }]);
  });

  it('keeps the last of two equal keys, merges, and makes keys strings', () => {
    expect(parseKubernetesYaml('a: 1\na: 2')).toEqual([{ a: 2 }]);
    expect(parseKubernetesYaml('x: &x {p: 1}\nz:\n  <<: *x\n  q: 2\ny: 3')).toEqual([
      { x: { p: 1 }, z: { p: 1, q: 2 }, true: 3 },
    ]);
  });

  it('gives every document, empty ones as null', () => {
    expect(parseKubernetesYaml('---\na: 1\n---\n# nothing\n---\nb: 2\n')).toEqual([{ a: 1 }, null, { b: 2 }]);
  });

  it('says where bad YAML is, not what stands there', () => {
    const read = () => parseKubernetesYaml('a: 1\nsecret: [hunter2\nb: 2\n');
    expect(read).toThrow(YamlError);
    expect(read).toThrow(/^not valid YAML at line \d \([A-Z_]+\)$/);
  });

  it('stops at an alias bomb', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`);
    expect(() => parseKubernetesYaml(['l0: &l0 [x, x, x]', ...levels].join('\n'))).toThrow(YamlError);
  });

  it('does not let a key reach the prototype', () => {
    const [value] = parseKubernetesYaml('__proto__: {polluted: true}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(value as object)).toEqual(['__proto__']);
  });
});

describe('parseYamlStrings', () => {
  it('leaves every scalar as it is written', () => {
    expect(parseYamlStrings('version: 2.10\nappVersion: 1e3\ndeprecated: true\n')).toEqual({
      version: '2.10',
      appVersion: '1e3',
      deprecated: 'true',
    });
  });
});
