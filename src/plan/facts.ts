import type { KubeObject } from '../cluster/port.js';
import type { ApplyMethod, ReleaseRecord, ReleaseStatus } from '../helm/port.js';
import type { EtcdConfig } from '../milvus/etcd.js';
import type { Component, CoordinatorStyle, Known, MessageQueue, Metastore, Mode } from '../milvus/knowledge.js';
import type { ObjectStorage } from '../milvus/object-storage.js';

/** A Deployment or StatefulSet of the release's manifest, as it runs. */
export interface WorkloadFact {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
  /** Set for Milvus's own workloads, absent for dependencies (etcd, MinIO, Pulsar, Kafka, Attu). */
  readonly component?: Component;
  /** False: in the manifest, but not in the cluster. */
  readonly exists: boolean;
  readonly wanted: number;
  readonly ready: number;
  readonly updated: number;
  readonly observed: boolean;
  /** The rollout of its template, as it is now, was over once: a pod that is ill since then does not count. */
  readonly completed: boolean;
  /** Images of the pod template's main containers. */
  readonly templateImages: readonly string[];
  /** Distinct images that its pods run now. */
  readonly runningImages: readonly string[];
  /** Everything rolled out and every pod ready. */
  readonly healthy: boolean;
  /** Why it is not, in words; empty when healthy. */
  readonly trouble: readonly string[];
}

/** What runs for one Milvus component. */
export interface ComponentFact {
  readonly component: Component;
  readonly workload: string;
  /**
   * Distinct images of its running pods (of the template where no pod runs), by the name that the template has for them
   * where admission put a mirror in front.
   */
  readonly images: readonly string[];
  /** Milvus version of those images; unknown for digests, custom tags or several versions. */
  readonly version: Known<string>;
}

/** etcd as Milvus uses it, and how many of its members are there. */
export interface EtcdFact extends EtcdConfig {
  /** Unknown where etcd is not part of the release. */
  readonly members: Known<{ readonly wanted: number; readonly ready: number }>;
}

/** Something in the cluster that sets the replicas of a workload of the release. */
export interface AutoscalerFact {
  readonly kind: 'HorizontalPodAutoscaler' | 'ScaledObject';
  readonly name: string;
  /** `Deployment my-milvus-querynode`. */
  readonly workload: string;
  readonly min: number;
  readonly max: number;
}

export interface DisruptionBudgetFact {
  readonly name: string;
  /** Workloads of the release whose pods it selects, `Deployment my-milvus-proxy`, sorted. */
  readonly workloads: readonly string[];
  /** Evictions that it would allow now. */
  readonly disruptionsAllowed: number;
}

/** A controller that looks after objects of the release, besides Helm. */
export interface OwnerFact {
  readonly owner: 'argo-cd' | 'flux' | 'milvus-operator';
  /** Of the Application, HelmRelease, Kustomization or Milvus, where it can be told. */
  readonly name?: string;
  /** What told it: the key of a label or annotation, or `ownerReferences`. */
  readonly evidence: string;
  /** `Deployment my-milvus-proxy`, sorted. */
  readonly objects: readonly string[];
}

/** A PersistentVolumeClaim that a workload of the release uses. */
export interface ClaimFact {
  readonly name: string;
  /** `StatefulSet my-milvus-etcd`. */
  readonly workload: string;
  /** Absent: the cluster's default class was not known when the claim was made, or the volume was bound by hand. */
  readonly storageClass?: string;
  /** Requested, as Kubernetes writes quantities: `10Gi`. */
  readonly size: string;
  /** Sorted, `ReadWriteOnce`. */
  readonly accessModes: readonly string[];
}

/** A workload whose live replicas are not those of the release's manifest. */
export interface ReplicasFact {
  readonly workload: string;
  readonly live: number;
  readonly manifest: number;
}

/** An object as a manifest names it. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** What was read from cluster and release. Plain JSON, no opinion, no secret: values and manifests are not in here. */
export interface Facts {
  readonly schema: 1;
  readonly kubernetes: string;
  /** UID of the release's namespace: which cluster this is, readable with a namespaced Role. */
  readonly clusterIdentity: Known<string>;
  readonly release: {
    readonly name: string;
    readonly namespace: string;
    readonly revision: number;
    readonly status: ReleaseStatus;
    readonly chartVersion: string;
    readonly appVersion: string;
    readonly applyMethod: ApplyMethod;
    readonly storedBytes: number;
  };
  readonly mode: Mode;
  readonly coordinators: CoordinatorStyle;
  readonly streamingNode: boolean;
  readonly indexNode: boolean;
  readonly messageQueue: Known<MessageQueue>;
  readonly rootPath: Known<string>;
  readonly bucket: Known<string>;
  /** Prefix of the data within the bucket. */
  readonly bucketRootPath: Known<string>;
  /** `minio.mode` as it runs; unknown where MinIO is not part of the release. */
  readonly minioMode: Known<'standalone' | 'distributed'>;
  readonly metastore: Known<Metastore>;
  readonly etcd: EtcdFact;
  readonly objectStorage: ObjectStorage;
  /** The version that runs, agreed by all components, or why there is none. */
  readonly sourceVersion: Known<string>;
  /** Repository and tag suffix of the running image, where all components agree. */
  readonly image: Known<{ readonly repository: string; readonly tag?: string; readonly suffix: string }>;
  readonly components: readonly ComponentFact[];
  readonly workloads: readonly WorkloadFact[];
  readonly replicas: readonly ReplicasFact[];
  readonly owners: readonly OwnerFact[];
  readonly autoscalers: {
    readonly horizontal: Known<readonly AutoscalerFact[]>;
    readonly keda: Known<readonly AutoscalerFact[]>;
  };
  readonly disruptionBudgets: Known<readonly DisruptionBudgetFact[]>;
  readonly claims: Known<readonly ClaimFact[]>;
  /** Objects of the installed manifest whose API the server does not serve (any more). */
  readonly unserved: Known<readonly ManifestObject[]>;
}

/** Facts plus the objects they came from. The objects may hold secrets: they never leave the process unhashed. */
export interface Inspection {
  readonly facts: Facts;
  /** Last revision. */
  readonly record: ReleaseRecord;
  /** All revisions that are stored, oldest first. */
  readonly history: readonly ReleaseRecord[];
  /** The revision Helm takes old values and the old manifest from: the last deployed one, else the last. */
  readonly base: ReleaseRecord;
  /** Parsed objects of the base revision's manifest. */
  readonly manifest: readonly KubeObject[];
  /** Milvus image in the last revision's manifest, where its workloads agree: what the last upgrade asked for. */
  readonly lastImage?: string;
  /** The same for the newest revision before the last that Helm finished: what ran before an unfinished upgrade. */
  readonly previousImage?: string;
  /** Live Milvus ConfigMap (default.yaml, user.yaml or milvus.yaml), if it can be read. */
  readonly config?: KubeObject;
}
