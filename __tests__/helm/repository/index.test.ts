import { describe, expect, it } from '@jest/globals';
import { readIndex } from '../../../src/helm/repository/index-file.js';
import { scanIndex } from '../../../src/helm/repository/index-scan.js';

/** In the form that `helm repo index` and chart-releaser write. */
const canonical = `apiVersion: v1
entries:
  attu:
  - apiVersion: v2
    version: 9.9.9
  milvus:
  - apiVersion: v1
    appVersion: 2.4.16
    created: "2024-11-22T06:55:01.933720285Z"
    dependencies:
    - condition: etcd.enabled
      name: etcd
      tags:
      - etcd
      version: 6.3.3
    - alias: pulsar
      name: pulsarv2
      version: 2.7.8
    description: Milvus is an open-source vector database built to power AI applications
      and vector similarity search.
    digest: 722a1a72f1bf8568a333ad44ee95d5a768f92fb96ed32387d385f4548b39134e
    keywords:
    - milvus
    maintainers:
    - email: contact@milvus.io
      name: contact
    name: milvus
    urls:
    - https://example.com/milvus-4.2.20.tgz
    - https://mirror.example.com/milvus-4.2.20.tgz
    version: 4.2.20
  - appVersion: "2.10"
    name: milvus
    urls:
    - milvus-4.2.19.tgz
    version: '4.2.19'
  milvus-operator:
  - version: 1.0.0
generated: "2026-04-16T13:58:42Z"
`;
const expected = [
  {
    version: '4.2.20',
    appVersion: '2.4.16',
    digest: '722a1a72f1bf8568a333ad44ee95d5a768f92fb96ed32387d385f4548b39134e',
    urls: ['https://example.com/milvus-4.2.20.tgz', 'https://mirror.example.com/milvus-4.2.20.tgz'],
  },
  { version: '4.2.19', appVersion: '2.10', digest: '', urls: ['milvus-4.2.19.tgz'] },
];

const item = (lines: string): string => `entries:\n  milvus:\n  - name: milvus\n${lines}`;

describe('scanIndex', () => {
  it("reads Helm's own form", () => {
    expect(scanIndex(canonical, 'milvus')).toEqual(expected);
  });

  it('reads line ends of Windows, and an index that ends with the chart', () => {
    expect(scanIndex(canonical.replaceAll('\n', '\r\n'), 'milvus')).toEqual(expected);
    expect(scanIndex(canonical.slice(0, canonical.indexOf('  milvus-operator')), 'milvus')).toEqual(expected);
  });

  it.each([
    ['JSON', JSON.stringify({ entries: { milvus: [{ version: '1.0.0' }] } })],
    ['indented lists', 'entries:\n  milvus:\n    - version: 1.0.0\n'],
    ['a flow mapping', 'entries:\n  milvus:\n  - {version: 1.0.0}\n'],
    ['deeper indentation', 'entries:\n    milvus:\n    - version: 1.0.0\n'],
    ['an anchor', item('    version: &v 1.0.0\n')],
    ['an alias', item('    version: *v\n')],
    ['a tag', item('    version: !!str 1.0.0\n')],
    ['a comment in a value', item('    version: 1.0.0 # really\n')],
    ['a comment line', item('# x\n    version: 1.0.0\n')],
    ['an escape', item('    version: "1.0\\u002e0"\n')],
    ['a quoted quote', item("    version: '1.0''0'\n")],
    ['a block scalar', item('    version: |\n      1.0.0\n')],
    ['a value on the next line', item('    version:\n      1.0.0\n')],
    ['a value that goes on', item('    version: 1.0.0\n      beta\n')],
    ['a url that goes on', item('    version: 1.0.0\n    urls:\n    - a\n      b\n')],
    ['urls in a flow sequence', item('    version: 1.0.0\n    urls: [a]\n')],
    ['a key twice', item('    version: 1.0.0\n    version: 2.0.0\n')],
    ['a merge', item('    <<: *x\n    version: 1.0.0\n')],
    ['a quoted key', item('    "version": 1.0.0\n')],
    ['no version', item('    appVersion: 1.0.0\n')],
    ['a null version', item('    version: null\n')],
    ['an empty version', item('    version:\n    urls:\n    - a\n')],
    ['a tab', item('\tversion: 1.0.0\n')],
    ['the chart twice', `${item('    version: 1.0.0\n')}  milvus:\n  - version: 2.0.0\n`],
    ['entries twice', `${item('    version: 1.0.0\n')}entries:\n  milvus:\n  - version: 2.0.0\n`],
    ['no such chart', 'entries:\n  other:\n  - version: 1.0.0\n'],
    ['an empty list', 'entries:\n  milvus: []\n'],
    ['nothing', ''],
  ])('leaves %s to the parser', (_what, text) => {
    expect(scanIndex(text, 'milvus')).toBeUndefined();
  });
});

describe('readIndex', () => {
  it('gives the same from the parser as from the scan', () => {
    const reading = { kind: 'entries', items: expected };
    expect(readIndex(canonical, 'milvus')).toEqual(reading);
    // A comment is enough to need the parser.
    const commented = canonical.replace('  milvus:\n', '  milvus:\n  # versions\n');
    expect(scanIndex(commented, 'milvus')).toBeUndefined();
    expect(readIndex(commented, 'milvus')).toEqual(reading);
  });

  it('keeps what looks like fields inside a text out', () => {
    const text = item('    description: |\n      version: 6.6.6\n      - version: 7.7.7\n    version: 1.0.0\n');
    expect(readIndex(text, 'milvus')).toMatchObject({ kind: 'entries', items: [{ version: '1.0.0' }] });
  });

  it.each([
    ['entries:\n  b: []\n  a: []\n', { kind: 'other-charts', charts: ['a', 'b'] }],
    ['entries:\n  milvus: []\n', { kind: 'other-charts', charts: ['milvus'] }],
    ['entries: {}\n', { kind: 'other-charts', charts: [] }],
    ['entries:\n  milvus:\n    - nothing: here\n', { kind: 'other-charts', charts: ['milvus'] }],
    ['<html><body>Sign in</body></html>', { kind: 'not-an-index', reason: 'it has no `entries`' }],
    ['', { kind: 'not-an-index', reason: 'it has no `entries`' }],
  ])('%j', (text, reading) => {
    expect(readIndex(text, 'milvus')).toEqual(reading);
  });

  it('does not find a chart by a name that every object has', () => {
    expect(readIndex('entries:\n  a: []\n', 'constructor').kind).toBe('other-charts');
  });

  it('says where bad YAML is', () => {
    const reading = readIndex('entries: [hunter2\na: b\n', 'milvus');
    expect(reading.kind).toBe('not-an-index');
    expect(JSON.stringify(reading)).toContain('not valid YAML at line');
    expect(JSON.stringify(reading)).not.toContain('hunter2');
  });
});
