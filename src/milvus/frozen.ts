import type { Values } from '../helm/port.js';
import type { Inspection } from '../plan/facts.js';
import type { FrozenValue } from '../plan/plan.js';
import { effective } from '../values/merge.js';
import { getPath } from '../values/tree.js';
import { components } from './components.js';
import { known, type Component, type Known, type MessageQueue } from './knowledge.js';
import { bundledQueues, type BundledQueue } from './queue.js';

/**
 * Values that an upgrade must not change by itself. The chart changed defaults of many of them (mixcoord in 4.2.4, the
 * bundled Pulsar in 4.2.27, streaming and index nodes in 5.0.0), so they are written as they run.
 *
 * @see https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md
 */

type Scalar = FrozenValue['value'];

/** What the frozen keys are read from. */
export type Running = Pick<Inspection, 'facts' | 'manifest' | 'base'>;

interface Context extends Running {
  /** Values that the installed release was rendered with. */
  readonly installed: Values;
  readonly bundled: readonly BundledQueue[];
}

export interface FrozenKey {
  readonly key: string;
  /** First and last published chart whose values have the key; no `until`: it is still there. */
  readonly since: string;
  readonly until?: string;
  /** The value as it runs; undefined where the key says nothing about this release. */
  readonly read: (context: Context) => Known<Scalar> | undefined;
}

const manifest = "the release's manifest";
const installedValues = 'the values of the installed revision';

const inCluster =
  (read: (context: Context) => Known<Scalar>): FrozenKey['read'] =>
  (context) =>
    context.facts.mode === 'cluster' ? read(context) : undefined;

/** A bundled queue stays, even an idle one: removing it is a decision of its own. */
const bundledFlag =
  (queue: BundledQueue): FrozenKey['read'] =>
  ({ facts, bundled }) =>
    facts.messageQueue.known ? known(bundled.includes(queue), `StatefulSets in ${manifest}`) : facts.messageQueue;

/** A switch as the installed values have it; `otherwise` is how charts behaved before they had it. */
const installedSwitch =
  (key: string, otherwise: boolean): FrozenKey['read'] =>
  ({ installed }) => {
    const value = getPath(installed, key);
    return known(typeof value === 'boolean' ? value : otherwise, installedValues);
  };

const deployed = (component: Component): FrozenKey['read'] =>
  inCluster(({ facts }) =>
    known(
      facts.components.some((fact) => fact.component === component),
      `Deployments in ${manifest}`,
    ),
  );

/** `standalone.messageQueue` for each queue; Pulsar and Kafka keep the chart from adding a block for another one. */
const standaloneQueues: Readonly<Record<MessageQueue, string>> = {
  rocksmq: 'rocksmq',
  natsmq: 'natsmq',
  woodpecker: 'woodpecker',
  pulsar2: 'pulsar',
  pulsar3: 'pulsar',
  'external-pulsar': 'pulsar',
  kafka: 'kafka',
  'external-kafka': 'kafka',
};

/** Bucket settings stand in one of two sections; with a ConfigMap of the user's own, in neither. */
const bucketSetting =
  (section: 'minio' | 'externalS3', read: (context: Context) => Known<Scalar>): FrozenKey['read'] =>
  (context) => {
    const external = getPath(context.installed, 'externalS3.enabled') === true;
    const custom = getPath(context.installed, 'customConfigMap');
    if (typeof custom === 'string' && custom !== '') return undefined;
    return external === (section === 'externalS3') ? read(context) : undefined;
  };

const bucket = ({ facts }: Context): Known<Scalar> => facts.bucket;
const bucketRootPath = ({ facts }: Context): Known<Scalar> => facts.bucketRootPath;

/** When each coordinator's switch came; `enabled` under the component's own section. */
const coordinatorKeys: readonly FrozenKey[] = components.flatMap(({ component, valueKey, coordinator }) =>
  coordinator === undefined
    ? []
    : [
        {
          key: `${valueKey}.enabled`,
          since: coordinator === 'mixcoord' ? '4.0.10' : '3.0.0',
          read: deployed(component),
        },
      ],
);

export const frozenKeys: readonly FrozenKey[] = [
  {
    key: 'cluster.enabled',
    since: '3.0.0',
    read: ({ facts }) => known(facts.mode === 'cluster', `Deployments in ${manifest}`),
  },
  { key: 'pulsar.enabled', since: '3.0.0', read: bundledFlag('pulsar2') },
  { key: 'pulsarv3.enabled', since: '4.2.21', read: bundledFlag('pulsar3') },
  { key: 'kafka.enabled', since: '3.0.14', read: bundledFlag('kafka') },
  { key: 'externalPulsar.enabled', since: '3.0.0', read: installedSwitch('externalPulsar.enabled', false) },
  { key: 'externalKafka.enabled', since: '3.0.14', read: installedSwitch('externalKafka.enabled', false) },
  { key: 'woodpecker.enabled', since: '4.2.42', read: installedSwitch('woodpecker.enabled', false) },
  {
    key: 'streaming.woodpecker.embedded',
    since: '5.0.8',
    read: installedSwitch('streaming.woodpecker.embedded', true),
  },
  {
    key: 'standalone.messageQueue',
    since: '3.0.23',
    read: ({ facts: { mode, messageQueue } }) => {
      if (mode === 'cluster') return undefined;
      return messageQueue.known ? known(standaloneQueues[messageQueue.value], messageQueue.from) : messageQueue;
    },
  },
  ...coordinatorKeys,
  { key: 'indexNode.enabled', since: '3.0.0', read: deployed('indexnode') },
  { key: 'streaming.enabled', since: '4.2.8', read: deployed('streamingnode') },
  {
    key: 'minio.mode',
    since: '3.0.0',
    // Without a MinIO of the release the key decides nothing.
    read: ({ facts }) => (facts.minioMode.known ? facts.minioMode : undefined),
  },
  { key: 'metadata.rootPath', since: '3.0.0', until: '3.3.6', read: ({ facts }) => facts.rootPath },
  { key: 'minio.bucketName', since: '3.0.0', read: bucketSetting('minio', bucket) },
  { key: 'minio.rootPath', since: '3.0.0', read: bucketSetting('minio', bucketRootPath) },
  { key: 'externalS3.bucketName', since: '3.0.0', read: bucketSetting('externalS3', bucket) },
  { key: 'externalS3.rootPath', since: '3.0.0', read: bucketSetting('externalS3', bucketRootPath) },
];

/** What this run writes, and what it would have to write but could not read. */
export interface Frozen {
  readonly values: readonly FrozenValue[];
  /** Keys of the target chart whose running value is not known: upgrading could change them silently. */
  readonly unknown: readonly { readonly key: string; readonly reason: string }[];
}

/**
 * The frozen keys for one target chart. Keys that the chart's own values do not have are left out.
 *
 * @param running what runs; `base` is the revision that Helm takes old values from
 * @param chartValues default values of the target chart
 */
export function frozenValues(running: Running, chartValues: Values): Frozen {
  const context: Context = {
    ...running,
    installed: effective(running.base.chartValues, running.base.userValues),
    bundled: bundledQueues(running.manifest),
  };
  const rows = frozenKeys
    .filter(({ key }) => getPath(chartValues, key) !== undefined)
    .flatMap(({ key, read }) => {
      const value = read(context);
      return value === undefined ? [] : [{ key, value }];
    });
  return {
    values: rows.flatMap(({ key, value }) => (value.known ? [{ key, value: value.value, from: value.from }] : [])),
    unknown: rows.flatMap(({ key, value }) => (value.known ? [] : [{ key, reason: value.reason }])),
  };
}
