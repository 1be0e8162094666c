/**
 * Chart values that a newer chart ignores without a word, as data.
 *
 * @see https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md (Breaking Changes)
 */

/** The chart that took away all values that were only a shortcut into milvus.yaml. */
export const shortcutsGone = '4.0.0';

/** A value (and all below it) that charts before 4.0.0 wrote into milvus.yaml. */
export interface Shortcut {
  readonly value: string;
  /** Where the same stands in milvus.yaml, and so in `extraConfigFiles.user.yaml`. */
  readonly setting: string;
  /** Losing it makes Milvus look in another place for its data, or opens it to everybody. */
  readonly vital?: true;
}

export const shortcuts: readonly Shortcut[] = [
  { value: 'metadata.rootPath', setting: 'etcd.rootPath', vital: true },
  // Milvus from 2.3 on has it under msgChannel, and still reads this name.
  { value: 'msgChannel.chanNamePrefix.cluster', setting: 'common.chanNamePrefix.cluster', vital: true },
  { value: 'authorization.enabled', setting: 'common.security.authorizationEnabled', vital: true },
  { value: 'quotaAndLimits', setting: 'quotaAndLimits' },
  { value: 'common.compaction.retentionDuration', setting: 'common.retentionDuration' },
  { value: 'common.simdType', setting: 'common.simdType' },
  { value: 'common.threadCoreCoefficient', setting: 'common.threadCoreCoefficient' },
  { value: 'standalone.rocksmq', setting: 'rocksmq' },
  { value: 'proxy.timeTickInterval', setting: 'proxy.timeTickInterval' },
  { value: 'proxy.maxFieldNum', setting: 'proxy.maxFieldNum' },
  { value: 'proxy.maxShardNum', setting: 'proxy.maxShardNum' },
  { value: 'proxy.maxTaskNum', setting: 'proxy.maxTaskNum' },
  { value: 'rootCoordinator.dmlChannelNum', setting: 'rootCoord.dmlChannelNum' },
  { value: 'rootCoordinator.maxPartitionNum', setting: 'rootCoord.maxPartitionNum' },
  { value: 'rootCoordinator.minSegmentSizeToEnableIndex', setting: 'rootCoord.minSegmentSizeToEnableIndex' },
  { value: 'queryCoordinator.autoHandoff', setting: 'queryCoord.autoHandoff' },
  { value: 'queryCoordinator.autoBalance', setting: 'queryCoord.autoBalance' },
  { value: 'queryCoordinator.checkInterval', setting: 'queryCoord.checkInterval' },
  { value: 'queryCoordinator.channelTaskTimeout', setting: 'queryCoord.channelTaskTimeout' },
  { value: 'queryCoordinator.segmentTaskTimeout', setting: 'queryCoord.segmentTaskTimeout' },
  { value: 'queryCoordinator.distPullInterval', setting: 'queryCoord.distPullInterval' },
  { value: 'queryCoordinator.loadTimeoutSeconds', setting: 'queryCoord.loadTimeoutSeconds' },
  { value: 'queryCoordinator.checkHandoffInterval', setting: 'queryCoord.checkHandoffInterval' },
  { value: 'queryCoordinator.taskMergeCap', setting: 'queryCoord.taskMergeCap' },
  { value: 'queryNode.segcore', setting: 'queryNode.segcore' },
  { value: 'queryNode.grouping', setting: 'queryNode.grouping' },
  { value: 'queryNode.scheduler', setting: 'queryNode.scheduler' },
  { value: 'indexCoordinator.gc', setting: 'indexCoord.gc' },
  { value: 'indexNode.scheduler', setting: 'indexNode.scheduler' },
  { value: 'dataCoordinator.enableCompaction', setting: 'dataCoord.enableCompaction' },
  { value: 'dataCoordinator.enableGarbageCollection', setting: 'dataCoord.enableGarbageCollection' },
  { value: 'dataCoordinator.segment', setting: 'dataCoord.segment' },
  { value: 'dataCoordinator.compaction', setting: 'dataCoord.compaction' },
  { value: 'dataCoordinator.gc', setting: 'dataCoord.gc' },
  { value: 'dataNode.segment', setting: 'dataNode.segment' },
];

/** A value that a chart stopped knowing, for which no other place in milvus.yaml is the answer. */
export interface Dropped {
  readonly value: string;
  /** First chart that ignores it. */
  readonly since: string;
  /** What to do about it. */
  readonly instead: string;
}

export const dropped: readonly Dropped[] = [
  { value: 'ingress.hosts', since: '4.0.9', instead: 'write ingress.rules (host, path, pathType)' },
  { value: 'mysql', since: '4.1.8', instead: 'drop it, Milvus keeps its metadata in etcd' },
  { value: 'externalMysql', since: '4.1.8', instead: 'drop it, Milvus keeps its metadata in etcd' },
  { value: 'minio.gcsgateway', since: '4.1.26', instead: 'use externalS3 with cloudProvider gcp' },
  { value: 'image.tools', since: '5.0.0', instead: 'drop it, no container uses it any more' },
];
