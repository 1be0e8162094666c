import type { KubeObject } from '../../cluster/port.js';
import { componentOf } from '../../milvus/components.js';
import { at, objectsAt } from '../compare/fields.js';
import { imageOf } from '../target.js';
import { names, type Check } from './check.js';

const chartReadme = 'https://github.com/zilliztech/milvus-helm/blob/master/charts/milvus/README.md';

/** Helm versions older than their support window for the server still work mostly: a warning. client-go is n, window n-3..n. */
const skew: Readonly<Record<string, readonly [number, number]>> = {
  '3.14': [26, 29], '3.15': [27, 30], '3.16': [28, 31], '3.17': [29, 32], '3.18': [30, 33], '3.19': [31, 34],
  '3.20': [32, 35], '3.21': [33, 36], '3.22': [34, 37], '4.0': [31, 34], '4.1': [32, 35], '4.2': [33, 36], '4.3': [34, 37],
}; // prettier-ignore

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

const replicasOf = (manifest: readonly KubeObject[]): Map<string, unknown> =>
  new Map(
    manifest
      .map((object): [string, unknown] => [keyOf(object), at(object, 'spec', 'replicas')])
      .filter(([, replicas]) => typeof replicas === 'number'),
  );

/** Checks of tools and values against what is installed. */
export const valueChecks: readonly Check[] = [
  {
    id: 'helm-apply-method',
    severity: 'block',
    overridable: false,
    covered: false,
    why: 'A Helm 3 upgrade of a server-side release loses the apply method and leaves two field managers behind.',
    source: 'https://helm.sh/docs/overview/',
    find: ({ inspection: { facts }, helm }) =>
      facts.release.applyMethod === 'server' && helm.major < 4
        ? {
            seen: `The release is applied server-side (made by Helm 4), and this run would use Helm ${helm.text}.`,
            remedy: 'Set helm-version to a 4.x version, or leave it at its default.',
          }
        : undefined,
  },
  {
    id: 'helm-kubernetes-skew',
    severity: 'warn',
    overridable: true,
    covered: false,
    why: 'Helm supports the Kubernetes minor it is built with and three before it; other pairs are untested upstream.',
    source: 'https://helm.sh/docs/topics/version_skew/',
    find: ({ inspection: { facts }, helm }) => {
      const window = skew[`${helm.major}.${helm.minor}`];
      const minor = Number(/^v?1\.(\d+)/.exec(facts.kubernetes)?.[1]);
      return window === undefined || Number.isNaN(minor) || (minor >= window[0] && minor <= window[1])
        ? undefined
        : {
            seen: `Helm ${helm.text} supports Kubernetes 1.${window[0]} to 1.${window[1]}; the server is ${facts.kubernetes}.`,
            remedy: "Choose a helm-version whose window holds the server's version.",
          };
    },
  },
  {
    id: 'removed-api',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'Helm reads the stored manifest before it upgrades; a kind that the server no longer serves fails the upgrade and the rollback.',
    source: 'https://helm.sh/docs/topics/kubernetes_apis/',
    find: ({ unserved = [], inspection: { facts } }) =>
      unserved.length === 0
        ? undefined
        : {
            seen: `The stored manifest holds objects that Kubernetes ${facts.kubernetes} does not serve: ${names(
              unserved.map(({ apiVersion, kind, metadata }) => `${kind} ${metadata.name} (${apiVersion})`),
            )}.`,
            remedy:
              'Rewrite the stored record with the Helm plugin mapkubeapis (or install the missing custom resource definition again), then run again.',
          },
  },
  {
    id: 'stored-image-tag',
    severity: 'warn',
    overridable: true,
    covered: false,
    why: 'A tag that was ever set stays a user value and outranks every newer chart; this run sets it to the target.',
    source: chartReadme,
    find: ({ storedValues, target, inspection: { facts } }) => {
      const tag = at(storedValues, 'image', 'all', 'tag') ?? undefined;
      // The tag that runs is what an earlier upgrade wrote; only another one is worth a word.
      const running = facts.image.known ? facts.image.value.tag : undefined;
      return tag === undefined || tag === target.image.tag || tag === running
        ? undefined
        : {
            seen: `The stored values pin image.all.tag to ${typeof tag === 'string' || typeof tag === 'number' ? tag : 'something that is no tag'}; this run writes ${target.image.tag}.`,
            remedy: 'Nothing to do.',
          };
    },
  },
  {
    id: 'replicas-reset',
    severity: 'warn',
    overridable: true,
    covered: false,
    why: 'Helm writes the replicas of its values, and where they are taken out of them one pod remains; a number set by hand or by an autoscaler is lost.',
    source: 'https://helm.sh/docs/faq/changes_since_helm2/#improved-upgrade-strategy-3-way-strategic-merge-patches',
    find: ({ comparison, inspection: { facts, manifest } }) => {
      const before = replicasOf(manifest);
      const wanted = replicasOf(comparison?.rendered.manifest ?? []);
      const rendered = new Set((comparison?.rendered.manifest ?? []).map(keyOf));
      // Left out where it stood before, it is taken away, and the server's default is 1.
      const next = (key: string): unknown => wanted.get(key) ?? (before.has(key) && rendered.has(key) ? 1 : undefined);
      const reset = facts.workloads.filter(({ kind, name, component, exists, wanted: live }) => {
        const key = `${kind}/${name}`;
        const to = next(key);
        if (!exists || to === undefined || to === live) return false;
        // Changed by hand: what runs is neither what the release has said so far nor what it will say.
        return wanted.has(key) ? before.get(key) !== live : component !== undefined;
      });
      return reset.length === 0
        ? undefined
        : {
            seen: `Live replicas differ from the values: ${names(
              reset.map(({ kind, name, wanted: live }) => `${name} ${live} -> ${String(next(`${kind}/${name}`))}`),
            )}.`,
            remedy: 'Put the wanted replicas into `values` (for example proxy.replicas) to keep them.',
          };
    },
  },
  {
    id: 'target-image-not-rendered',
    severity: 'block',
    overridable: false,
    covered: true,
    why: 'The chart would leave a Milvus component on another image than the target, whatever Helm reports.',
    source: chartReadme,
    find: ({ comparison, target }) => {
      if (comparison === undefined) return undefined;
      const wanted = imageOf(target);
      const other = comparison.rendered.manifest
        .filter((object) => componentOf(object) !== undefined)
        .filter(
          (object) =>
            !objectsAt(object, 'spec', 'template', 'spec', 'containers').some(
              (container) => container.image === wanted,
            ),
        );
      return other.length === 0
        ? undefined
        : {
            seen: `With these values the chart does not give ${wanted} to ${names(other.map(({ metadata }) => metadata.name))}.`,
            remedy: 'Look for values that set another image for these components, and drop them.',
          };
    },
  },
];
