import { known } from '../../src/milvus/knowledge.js';
import { comparisonOf, diff, object, rendering, type CheckRow, type ContextSetup } from './context.js';

const change = (kind: string, name: string, from: string | undefined, to: string): ContextSetup => ({
  comparison: comparisonOf({
    diff: [
      { ...diff(kind, name, 'changed'), images: [{ container: 'c', ...(from === undefined ? {} : { from }), to }] },
    ],
  }),
});
const minio = (date: string) => `minio/minio:RELEASE.${date}T00-00-00Z`;
const runs = (image: string, list = 'containers') =>
  object('StatefulSet', 'my-milvus-x', { spec: { template: { spec: { [list]: [{ name: 'x', image }] } } } });
const woodpecker = (image: string, queue: 'woodpecker' | 'rocksmq'): ContextSetup => ({
  comparison: rendering([runs(image)], { identity: { ...comparisonOf().identity, messageQueue: known(queue, 'x') } }),
});

export const imageRows: readonly CheckRow[] = [
  {
    id: 'minio-fs-backend',
    speaks: {
      'a single MinIO over the border': change(
        'Deployment',
        'my-milvus-minio',
        minio('2022-03-17'),
        minio('2023-03-20'),
      ),
    },
    names: /Deployment my-milvus-minio minio\/minio:RELEASE\.2022-03-17.* -> .*2023-03-20/,
    silent: {
      'a distributed one': change('StatefulSet', 'my-milvus-minio', minio('2022-03-17'), minio('2023-03-20')),
      'one that stays before it': change('Deployment', 'my-milvus-minio', minio('2022-03-17'), minio('2022-05-01')),
      'one that is past it': change('Deployment', 'my-milvus-minio', minio('2023-03-20'), minio('2024-05-28')),
      'a tag that tells no date': change('Deployment', 'my-milvus-minio', minio('2022-03-17'), 'minio/minio:latest'),
    },
    status: 'blocked',
    overridable: true,
    covered: true,
  },
  {
    id: 'woodpecker-needs-minio',
    speaks: { 'a pinned MinIO': woodpecker(minio('2024-05-28'), 'woodpecker') },
    names: /RELEASE\.2024-05-28/,
    silent: {
      'a MinIO that is new enough': woodpecker('minio/minio:RELEASE.2024-12-18T13-15-44Z', 'woodpecker'),
      'another queue': woodpecker(minio('2024-05-28'), 'rocksmq'),
    },
    status: 'blocked',
    overridable: false,
    covered: true,
  },
  {
    id: 'etcd-image-jump',
    speaks: {
      'another version': change('StatefulSet', 'my-milvus-etcd', 'milvusdb/etcd:3.5.5-r4', 'milvusdb/etcd:3.5.14-r1'),
    },
    names: /StatefulSet my-milvus-etcd milvusdb\/etcd:3\.5\.5-r4 -> milvusdb\/etcd:3\.5\.14-r1/,
    silent: {
      'another build of one version': change('StatefulSet', 'e', 'milvusdb/etcd:3.5.5-r2', 'milvusdb/etcd:3.5.5-r4'),
      'an older one, which another check tells': change(
        'StatefulSet',
        'e',
        'milvusdb/etcd:3.5.14',
        'milvusdb/etcd:3.5.5',
      ),
      'another program': change('StatefulSet', 'm', minio('2023-03-20'), minio('2024-05-28')),
      'a new container': change('StatefulSet', 'e', undefined, 'milvusdb/etcd:3.5.14-r1'),
    },
    status: 'warned',
    overridable: true,
    covered: true,
  },
  {
    id: 'public-image-moved',
    speaks: {
      'as the chart names it': { comparison: rendering([runs('bitnami/kafka:3.1.0-debian-10-r52')]) },
      'with its registry': { comparison: rendering([runs('docker.io/bitnami/kafka:3.1.0')]) },
      'in an init container': { comparison: rendering([runs('bitnami/kafka:3.1.0', 'initContainers')]) },
    },
    names: /bitnami\/kafka:3\.1\.0/,
    silent: {
      'where they moved to': { comparison: rendering([runs('bitnamilegacy/kafka:3.1.0-debian-10-r52')]) },
      'a mirror': { comparison: rendering([runs('registry.test/bitnami/kafka:3.1.0')]) },
    },
    status: 'warned',
    overridable: true,
    covered: true,
  },
];
