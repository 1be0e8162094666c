import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { milvusImages } from '../../testbed/images.js';
import { milvus21Address } from '../../testbed/milvus-2.1.js';
import { PROGRAMS_MODULE, sourceHash } from '../../testbed/programs.js';
import { MODULE_DIRECTORY } from '../../testbed/parts.js';

const required = (directory: string) =>
  new Map(
    [...readFileSync(join(directory, 'go.mod'), 'utf8').matchAll(/^\t(\S+\.\S+) (v\S+)/gm)].map(
      ([, module = '', version]) => [module, version],
    ),
  );

describe('the programs of the pods', () => {
  it('are built from the modules that the control plane has already', () => {
    const known = required(MODULE_DIRECTORY);
    const own = required(PROGRAMS_MODULE);
    expect(own.size).toBeGreaterThan(5);
    expect([...own].filter(([module, version]) => known.get(module) !== version)).toEqual([]);
  });

  it('are built anew when a source changes, and not for a test', () => {
    const copy = mkdtempSync(join(tmpdir(), 'programs-'));
    try {
      cpSync(PROGRAMS_MODULE, copy, { recursive: true });
      const before = sourceHash(copy);
      expect(before).toBe(sourceHash(PROGRAMS_MODULE));
      writeFileSync(join(copy, 'internal', 'store', 'store_test.go'), 'package store');
      expect(sourceHash(copy)).toBe(before);
      writeFileSync(join(copy, 'internal', 'store', 'more.go'), 'package store');
      expect(sourceHash(copy)).not.toBe(before);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});

describe('the images of a release', () => {
  const names = [
    'milvus-component',
    'milvus-real',
    'meta-migration',
    'config-tool',
    'etcd-pod',
    'etcd-healthcheck',
    'etcdctl-pod',
  ];
  const programs = Object.fromEntries(names.map((name) => [name, `/bin/${name}`]));
  const parts = { etcd: '/bin/etcd', etcdctl: '/bin/etcdctl' };
  const milvus21 = { home: '/home', python: '/bin/python3', client: '/home/client.py', clientEnv: {} };
  const found = (image: string, needs: { versions: readonly string[]; real?: boolean; control?: string }) =>
    milvusImages({
      programs,
      parts,
      versions: needs.versions,
      ...(needs.real ? { milvus21 } : {}),
      ...(needs.control ? { control: needs.control } : {}),
    }).find(({ match }) => new RegExp(match).test(image));

  it.each([
    ['milvusdb/milvus:v2.1.4', '/bin/milvus-component'],
    ['registry.example.org/milvusdb/milvus:v2.2.16', '/bin/milvus-component'],
    ['milvusdb/milvus:v2.2.1', undefined],
    ['milvusdb/meta-migration:v2.2.0-bugfix-20230112', '/bin/meta-migration'],
    ['milvusdb/meta-migration:v2.2.0', '/bin/meta-migration'],
    ['milvusdb/meta-migration:v2.2.0-bugfix-20220112', undefined], // a date that the documentation has by mistake
    ['milvusdb/milvus-config-tool:v0.1.0', '/bin/config-tool'],
    ['docker.io/milvusdb/etcd:3.5.0-r7', '/bin/etcd-pod'],
  ])('%s runs %s', (image, program) => {
    const files = found(image, { versions: ['v2.1.4', 'v2.2.16'] })?.files ?? {};
    expect(Object.values(files)[0]).toBe(program);
  });

  it('a Milvus knows its version, and where faults are told', () => {
    expect(found('milvusdb/milvus:v2.1.4', { versions: ['v2.1.4'], control: '/tmp/c.json' })?.env).toMatchObject({
      MILVUS_IMAGE_VERSION: 'v2.1.4',
      TESTBED_CONTROL: '/tmp/c.json',
    });
  });

  it('2.1.0 is the real one where it is installed', () => {
    expect(found('milvusdb/milvus:v2.1.0', { versions: ['v2.1.0'], real: true })).toMatchObject({ network: 'host' });
    expect(found('milvusdb/milvus:v2.1.0', { versions: ['v2.1.0'] })).not.toHaveProperty('network');
  });

  it('says which program is missing', () => {
    expect(() => milvusImages({ programs: {}, parts, versions: ['v2.1.4'] })).toThrow('no program milvus-component');
  });
});

describe('the address that Milvus 2.1 takes for its own', () => {
  const address = (family: 'IPv4' | 'IPv6', text: string, internal = false) =>
    ({
      family,
      address: text,
      internal,
      netmask: '',
      mac: '',
      cidr: null,
      ...(family === 'IPv6' ? { scopeid: 0 } : {}),
    }) as never;
  it.each([
    [
      'the first that is not loopback',
      { lo: [address('IPv4', '127.0.0.1', true)], eth0: [address('IPv4', '10.1.2.3')] },
      '10.1.2.3',
    ],
    ['none of IPv6', { eth0: [address('IPv6', '2001:db8::1'), address('IPv4', '10.1.2.3')] }, '10.1.2.3'],
    [
      'not a link-local one',
      { eth0: [address('IPv4', '169.254.1.1')], eth1: [address('IPv4', '10.1.2.3')] },
      '10.1.2.3',
    ],
    ['loopback without any', { lo: [address('IPv4', '127.0.0.1', true)] }, '127.0.0.1'],
  ])('%s', (_, interfaces, expected) => {
    expect(milvus21Address(interfaces)).toBe(expected);
  });
});
