import * as find from './finders.js';
import type { Find } from './finders.js';

/** One way in which a rollout may not succeed, and how long it may yet heal by itself. Times in milliseconds. */
export interface Detector {
  readonly name: string;
  /** Id of the Problem that ends the wait. */
  readonly id: string;
  readonly find: Find;
  /** It has to be seen without a gap for this long to end the wait; absent: it is told, and never ends it. */
  readonly graceMs?: number;
  /** Used instead while other workloads are still rolling out; begins anew whenever one of their pods moves on. */
  readonly whileOthersRollMs?: number;
  /** Why this grace. */
  readonly reason: string;
  /** What the reader does. */
  readonly remedy: string;
  /** Where the behaviour is described. */
  readonly source: string;
}

const s = 1000;
const again = 'then run again with the same inputs';

/** In the order in which they are told: causes before what follows from them. */
export const detectors: readonly Detector[] = [
  {
    name: 'missing',
    id: 'workload-missing',
    find: find.missing,
    graceMs: 10 * s,
    reason: 'Helm has created it before it ended; only a cached read may lag behind.',
    remedy: `Find out who deleted it (audit log, another controller), ${again}.`,
    source: 'https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions',
  },
  {
    name: 'not-removed',
    id: 'workload-not-removed',
    find: find.notRemoved,
    graceMs: 10 * s,
    reason: 'Helm deletes what the new manifest lacks before it ends; only a cached read may lag behind.',
    remedy: `Delete it, or find out who made it again, ${again}.`,
    source: 'https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource',
  },
  {
    name: 'wrong-image',
    id: 'wrong-image',
    find: find.wrongImage,
    graceMs: 10 * s,
    reason: 'A template does not change by itself; the watches of pods and workloads may be seconds apart.',
    remedy: `Look for values or an admission webhook that set another image, or somebody who changed it by hand, ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
  },
  {
    name: 'paused',
    id: 'rollout-paused',
    find: find.paused,
    graceMs: 10 * s,
    reason: 'Only a person resumes a paused Deployment.',
    remedy: `Resume it with "kubectl rollout resume", ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment',
  },
  {
    name: 'held-by-strategy',
    id: 'rollout-held',
    find: find.heldByStrategy,
    graceMs: 10 * s,
    reason: 'The StatefulSet controller never replaces these pods by itself.',
    remedy: `Delete the named pods one after another, each when the one before is Ready, or set the strategy to RollingUpdate without partition; ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies',
  },
  {
    name: 'invalid-image-name',
    id: 'image-pull',
    find: find.waitingFor('has an invalid image name:', 'InvalidImageName'),
    graceMs: 0,
    reason: 'A malformed reference cannot become valid.',
    remedy: 'Correct the image (input "image", or the chart value it comes from) and run again.',
    source: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
  },
  {
    name: 'image-pull',
    id: 'image-pull',
    find: find.waitingFor(
      'cannot pull image',
      'ErrImagePull',
      'ImagePullBackOff',
      'ErrImageNeverPull',
      'ImageInspectError',
      'RegistryUnavailable',
      'SignatureValidationFailed',
    ),
    graceMs: 90 * s,
    reason: 'The kubelet tries again after 10, 20 and 40 s; a registry hiccup heals in one of these tries.',
    remedy: `Check that the image exists and that the nodes may pull it (name, tag, pull secret, registry); repair it, ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff',
  },
  {
    name: 'container-config',
    id: 'container-config',
    find: find.waitingFor('cannot be created from image', 'CreateContainerConfigError', 'CreateContainerError'),
    graceMs: 60 * s,
    reason: 'A Secret or ConfigMap that another controller fills may come a moment after the pod.',
    remedy: `Create the Secret, ConfigMap or key that is missing, ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/configuration/secret/#restriction-secret-must-exist',
  },
  {
    name: 'crash-loop',
    id: 'crash-loop',
    find: find.crashing(5, true),
    graceMs: 0,
    reason:
      'The back-off is 10, 20, 40, 80 and 160 s: five restarts are more than five minutes of trying. Milvus restarts a few times while etcd, object store and message queue roll; its restarts count only once those are ready.',
    remedy: `Read the container's last log lines, repair the cause, ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts',
  },
  {
    name: 'crash-loop-slow',
    id: 'crash-loop',
    find: find.crashing(2, false),
    graceMs: 600 * s,
    reason: 'A pod that starts deep in its back-off is tried every five minutes only: two failed tries in ten minutes.',
    remedy: `Read the container's last log lines, repair the cause, ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts',
  },
  {
    name: 'quota',
    id: 'quota-exceeded',
    find: find.notCreated('quota'),
    graceMs: 60 * s,
    whileOthersRollMs: 180 * s,
    reason:
      'Old pods that end give their share back: within 30 s of termination, and for other workloads only after their new pods are ready, 90 s of probe delay and an image pull later.',
    remedy: `Raise the ResourceQuota or lower the requests (a rolling update needs room for old and new pods), ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/policy/resource-quotas/',
  },
  {
    name: 'pod-refused',
    id: 'pod-refused',
    find: find.notCreated('other'),
    graceMs: 60 * s,
    reason: 'An admission webhook may be restarting; the controller tries again with growing pauses.',
    remedy: `Read why the API server refuses the pod (admission webhook, Pod Security, missing service account), repair that, ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment',
  },
  {
    name: 'volume-not-bound',
    id: 'volume-not-bound',
    find: find.notScheduled('volume'),
    graceMs: 300 * s,
    reason: 'Making a disk takes a cloud provider up to a few minutes.',
    remedy: `Look at the PersistentVolumeClaim (storage class, provisioner, zone), repair it, ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding',
  },
  {
    name: 'unschedulable',
    id: 'unschedulable',
    find: find.notScheduled('capacity'),
    graceMs: 60 * s,
    whileOthersRollMs: 180 * s,
    reason:
      'Old pods that end make room: within 30 s of termination, and for other workloads only after their new pods are ready, 90 s of probe delay and an image pull later.',
    remedy: `Make room (nodes, requests, node selector, taints, affinity), ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/',
  },
  {
    name: 'unschedulable-scaling',
    id: 'unschedulable',
    find: find.notScheduled('scaling'),
    graceMs: 900 * s,
    reason: 'The cluster autoscaler gives a new node 15 minutes (--max-node-provision-time).',
    remedy: `Find out why the autoscaler's node does not come, ${again}.`,
    source: 'https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md',
  },
  {
    name: 'volume-mount',
    id: 'volume-mount',
    find: find.notMounted,
    graceMs: 600 * s,
    reason: 'A disk that hangs on another node is detached by force after six minutes.',
    remedy: `Look at the pod's events (disk still attached elsewhere, missing Secret or ConfigMap), repair it, ${again}.`,
    source: 'https://kubernetes.io/docs/concepts/architecture/nodes/#storage-detach-on-timeout',
  },
  {
    name: 'blocked-by-old-pod',
    id: 'stateful-set-blocked',
    find: find.blockedByOldPod,
    graceMs: 300 * s,
    reason: 'The old pod may become ready again, and is then replaced in its turn.',
    remedy: `Delete that pod: Kubernetes then makes it from the new template. Then run again with the same inputs.`,
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback',
  },
  {
    name: 'no-progress',
    id: 'rollout-timeout',
    find: find.noProgress,
    reason:
      'Kubernetes takes no action on it and a Deployment may still complete, for example after slow dependencies.',
    remedy: 'Look at its pods.',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds',
  },
  {
    name: 'ended',
    id: 'rollout-timeout',
    find: find.ended,
    reason: 'The controller replaces an evicted pod by itself.',
    remedy: 'Look at the node it ran on.',
    source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/',
  },
];
