import type { CarriedBy, ValueRow } from './migration-values.js';

/**
 * Values of charts 3.x that are not carried over by the same setting alone: renamed ones, those that decide where
 * Milvus finds its data, and those without an effect.
 */

/** Milvus 2.1 and the first releases of 2.2 read one of them first, later ones the other. */
const channelPrefix = ['msgChannel.chanNamePrefix.cluster', 'common.chanNamePrefix.cluster'] as const;

const to = (...settings: readonly string[]): CarriedBy => ({ by: 'user.yaml', settings });

/** Charts 3.2.2 to 3.2.6 had one switch for all of these rates; since then each has a section with a switch of its own. */
const ownSwitch = (rate: string): ValueRow => ({
  ...{ value: `quotaAndLimits.ddl.${rate}`, first: '3.2.2', last: '3.2.6', otherwise: null },
  sets: [`quotaAndLimits.ddl.${rate}`],
  carried: {
    by: 'person',
    remedy: `write quotaAndLimits.${rate}.max, and quotaAndLimits.${rate}.enabled: true where it is to hold, into extraConfigFiles.user.yaml`,
  },
});

const autoscaling = (component: string): ValueRow => ({
  ...{ value: `${component}.autoscaling`, first: '3.0.0', last: '3.0.1', otherwise: { enabled: false }, sets: [] },
  carried: {
    by: 'nothing',
    why: 'charts from 3.0.2 on make no HorizontalPodAutoscaler from it',
  },
});

export const specialRows: readonly ValueRow[] = [
  {
    ...{ value: 'metadata.rootPath', first: '3.0.0', last: '3.3.6', otherwise: 'by-dev', vital: true },
    ...{ sets: ['etcd.rootPath'], carried: to('etcd.rootPath') },
  },
  {
    ...{ value: 'authorization.enabled', first: '3.0.21', last: '3.3.6', otherwise: false, vital: true },
    sets: ['common.security.authorizationEnabled'],
    carried: to('common.security.authorizationEnabled'),
  },
  {
    ...{ value: 'msgChannel.chanNamePrefix.cluster', first: '3.1.4', last: '3.3.6', otherwise: 'by-dev', vital: true },
    sets: ['common.chanNamePrefix.cluster'],
    carried: to(...channelPrefix),
    // Charts to 3.3.6 write only the name that later releases of Milvus 2.2 read last:
    // https://github.com/milvus-io/milvus/pull/21871. Before 3.3.2 pods do not get user.yaml.
    carriedFrom: '3.3.2',
  },
  {
    ...{ value: 'msgChannel.chanNamePrefix.cluster', first: '3.0.0', last: '3.1.3', otherwise: 'by-dev', vital: true },
    ...{ sets: ['msgChannel.chanNamePrefix.cluster'], carried: to(...channelPrefix) },
  },
  {
    // The chart goes on mounting the volume there; only RocksMQ's directory in it was told to Milvus.
    ...{ value: 'standalone.persistence.mountPath', first: '3.0.0', last: '3.3.6', otherwise: '/var/lib/milvus' },
    ...{ sets: ['rocksmq.path'], quoted: true, rocksmqOnly: true, stays: true, vital: true },
    carried: { by: 'user.yaml', settings: ['rocksmq.path'], suffix: '/rdb_data' },
  },
  {
    ...{ value: 'dataNode.flush.insertBufSize', first: '3.0.0', last: '3.2.18', otherwise: '16777216', quoted: true },
    // Renamed in Milvus 2.2.
    ...{ sets: ['dataNode.flush.insertBufSize'], carried: to('dataNode.segment.insertBufSize') },
  },
  {
    ...{ value: 'dataCoordinator.compaction.retentionDuration', first: '3.0.0', last: '3.1.3', otherwise: 432000 },
    ...{ sets: ['common.retentionDuration'], carried: to('common.retentionDuration') },
  },
  {
    ...{ value: 'knowhere.simdType', first: '3.0.0', last: '3.1.3', otherwise: 'auto' },
    ...{ sets: ['knowhere.simdType'], carried: to('common.simdType') },
  },
  {
    ...{ value: 'quotaAndLimits.limitReading.queueProtection.coolOffSpeed', first: '3.2.2', last: '3.2.9' },
    ...{ otherwise: 0.9, sets: ['quotaAndLimits.limitReading.queueProtection.coolOffSpeed'] },
    carried: to('quotaAndLimits.limitReading.coolOffSpeed'),
  },
  ...['flushRate', 'indexRate', 'compactionRate'].map(ownSwitch),
  {
    ...{ value: 'queryNode.gracefulTime', first: '3.0.0', last: '3.1.3', otherwise: 0 },
    sets: ['queryNode.gracefulTime'],
    carried: { by: 'nothing', why: 'Milvus from 2.1 on reads common.gracefulTime, for bounded consistency' },
  },
  {
    ...{ value: 'queryNode.profiling.size', first: '3.2.12', last: '3.2.13', otherwise: { enabled: false }, sets: [] },
    carried: { by: 'nothing', why: 'no template ever read it' },
  },
  ...['proxy', 'queryNode', 'indexNode', 'dataNode'].map(autoscaling),
  {
    ...{ value: 'ingress.hosts', first: '3.0.0', last: '4.0.8', otherwise: ['milvus-example.local'], sets: [] },
    carried: { by: 'value', value: 'ingress.rules', change: 'ingress-hosts-to-rules' },
  },
];
