import { at } from '../compare/fields.js';
import { names, type Check } from './check.js';

const chartReadme = 'https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md';

/** Checks of the objects that a dry run gives against what runs. What would lose data cannot be overridden. */
export const objectChecks: readonly Check[] = [
  {
    id: 'statefulset-removed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'A StatefulSet holds etcd, object storage or the message queue; without it Milvus loses what is in there.',
    source: chartReadme,
    find: ({ comparison }) => {
      const gone = (comparison?.diff ?? []).filter(
        ({ kind, change }) => kind === 'StatefulSet' && change === 'removed',
      );
      return gone.length === 0
        ? undefined
        : {
            seen: `This upgrade would remove ${names(gone.map(({ name }) => `StatefulSet ${name}`))}.`,
            remedy:
              'Take another chart-version, or set the values that keep these workloads, and look at the plan again.',
          };
    },
  },
  {
    id: 'volume-removed',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Deleting a PersistentVolumeClaim usually deletes its volume with the data.',
    source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming',
    find: ({ comparison }) => {
      const gone = (comparison?.diff ?? []).filter(
        ({ kind, name, change }) =>
          kind === 'PersistentVolumeClaim' && change === 'removed' && comparison?.kept.has(`${kind}/${name}`) !== true,
      );
      return gone.length === 0
        ? undefined
        : {
            seen: `This upgrade would delete ${names(gone.map(({ name }) => `PersistentVolumeClaim ${name}`))}.`,
            remedy:
              'Set the values that keep the claim (persistence.enabled, existingClaim), and look at the plan again.',
          };
    },
  },
  {
    id: 'message-queue-added',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'A second message queue beside the running one is a chart default that took effect, not a wish.',
    source: chartReadme,
    find: ({ comparison, inspection: { facts } }) => {
      const { name: release } = facts.release;
      const own = (name: string): string => (name.startsWith(`${release}-`) ? name.slice(release.length) : name);
      const added = (comparison?.diff ?? []).filter(
        ({ kind, name, change }) =>
          kind === 'StatefulSet' &&
          change === 'added' &&
          /pulsar|kafka|zookeeper|bookie|bookkeeper|woodpecker/i.test(own(name)),
      );
      return added.length === 0
        ? undefined
        : {
            seen: `This upgrade would add ${names(added.map(({ name }) => `StatefulSet ${name}`))}.`,
            remedy:
              'Set pulsar.enabled, pulsarv3.enabled and kafka.enabled explicitly to what runs, and look at the plan again.',
          };
    },
  },
  {
    id: 'immutable-field',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'The API server refuses the change, and Helm would stop in the middle with part of the objects upgraded.',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations',
    find: ({ comparison }) => {
      const changes = comparison?.immutable ?? [];
      return changes.length === 0
        ? undefined
        : {
            seen: `Fields that cannot be changed would change: ${names(changes.map(({ object, field }) => `${field} of ${object}`))}.`,
            remedy: 'Give these fields the values that run (usually a storage size or class in `values`).',
          };
    },
  },
  {
    id: 'field-owned-by-another-manager',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Helm 4 applies server-side: the API server refuses to overwrite a field that another manager owns.',
    source: 'https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts',
    find: ({ comparison, inspection: { facts } }) => {
      const conflicts = facts.release.applyMethod === 'server' ? (comparison?.conflicts ?? []) : [];
      return conflicts.length === 0
        ? undefined
        : {
            seen: `Fields belong to another manager and would change: ${names(
              conflicts.map(({ object, field, manager }) => `${field} of ${object} (${manager})`),
            )}.`,
            remedy:
              'Put the value into `values` as it runs, or let that tool set the field to what this upgrade brings (the plan shows it).',
          };
    },
  },
  {
    id: 'dependency-image-pinned',
    severity: 'warn',
    overridable: true,
    covered: true,
    why: 'A release that pinned a whole values file keeps the dependencies of the old chart; look whether that is meant.',
    source: chartReadme,
    find: ({ storedValues }) => {
      const pinned = ['etcd', 'minio', 'pulsar', 'kafka'].filter(
        (key) => (at(storedValues, key, 'image', 'tag') ?? undefined) !== undefined,
      );
      return pinned.length === 0
        ? undefined
        : {
            seen: `The stored values pin the image of ${names(pinned)}; the new chart's image for it is not used.`,
            remedy:
              'Nothing to do if it is meant; else set the tag (for example etcd.image.tag) to null in `values` once.',
          };
    },
  },
];
