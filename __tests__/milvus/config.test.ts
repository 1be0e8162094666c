import { describe, expect, it } from '@jest/globals';
import {
  bucketOf,
  bucketRootPathOf,
  configMapName,
  readMilvusConfig,
  rootPathOf,
  setting,
} from '../../src/milvus/config.js';
import { attu, configMap, milvus, separate } from './fixtures.js';

const standalone = [milvus({ component: 'standalone' })];
const read = (data: Record<string, string>) => ({ configMap: configMap(data), manifest: standalone });

describe('configMapName', () => {
  it('follows the volume, not name or label', () => {
    expect(configMapName([attu, milvus({ component: 'proxy', configMap: 'my-own' })])).toMatchObject({
      value: 'my-own',
    });
  });
  it('says when there is none, or more than one', () => {
    expect(configMapName([attu])).toMatchObject({ known: false });
    expect(
      configMapName([
        milvus({ component: 'proxy', configMap: 'a' }),
        milvus({ component: 'datanode', configMap: 'b' }),
      ]),
    ).toMatchObject({ known: false, reason: expect.stringContaining('a, b') });
  });
});

describe('setting', () => {
  it.each([
    ['the only file', { 'milvus.yaml': 'etcd: {rootPath: a}' }, 'a', 'milvus.yaml'],
    ['user.yaml above default.yaml', { 'user.yaml': 'etcd: {rootPath: u}', 'default.yaml': 'etcd: {rootPath: d}' }, 'u', 'user.yaml'], // prettier-ignore
    ['default.yaml where user.yaml is silent', { 'user.yaml': '# nothing', 'default.yaml': 'etcd: {rootPath: d}' }, 'd', 'default.yaml'], // prettier-ignore
    ['a dotted key', { 'user.yaml': 'etcd.rootPath: u' }, 'u', 'user.yaml'],
    ['another case', { 'user.yaml': 'ETCD: {rootpath: u}' }, 'u', 'user.yaml'],
    ['digits as text', { 'user.yaml': 'etcd: {rootPath: 0123}' }, '0123', 'user.yaml'],
    ['the last of two', { 'default.yaml': 'etcd: {rootPath: a}\netcd: {rootPath: b}' }, 'b', 'default.yaml'],
    ['yes as text', { 'user.yaml': 'etcd: {rootPath: yes}' }, 'yes', 'user.yaml'],
  ])('takes %s', (_name, data, value, file) => {
    expect(setting(read(data), 'etcd.rootPath')).toEqual({
      known: true,
      value,
      from: `ConfigMap rel-milvus (${file})`,
    });
  });

  it('is undefined when nothing sets it', () => {
    expect(setting(read({ 'default.yaml': 'etcd: {endpoints: [a]}' }), 'etcd.rootPath')).toBeUndefined();
  });

  it.each([
    ['not YAML', 'a: 1\nsecretAccessKey: "hunter2\n'],
    ['YAML with broken aliases', 'secretAccessKey: *hunter2'],
  ])('is unknown, and silent about content, for %s', (_name, text) => {
    const result = setting(read({ 'default.yaml': text }), 'etcd.rootPath');
    expect(result).toMatchObject({ known: false });
    expect(JSON.stringify(result)).toContain('default.yaml');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('is unknown when the ConfigMap could not be read', () => {
    expect(setting({ configMap: undefined, manifest: standalone }, 'x')).toMatchObject({ known: false });
  });

  const withEnv = (...env: unknown[][]) =>
    env.map((variables, index) => milvus({ component: separate[index] ?? 'proxy', env: variables }));
  const data = configMap({ 'user.yaml': 'etcd: {rootPath: file}' });
  it.each([
    ['plain and everywhere', withEnv([{ name: 'ETCD_ROOT_PATH', value: 'env' }], [{ name: 'ETCD_ROOTPATH', value: 'env' }]), { known: true, value: 'env' }], // prettier-ignore
    ['on one Deployment only', withEnv([{ name: 'ETCD_ROOT_PATH', value: 'env' }], []), { known: false }],
    ['with two values', withEnv([{ name: 'ETCD_ROOT_PATH', value: 'a' }], [{ name: 'ETCD_ROOT_PATH', value: 'b' }]), { known: false }], // prettier-ignore
    ['from a Secret', withEnv([{ name: 'ETCD_ROOT_PATH', valueFrom: {} }]), { known: false }],
    ['another one', withEnv([{ name: 'ETCD_ENDPOINTS', value: 'x' }]), { known: true, value: 'file' }],
  ])('hears an environment variable that is %s', (_name, manifest, result) => {
    expect(setting({ configMap: data, manifest }, 'etcd.rootPath')).toMatchObject(result);
  });
});

describe('readMilvusConfig', () => {
  it('reads a list of texts as one value with commas, as Milvus does, and no other list', () => {
    const config = readMilvusConfig(
      configMap({ 'default.yaml': 'etcd:\n  endpoints:\n  - a:1\n  - b:1\nx: [{ a: 1 }]\n' }),
    );
    expect(config.known && config.value.value('etcd.endpoints')?.value).toBe('a:1,b:1');
    expect(config.known && config.value.value('x')).toBeUndefined();
  });

  it('takes the last of keys that are there twice', () => {
    const config = readMilvusConfig(configMap({ 'default.yaml': 'mq:\n  type: a\nx: 1\nmq:\n  type: b\n' }));
    expect(config.known && config.value.value('mq.type')).toEqual({ value: 'b', file: 'default.yaml' });
  });
});

describe('what an upgrade must not lose', () => {
  it('reads root path, bucket and prefix', () => {
    const source = read({ 'default.yaml': 'etcd: {rootPath: r}\nminio: {bucketName: b, rootPath: }\n' });
    expect([rootPathOf(source), bucketOf(source), bucketRootPathOf(source)]).toMatchObject([
      { known: true, value: 'r' },
      { known: true, value: 'b' },
      { known: true, value: '' },
    ]);
  });
  it('knows the default root path, but no default bucket', () => {
    expect(rootPathOf(read({ 'user.yaml': '' }))).toMatchObject({ known: true, value: 'by-dev' });
    expect(bucketOf(read({ 'user.yaml': '' }))).toMatchObject({ known: false });
  });
});
