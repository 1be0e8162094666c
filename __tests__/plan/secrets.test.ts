import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import type { Values } from '../../src/helm/port.js';
import { secretTexts } from '../../src/plan/secrets.js';

const inValues = (...values: readonly Values[]) => secretTexts({ values, manifest: [], names: ['my-milvus', 'db'] });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secret = (data: Record<string, string>, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
  ...more,
});

describe('secretTexts of values', () => {
  it.each<[string, Values, readonly string[]]>([
    ['a credential of object storage', { externalS3: { secretKey: 'canary-1' } }, ['canary-1']],
    ['whatever is below a credential name', { auth: { admin: ['canary-1'] } }, ['canary-1']],
    ['a variable by its name', { extraEnv: [{ name: 'AWS_SECRET_KEY', value: 'canary-1' }] }, ['canary-1']],
    ['a file of YAML', { extraConfigFiles: { 'user.yaml': 'minio:\n  port: 9000\n  secretAccessKey: canary-1\n' } }, ['canary-1']], // prettier-ignore
    ['a file of JSON', { extra: '{"password": "canary-1"}' }, ['canary-1']],
    ['the password in an address', { dsn: 'mysql://root:canary%211@db:3306/x' }, ['canary%211', 'canary!1']],
    ['every line', { tls: { privateKey: 'canary-line-1\n  canary-line-2\n' } }, ['canary-line-1', 'canary-line-2']],
  ])('has %s', (_, values, texts) => {
    expect(inValues(values)).toEqual(texts);
  });

  it.each<[string, Values]>([
    ['other values', { minio: { bucketName: 'canary-bucket' } }],
    ['what is short', { minio: { secretKey: 'canary1' } }],
    ['switches and numbers', { auth: { enabled: true, password: 12345678 } }],
    ['well-known defaults', { minio: { accessKey: 'minioadmin', secretKey: 'minioadmin' } }],
    ['names of Secrets and files', { auth: { existingSecret: 'my-secret-name', tokenFile: '/etc/token/file', secretName: 'my-secret-name' } }], // prettier-ignore
    ['references', { extraEnv: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'the-secret', key: 'the-key-in-it' } } }], imagePullSecrets: [{ name: 'my-registry-login' }] }], // prettier-ignore
    ['addresses without a password', { imageUrl: 'https://charts.example.com/milvus' }],
    ['what the run has to name', { auth: { password: 'my-milvus' } }],
    ['broken YAML', { extraConfigFiles: { 'user.yaml': 'a: 1\n"broken: *x\n' } }],
  ])('has not %s', (_, values) => {
    expect(inValues(values)).toEqual([]);
  });

  it('has each text once, of all trees', () => {
    expect(inValues({ token: 'canary-1' }, { password: 'canary-1', pwd: 'canary-2' })).toEqual([
      'canary-1',
      'canary-2',
    ]);
  });
});

describe('secretTexts of a manifest', () => {
  it.each<[string, KubeObject, readonly string[]]>([
    ['decoded, whatever its name', secret({ accesskey: 'canary-user', other: 'canary-other' }), ['canary-user', 'canary-other']], // prettier-ignore
    ['stringData', secret({}, { stringData: { key: 'canary-1' } }), ['canary-1']],
    ['a configuration file by its credential places', secret({ 'a.yaml': 'mq:\n  type: canary-kafka\n  password: canary-1\n' }), ['canary-1']], // prettier-ignore
    ['a property file, lines and values', secret({ 'a.properties': 'name=canary-1' }), ['name=canary-1', 'canary-1']],
    ['nothing of other kinds', { ...secret({ key: 'canary-1' }), kind: 'ConfigMap' }, []],
  ])('%s', (_, object, texts) => {
    expect(secretTexts({ values: [], manifest: [object], names: [] })).toEqual(texts);
  });
});
