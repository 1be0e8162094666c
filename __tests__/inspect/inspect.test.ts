import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import type { ReleaseStatus } from '../../src/helm/port.js';
import { inspect } from '../../src/inspect/inspect.js';
import { known } from '../../src/milvus/knowledge.js';
import { problemOf, release, secret } from '../helm/support.js';
import {
  fakeApi,
  liveOf,
  namespace,
  newImage,
  objectsOf,
  oldImage,
  recordOf,
  type FakeOptions,
  type Revision,
} from '../plan/world.js';
import { deployment } from '../upgrade/objects.js';

function read(
  revisions: readonly (Revision | KubeObject)[],
  live: readonly KubeObject[] = liveOf(),
  more: Partial<FakeOptions> = {},
) {
  const records = revisions.map((one) => ('kind' in one ? one : recordOf(one)));
  return inspect(fakeApi({ objects: [...live, ...records], ...more }).cluster, namespace, 'rel');
}

describe('a release that is not touched', () => {
  it.each<[ReleaseStatus, string, RegExp]>([
    ['pending-install', 'release-pending', /first installation/],
    ['pending-upgrade', 'release-pending', /an upgrade is running now, or was killed/],
    ['pending-rollback', 'release-pending', /a rollback is running now, or was killed/],
    ['uninstalling', 'release-uninstalling', /uninstalling \(revision 2\)/],
    ['uninstalled', 'release-uninstalled', /uninstalled \(revision 2\)/],
  ])('%s is refused as %s', async (status, id, says) => {
    const problem = await problemOf(() =>
      read([
        { revision: 1, status: 'superseded' },
        { revision: 2, status },
      ]),
    );
    expect([problem.ending, problem.details.id]).toEqual(['refused', id]);
    expect(problem.details.what).toMatch(says);
    expect(problem.details.what).toContain('Release rel in namespace db');
    expect(problem.details.remedy).not.toBe('');
  });

  it('of another chart is refused by the chart it is', async () => {
    const other = secret(
      release({ name: 'rel', namespace, version: 1, chart: { metadata: { name: 'redis', version: '1.0.0' } } }),
      { namespace },
    );
    const problem = await problemOf(() => read([other]));
    expect([problem.ending, problem.details.id]).toEqual(['refused', 'not-milvus']);
    expect(problem.details.what).toContain('redis');
  });

  it('without any Milvus Deployment is refused', async () => {
    const objects = objectsOf().filter(({ kind }) => kind !== 'Deployment');
    const problem = await problemOf(() => read([{ revision: 1, objects }]));
    expect([problem.ending, problem.details.id]).toEqual(['refused', 'no-milvus-workloads']);
  });

  it('that does not exist is refused by name', async () => {
    expect((await problemOf(() => read([]))).details.id).toBe('release-not-found');
  });

  it('on a Kubernetes that is too old is refused', async () => {
    const problem = await problemOf(() => read([{ revision: 1 }], liveOf(), { kubernetes: 'v1.19.16' }));
    expect([problem.ending, problem.details.id]).toEqual(['refused', 'kubernetes-too-old']);
    expect(problem.details.what).toContain('v1.19.16');
  });

  it.each(['v1.20.0', 'v2.0.0'])('on Kubernetes %s is read', async (kubernetes) => {
    expect((await read([{ revision: 1 }], liveOf(), { kubernetes })).facts.kubernetes).toBe(kubernetes);
  });
});

describe('the revisions', () => {
  const upgrade = { shape: { image: newImage }, chart: '4.2.20' };

  it.each<[string, readonly Revision[], number, string | undefined, string | undefined]>([
    ['one that is deployed', [{ revision: 1 }], 1, oldImage, undefined],
    [
      'a deployed one after others',
      [
        { revision: 1, status: 'superseded' },
        { revision: 2, ...upgrade },
      ],
      2,
      newImage,
      oldImage,
    ],
    [
      'a failed one after a deployed one',
      [{ revision: 1 }, { revision: 2, status: 'failed', ...upgrade }],
      1,
      newImage,
      oldImage,
    ],
    [
      'two failed ones: the earlier failed one is not what ran before',
      [
        { revision: 1 },
        { revision: 2, status: 'failed', shape: { image: 'milvusdb/milvus:v2.4.1' } },
        { revision: 3, status: 'failed', ...upgrade },
      ],
      1,
      newImage,
      oldImage,
    ],
    ['only a failed one', [{ revision: 1, status: 'failed' }], 1, oldImage, undefined],
    [
      'one whose components were given different images',
      [{ revision: 1, shape: { images: { proxy: newImage } } }],
      1,
      undefined,
      undefined,
    ],
  ])('%s', async (_, revisions, base, last, previous) => {
    const inspection = await read(revisions);
    expect([inspection.base.revision, inspection.lastImage, inspection.previousImage]).toEqual([base, last, previous]);
    expect(inspection.record.revision).toBe(revisions.length);
    expect(inspection.facts.release).toMatchObject({
      revision: revisions.length,
      status: revisions.at(-1)?.status ?? 'deployed',
      chartVersion: revisions.at(-1)?.chart ?? '4.1.24',
    });
  });

  it('tell how Helm applies the release', async () => {
    expect((await read([{ revision: 1 }])).facts.release.applyMethod).toBe('client');
    expect((await read([{ revision: 1, applyMethod: 'ssa' }])).facts.release.applyMethod).toBe('server');
  });
});

describe('what runs', () => {
  it('is told by the pods, not by the revision or its labels', async () => {
    const { facts } = await read([{ revision: 1, chart: '4.2.20', appVersion: '2.4.16' }]);
    expect(facts.sourceVersion).toMatchObject({ known: true, value: '2.3.11' });
    expect(facts.image).toMatchObject({
      known: true,
      value: { repository: 'milvusdb/milvus', tag: 'v2.3.11', suffix: '' },
    });
    expect(facts.components.map(({ component, images }) => [component, images])).toEqual([
      ['proxy', [oldImage]],
      ['mixcoord', [oldImage]],
      ['querynode', [oldImage]],
    ]);
  });

  it.each([
    ['a suffix', 'milvusdb/milvus:v2.3.11-gpu', { repository: 'milvusdb/milvus', suffix: '-gpu' }],
    ['a mirror with a port', 'r.test:5000/m/milvus:v2.3.11', { repository: 'r.test:5000/m/milvus', suffix: '' }],
  ])('by an image with %s', async (_, image, value) => {
    const { facts } = await read([{ revision: 1 }], liveOf({ image }));
    expect(facts.sourceVersion).toMatchObject({ value: '2.3.11' });
    expect(facts.image).toMatchObject({ value });
  });

  it.each([
    ['a digest', `milvusdb/milvus@sha256:${'b'.repeat(64)}`, /digest/],
    ['an unknown suffix', 'milvusdb/milvus:v2.3.11-corp', /v2\.3\.11-corp/],
  ])('is unknown by an image with %s', async (_, image, says) => {
    const { facts } = await read([{ revision: 1 }], liveOf({ image }));
    expect([facts.sourceVersion.known, facts.image.known]).toEqual([false, false]);
    expect(JSON.stringify(facts.sourceVersion)).toMatch(says);
  });

  it('is unknown, with all images named, where components differ', async () => {
    const { facts } = await read([{ revision: 1 }], liveOf({ images: { proxy: newImage } }));
    expect([facts.sourceVersion.known, facts.image.known]).toEqual([false, false]);
    expect(JSON.stringify(facts.sourceVersion)).toContain(`${newImage}, ${oldImage}`);
    expect(facts.components.map(({ version }) => version.known && version.value)).toEqual([
      '2.4.23',
      '2.3.11',
      '2.3.11',
    ]);
  });

  it('has the name of the template where admission put a mirror in front of the image', async () => {
    const live = liveOf().map((object) =>
      object.kind === 'Pod'
        ? (JSON.parse(JSON.stringify(object).replaceAll(oldImage, `mirror.test/hub/${oldImage}`)) as KubeObject)
        : object,
    );
    const { facts } = await read([{ revision: 1 }], live);
    expect(facts.image).toMatchObject({ value: { repository: 'milvusdb/milvus' } });
    expect(facts.workloads[0]?.runningImages).toEqual([`mirror.test/hub/${oldImage}`]);
  });

  it('counts the workloads of the manifest alone, whatever else is in the namespace', async () => {
    const other = deployment('other-milvus-proxy', { image: newImage });
    const { facts } = await read([{ revision: 1 }], [...liveOf(), other]);
    expect(facts.workloads.map(({ kind, name, component, healthy }) => [kind, name, component, healthy])).toEqual([
      ['Deployment', 'rel-milvus-proxy', 'proxy', true],
      ['Deployment', 'rel-milvus-mixcoord', 'mixcoord', true],
      ['Deployment', 'rel-milvus-querynode', 'querynode', true],
      ['StatefulSet', 'rel-etcd', undefined, true],
    ]);
    expect(facts.sourceVersion).toEqual(known('2.3.11', expect.any(String) as unknown as string));
  });

  it('finds objects by the manifest when nameOverride gave them other names', async () => {
    const rename = (objects: readonly KubeObject[]): KubeObject[] =>
      JSON.parse(JSON.stringify(objects).replaceAll('rel-milvus', 'search')) as KubeObject[];
    const { facts, config } = await read([{ revision: 1, objects: rename(objectsOf()) }], rename(liveOf()));
    expect(facts.components.map(({ workload }) => workload)).toEqual([
      'search-proxy',
      'search-mixcoord',
      'search-querynode',
    ]);
    expect(facts.sourceVersion).toMatchObject({ value: '2.3.11' });
    expect(config?.metadata.name).toBe('search');
  });

  it('says what is in the manifest and not in the cluster', async () => {
    const live = liveOf().filter(({ metadata }) => !metadata.name.startsWith('rel-milvus-querynode'));
    const { facts } = await read([{ revision: 1 }], live);
    expect(facts.workloads.find(({ name }) => name === 'rel-milvus-querynode')).toMatchObject({
      exists: false,
      healthy: false,
      trouble: [expect.stringContaining('not in the cluster')],
    });
  });

  it('includes where the data is', async () => {
    const { facts } = await read([{ revision: 1 }]);
    expect(facts).toMatchObject({
      mode: 'cluster',
      coordinators: 'mixcoord',
      messageQueue: { value: 'external-kafka' },
      rootPath: { value: 'by-dev' },
      bucket: { value: 'a-bucket' },
      bucketRootPath: { value: 'file' },
    });
  });
});

describe('what is around it', () => {
  const change = (objects: readonly KubeObject[], kind: string, name: string, more: object): KubeObject[] =>
    objects.map((one) => (one.kind === kind && one.metadata.name === name ? { ...one, ...more } : one));

  it('is plain JSON and holds no secret', async () => {
    const { facts } = await read(
      [{ revision: 1, shape: { secret: 'canary-secret' } }],
      liveOf({ secret: 'canary-secret' }),
    );
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    expect(JSON.stringify(facts)).not.toContain('canary');
  });

  it('says where metadata and objects are', async () => {
    const text = [
      'messageQueue: kafka',
      'kafka: { brokerList: broker.elsewhere:9092 }',
      'metastore: { type: etcd }',
      'etcd: { endpoints: [rel-etcd:2379], rootPath: by-dev }',
      'minio: { address: s3.example.com, port: 443, bucketName: a-bucket, rootPath: file, useSSL: true }',
    ].join('\n');
    const service: KubeObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'rel-etcd', namespace },
      spec: { selector: { app: 'etcd' } },
    };
    const labelled = { spec: { replicas: 1, template: { metadata: { labels: { app: 'etcd' } } } } };
    const objects = change([...objectsOf(), service], 'StatefulSet', 'rel-etcd', labelled);
    const live = change(liveOf(), 'ConfigMap', 'rel-milvus', { data: { 'default.yaml': text } });
    const { facts } = await read([{ revision: 1, objects }], live);
    expect(facts).toMatchObject({
      metastore: { value: 'etcd' },
      etcd: {
        place: { value: 'release' },
        servers: { value: ['StatefulSet/rel-etcd'] },
        members: { known: true, value: { wanted: 1, ready: 1 }, from: 'StatefulSet rel-etcd' },
      },
      objectStorage: { place: { value: 'external' }, servers: { value: ['s3.example.com:443'] }, tls: { value: true } },
    });
  });

  it('says which etcd members cannot be counted', async () => {
    const { facts } = await read([{ revision: 1 }]);
    expect(facts.etcd).toMatchObject({ place: { known: false }, members: { known: false } });
  });

  it('names replicas that are not those of the manifest', async () => {
    const objects = objectsOf().map((one) =>
      one.metadata.name === 'rel-milvus-querynode' ? { ...one, spec: { ...(one.spec as object), replicas: 3 } } : one,
    );
    expect((await read([{ revision: 1, objects }])).facts.replicas).toEqual([
      { workload: 'Deployment rel-milvus-querynode', live: 1, manifest: 3 },
    ]);
    expect((await read([{ revision: 1 }])).facts.replicas).toEqual([]);
  });

  it('names owners of live objects, and only of this release', async () => {
    const owned = { labels: { 'helm.toolkit.fluxcd.io/name': 'search' } };
    const other = deployment('other-milvus-proxy', { image: newImage });
    const live = [
      ...liveOf().map((one) =>
        one.metadata.name === 'rel-etcd' && one.kind === 'StatefulSet'
          ? { ...one, metadata: { ...one.metadata, ...owned } }
          : one,
      ),
      { ...other, metadata: { ...other.metadata, ...owned } },
    ];
    expect((await read([{ revision: 1 }], live)).facts.owners).toEqual([
      { owner: 'flux', name: 'search', evidence: 'helm.toolkit.fluxcd.io/name', objects: ['StatefulSet rel-etcd'] },
    ]);
  });

  it('names objects of an API that is gone', async () => {
    const budget: KubeObject = {
      apiVersion: 'policy/v1beta1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'rel-pulsar-zookeeper', namespace },
    };
    expect((await read([{ revision: 1, objects: [...objectsOf(), budget] }])).facts.unserved).toMatchObject({
      value: [{ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', name: 'rel-pulsar-zookeeper' }],
    });
    expect((await read([{ revision: 1 }])).facts.unserved).toMatchObject({ known: true, value: [] });
  });
});

describe('what may not be read', () => {
  it('is unknown with its reason: the namespace', async () => {
    const { facts } = await read([{ revision: 1 }], liveOf(), { forbidden: ['namespaces'] });
    expect(facts.clusterIdentity).toEqual({
      known: false,
      reason: expect.stringContaining('namespace db may not be read'),
    });
    expect((await read([{ revision: 1 }])).facts.clusterIdentity).toMatchObject({ value: 'uid-of-db' });
  });

  it.each<[string, Partial<FakeOptions>, readonly KubeObject[], string]>([
    ['forbidden', { forbidden: ['configmaps'] }, liveOf(), 'the credentials may not read ConfigMap rel-milvus'],
    [
      'gone',
      {},
      liveOf().filter(({ kind }) => kind !== 'ConfigMap'),
      'ConfigMap rel-milvus, which the Milvus Deployments mount, does not exist',
    ],
  ])('is unknown with its reason: a ConfigMap that is %s', async (_, more, live, reason) => {
    const { facts, config } = await read([{ revision: 1 }], live, more);
    expect(config).toBeUndefined();
    for (const fact of [facts.messageQueue, facts.rootPath, facts.bucket, facts.bucketRootPath]) {
      expect(fact).toEqual({ known: false, reason });
    }
  });
});
