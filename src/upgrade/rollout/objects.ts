import type {
  DeploymentSpec,
  DeploymentStatus,
  ReplicaSetSpec,
  ReplicaSetStatus,
  StatefulSetSpec,
  StatefulSetStatus,
} from 'kubernetes-types/apps/v1.js';
import type { EventSeries, ObjectReference, PodSpec, PodStatus } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../../cluster/port.js';
import type { Component } from '../../milvus/knowledge.js';

export type Deployment = KubeObject & { readonly spec?: DeploymentSpec; readonly status?: DeploymentStatus };
export type StatefulSet = KubeObject & { readonly spec?: StatefulSetSpec; readonly status?: StatefulSetStatus };
export type ReplicaSet = KubeObject & { readonly spec?: ReplicaSetSpec; readonly status?: ReplicaSetStatus };
export type Pod = KubeObject & { readonly spec?: PodSpec; readonly status?: PodStatus };
export type KubeEvent = KubeObject & {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: ObjectReference;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly series?: EventSeries;
};

export type Workload = Deployment | StatefulSet;

/** A workload by name, as a manifest names it. */
export interface WorkloadRef {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
  /** Set for Milvus's own workloads, absent for dependencies. */
  readonly component?: Component;
}

/** A workload of the new manifest, and what its Milvus container has to run. */
export interface ExpectedWorkload extends WorkloadRef {
  /** Image reference of the Milvus container; absent for dependencies, whose image is the chart's business. */
  readonly image?: string;
}

/** What one look at a namespace shows of the kinds that take part in a rollout. */
export interface NamespaceObjects {
  readonly deployments: readonly Deployment[];
  readonly statefulSets: readonly StatefulSet[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
}
