import type { Facts } from '../facts.js';
import { nothingWouldRun, stoppedByHand } from '../stopped.js';
import { imageOf } from '../target.js';
import { names, type Check, type CheckContext } from './check.js';

const chartReadme = 'https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md';
const upgradeDocs = 'https://milvus.io/docs/upgrade_milvus_cluster-helm.md';

/** Is the run going on with the unfinished upgrade that it finds? Then the state it left is no reason to stop. */
const goesOn = (situation: string): boolean => situation === 'apply-again' || situation === 'rollout-unfinished';

/** Where a release keeps its data; what is not known of it could be changed without being seen. */
const whereabouts: readonly (readonly [
  string,
  keyof Facts & ('messageQueue' | 'rootPath' | 'bucket' | 'bucketRootPath' | 'metastore'),
])[] = [
  ['message queue', 'messageQueue'],
  ['root path', 'rootPath'],
  ['bucket', 'bucket'],
  ['prefix in the bucket', 'bucketRootPath'],
  ['metastore', 'metastore'],
];

/** Everything that is not known, each reason once with the things it hides. */
function unknowns({ inspection: { facts }, unreadable }: CheckContext): string[] {
  const reasons = new Map<string, string[]>();
  const add = (thing: string, reason: string): void => {
    reasons.set(reason, [...(reasons.get(reason) ?? []), thing]);
  };
  for (const [thing, field] of whereabouts) {
    const fact = facts[field];
    if (!fact.known) add(thing, fact.reason);
  }
  for (const { key, reason } of unreadable) add(key, reason);
  return [...reasons].map(([reason, things]) => `${things.join(', ')} (${reason})`);
}

/** Checks of what runs now: the state of the release, its workloads and what is known about them. */
export const stateChecks: readonly Check[] = [
  {
    id: 'failed-revision',
    severity: 'block',
    overridable: true,
    covered: true,
    why: 'The last Helm operation did not finish, so part of the objects may be at one revision and part at another.',
    source: 'https://helm.sh/docs/helm/helm_history/',
    find: ({ inspection: { facts, record, lastImage }, situation, target }) =>
      facts.release.status !== 'failed' || goesOn(situation)
        ? undefined
        : {
            seen: `Revision ${record.revision} of the release failed, and it was for chart ${record.chart.version} with ${lastImage ?? 'several images'}, not for the chart of this run with ${imageOf(target)}.`,
            remedy:
              'Run the earlier upgrade again with its own inputs, and start this one from there. Roll back with helm rollback only where no pod of a newer minor version has started.',
          },
  },
  {
    id: 'mixed-images',
    severity: 'block',
    overridable: true,
    covered: false,
    why: 'Two versions of Milvus run side by side: an upgrade has not ended, or somebody changed an image by hand.',
    source: upgradeDocs,
    find: ({ inspection: { facts }, situation }) => {
      const images = [...new Set(facts.components.flatMap((component) => component.images))];
      return images.length < 2 || goesOn(situation)
        ? undefined
        : {
            seen: `Milvus components run different images: ${names(images)}.`,
            remedy:
              'Finish the upgrade that was begun (run it again with its inputs), or bring all components to one image first.',
          };
    },
  },
  {
    id: 'unhealthy-workloads',
    severity: 'block',
    overridable: true,
    covered: false,
    why: 'An upgrade restarts everything at once; what is broken before it is not mended by it, and hides what it breaks.',
    source: upgradeDocs,
    find: ({ inspection: { facts }, situation }) => {
      const ill = facts.workloads.filter((workload) => !workload.healthy);
      return ill.length === 0 || goesOn(situation)
        ? undefined
        : {
            seen: `Not healthy before the upgrade: ${names(
              ill.map(({ kind, name, ready, wanted }) => `${kind} ${name} (${ready} of ${wanted} ready)`),
            )}.`,
            remedy: 'Repair these workloads first (kubectl describe, kubectl logs), or allow this check.',
          };
    },
  },
  {
    id: 'scaled-to-zero',
    severity: 'block',
    overridable: true,
    covered: false,
    why: 'Somebody stopped them on purpose; an upgrade through Helm would start them again.',
    source: 'https://kubernetes.io/docs/reference/kubectl/generated/kubectl_scale/',
    find: ({ inspection, comparison }) => {
      const stopped = stoppedByHand(inspection);
      if (stopped.length > 0)
        return {
          seen: `Scaled to zero by hand: ${names(stopped.map(({ kind, name }) => `${kind} ${name}`))}.`,
          remedy:
            'Find out why; start them again with kubectl scale, or allow this check to have the upgrade start them as the values say.',
        };
      return comparison !== undefined && nothingWouldRun(inspection, comparison.rendered.manifest)
        ? {
            seen: 'Every workload of Milvus is at zero, and the values leave it there: nothing tells how many are wanted.',
            remedy:
              'Say how many there are to be in `values` (for example proxy.replicas), or allow this check to upgrade what stays stopped.',
          }
        : undefined;
    },
  },
  {
    id: 'identity-unknown',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'A chart default could silently replace the message queue, mode, root path or bucket, and the data with it.',
    source: chartReadme,
    find: (context) => {
      const all = unknowns(context);
      return all.length === 0
        ? undefined
        : {
            seen: `What runs is not known for: ${names(all)}.`,
            remedy:
              "Give the credentials the right to read the release's ConfigMap and workloads. Where Milvus's configuration itself does not say it, write it there as it runs (extraConfigFiles.user.yaml, or your own ConfigMap).",
          };
    },
  },
  {
    id: 'record-size',
    severity: 'warn',
    overridable: true,
    covered: false,
    why: 'Helm stores a revision in one Secret, and a Secret holds 1 MiB at most; a larger one cannot be written.',
    source: 'https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size',
    find: ({ inspection: { record } }) =>
      record.storedBytes < 900_000
        ? undefined
        : {
            seen: `The stored record of revision ${record.revision} has ${record.storedBytes} bytes.`,
            remedy: "Shorten the release's user values (a copied values.yaml is the usual reason).",
          },
  },
];
