/** Values that a newer chart reads otherwise than charts 3.x did, for people to know before an upgrade. */
export interface ChangedValue {
  readonly value: string;
  /** First chart that reads it so. */
  readonly since: string;
  readonly what: string;
  /** It matters for numbers above this one only. */
  readonly above?: number;
  readonly source: string;
}

const template = (chart: string, file: string): string =>
  `https://github.com/zilliztech/milvus-helm/blob/milvus-${chart}/charts/milvus/templates/${file}`;

const coordinators = [
  ['rootCoordinator', 'rootcoord'],
  ['queryCoordinator', 'querycoord'],
  ['indexCoordinator', 'indexcoord'],
  ['dataCoordinator', 'datacoord'],
] as const;

export const changedValues: readonly ChangedValue[] = [
  ...coordinators.map(([value, component]) => ({
    ...{ value: `${value}.replicas`, since: '4.0.4', above: 1 },
    what: `charts before 4.0.4 always ran one; from then on the number counts, and more than one needs ${value}.activeStandby.enabled`,
    source: template('4.0.4', `${component}-deployment.yaml`),
  })),
  {
    ...{ value: 'extraConfigFiles', since: '3.3.2' },
    what: 'pods of charts before 3.3.2 did not get these files; from then on user.yaml counts above everything else',
    source: template('3.3.2', 'standalone-deployment.yaml'),
  },
];
