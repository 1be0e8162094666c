import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import { dependenciesOf, serversOf, type Dependency } from '../../src/milvus/endpoints.js';
import { known, unknown } from '../../src/milvus/knowledge.js';
import { configMap, milvus } from './fixtures.js';

const labelled = (kind: string, name: string, app: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: kind === 'Service' ? { selector: { app } } : { template: { metadata: { labels: { app, more: 'x' } } } },
});
const bundled = [
  milvus({ component: 'standalone' }),
  labelled('Service', 'rel-etcd', 'etcd'),
  labelled('Service', 'rel-etcd-headless', 'etcd'),
  labelled('StatefulSet', 'rel-etcd', 'etcd'),
  labelled('Service', 'rel-minio', 'minio'),
  labelled('Deployment', 'rel-minio', 'minio'),
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'rel-bare' }, spec: {} },
];
const servers = (yaml: string, dependency: Dependency, manifest: readonly KubeObject[] = bundled) =>
  serversOf({ configMap: configMap({ 'default.yaml': yaml }), manifest }, dependency, 'db');

describe('serversOf', () => {
  it.each<[string, string, Dependency, readonly string[]]>([
    ['the Service of the release', 'etcd: { endpoints: ["rel-etcd:2379"] }', 'etcd', ['StatefulSet/rel-etcd']],
    [
      'the pods of the release',
      'etcd:\n  endpoints:\n  - rel-etcd-0.rel-etcd-headless.db.svc.cluster.local:2379\n  - rel-etcd-1.rel-etcd-headless.db.svc.cluster.local:2379',
      'etcd',
      ['StatefulSet/rel-etcd'],
    ],
    ['one text with commas', 'etcd: { endpoints: "b:1, a:1,a.db.svc:1" }', 'etcd', ['a.db:1', 'b.db:1']],
    [
      'own and foreign ones',
      'etcd: { endpoints: ["rel-etcd:2379", a] }',
      'etcd',
      ['StatefulSet/rel-etcd', 'a.db:2379'],
    ],
    ['a Service with its namespace', 'minio: { address: rel-minio.db }', 'object storage', ['Deployment/rel-minio']],
    ['a Service of another namespace', 'minio: { address: rel-minio.qa.svc }', 'object storage', ['rel-minio.qa:9000']],
    ['a host on the internet', 'minio: { address: S3.x.com., port: 443 }', 'object storage', ['s3.x.com:443']],
    ['a port in the address', 'minio: { address: "s3.x.com:1", port: 443 }', 'object storage', ['s3.x.com:1']],
    ['a Service without selector', 'minio: { address: rel-bare }', 'object storage', ['Service/rel-bare']],
    ['credentials, which are left out', 'pulsar: { address: "pulsar://u:canary@p.x/y" }', 'pulsar', ['p.x:6650']],
    ['an IPv6 address', 'kafka: { brokerList: "[fd00::1]:9093" }', 'kafka', ['[fd00::1]:9093']],
    ['nothing', 'x: 1', 'etcd', []],
  ])('reads %s', (_, yaml, dependency, expected) => {
    expect(servers(yaml, dependency)).toMatchObject({ known: true, value: expected });
  });

  it('takes a Service that is not part of the release for a foreign one', () => {
    expect(servers('etcd: { endpoints: [rel-etcd] }', 'etcd', bundled.slice(0, 1))).toMatchObject({
      value: ['rel-etcd.db:2379'],
    });
  });

  it('does not guess without a configuration', () => {
    expect(serversOf({ configMap: undefined, manifest: bundled }, 'etcd', 'db')).toMatchObject({ known: false });
  });
});

describe('dependenciesOf', () => {
  it.each([
    [known('rocksmq' as const, 'x'), []],
    [known('pulsar3' as const, 'x'), ['pulsar']],
    [known('external-kafka' as const, 'x'), ['kafka']],
    [unknown('x'), []],
  ])('looks at the queue in use only', (queue, more) => {
    expect(dependenciesOf(queue)).toEqual(['etcd', 'object storage', ...more]);
  });
});
