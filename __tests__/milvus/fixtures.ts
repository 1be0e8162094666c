import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../src/cluster/port.js';
import type { ChartEntry } from '../../src/milvus/resolve.js';
import { parseMilvusVersion, type MilvusVersion } from '../../src/milvus/version.js';

/** Every chart of the public repository (https://zilliztech.github.io/milvus-helm), with its app version. */
export const charts: readonly ChartEntry[] = readFileSync(new URL('./charts.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [version = '', appVersion = ''] = line.split('\t');
    return { version, appVersion };
  });

export function v(text: string): MilvusVersion {
  const version = parseMilvusVersion(text);
  if (version === undefined) throw new Error(`${text} is not a version`);
  return version;
}

export const release = { name: 'rel', namespace: 'ns' };

interface Milvus {
  readonly component: string;
  readonly chart?: string;
  readonly env?: readonly unknown[];
  readonly configMap?: string;
}

/** A Milvus Deployment as the chart writes it. */
export const milvus = ({ component, chart = '4.2.20', env, configMap = 'rel-milvus' }: Milvus): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: `rel-milvus-${component}`,
    labels: { 'helm.sh/chart': `milvus-${chart}`, 'app.kubernetes.io/name': 'milvus', component },
  },
  spec: {
    template: {
      spec: {
        containers: [{ name: component, image: 'milvusdb/milvus:v2.4.16', ...(env === undefined ? {} : { env }) }],
        volumes: [
          { name: 'milvus-config', configMap: { name: configMap } },
          { name: 'other', configMap: { name: 'unrelated' } },
          { name: 'tools', emptyDir: {} },
        ],
      },
    },
  },
});

const object = (kind: string, name: string, labels: Record<string, string>): KubeObject => ({
  apiVersion: kind === 'Service' ? 'v1' : 'apps/v1',
  kind,
  metadata: { name, labels },
});

const pulsarLabels = (name: string, component: string): Record<string, string> => ({
  app: name,
  chart: name === 'pulsar' ? 'pulsar-2.7.8' : 'pulsarv3-3.3.0',
  release: 'rel',
  component,
});

/** The objects of a bundled Pulsar: the ones that matter. */
export const pulsar = (name: 'pulsar' | 'pulsarv3'): KubeObject[] => [
  object('StatefulSet', `rel-${name}-bookie`, pulsarLabels(name, 'bookie')),
  object('StatefulSet', `rel-${name}-proxy`, pulsarLabels(name, 'proxy')),
  object('Service', `rel-${name}-proxy`, pulsarLabels(name, 'proxy')),
];

export const kafka: readonly KubeObject[] = ['StatefulSet', 'Service'].map((kind) =>
  object(kind, 'rel-kafka', { 'app.kubernetes.io/name': 'kafka', 'helm.sh/chart': 'kafka-15.5.1' }),
);

export const minio = (kind: 'StatefulSet' | 'Deployment'): KubeObject[] => [
  object(kind, 'rel-minio', { app: 'minio', chart: 'minio-8.0.17', release: 'rel' }),
  object('Service', 'rel-minio', { app: 'minio', chart: 'minio-8.0.17', release: 'rel' }),
];

export const attu: KubeObject = {
  ...milvus({ component: 'attu' }),
  metadata: { name: 'rel-milvus-attu', labels: { 'helm.sh/chart': 'milvus-4.2.20', component: 'attu' } },
};

export const configMap = (data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'rel-milvus' },
  data,
});

export const cluster = (...parts: string[]): KubeObject[] =>
  ['proxy', 'querynode', 'datanode', ...parts].map((component) => milvus({ component }));
export const separate = ['rootcoord', 'querycoord', 'indexcoord', 'datacoord'] as const;
