import type { Resource } from './port.js';

const of = (group: string, version: string, plural: string, kind: string): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced: true,
});

/** The kinds this program knows by name; anything else in a manifest is found by discovery. */
export const resources = {
  pods: of('', 'v1', 'pods', 'Pod'),
  secrets: of('', 'v1', 'secrets', 'Secret'),
  configMaps: of('', 'v1', 'configmaps', 'ConfigMap'),
  events: of('', 'v1', 'events', 'Event'),
  persistentVolumeClaims: of('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  deployments: of('apps', 'v1', 'deployments', 'Deployment'),
  statefulSets: of('apps', 'v1', 'statefulsets', 'StatefulSet'),
  replicaSets: of('apps', 'v1', 'replicasets', 'ReplicaSet'),
  leases: of('coordination.k8s.io', 'v1', 'leases', 'Lease'),
  podDisruptionBudgets: of('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  // Version 1 says what scales which workload, and is served by every Kubernetes; version 2 only from 1.23 on.
  horizontalPodAutoscalers: of('autoscaling', 'v1', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  namespaces: { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
} as const satisfies Record<string, Resource>;
