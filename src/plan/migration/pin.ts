import { gte, lt } from 'semver';
import type { KubeObject } from '../../cluster/port.js';
import type { Values } from '../../helm/port.js';
import { unknown, known, type Known } from '../../milvus/knowledge.js';
import {
  before,
  migrationChart,
  notPinned,
  pinnedImages,
  pinnedSections,
  unpinnable,
  type PinnedImage,
} from '../../milvus/migration-values-pins.js';
import { effective } from '../../values/merge.js';
import { equal, getPath, isMap, setPath } from '../../values/tree.js';
import type { CarryQuestion } from './question.js';
import { settingText } from './settings.js';

/** A value that keeps a dependency as it runs. */
export interface Pin {
  readonly key: string;
  readonly value: unknown;
  readonly from: string;
}

export interface Pinned {
  /** What is to be laid over the stored values; a later upgrade has to take these keys back, or they stay for good. */
  readonly pins: readonly Pin[];
  /** `pins` as values. */
  readonly values: Values;
  /** Changes of dependencies that no value holds back, in sentences. */
  readonly exceptions: readonly string[];
  /** Images that cannot be written as values, in sentences: do not go on when there are any. */
  readonly unpinned: readonly string[];
}

interface ImageParts {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** A first part with a dot or a port is a registry: https://github.com/distribution/reference/blob/main/normalize.go. */
function partsOf(image: string): ImageParts | undefined {
  const [, name = '', tag] = /^([^@]*?):([^:/@]+(?:@.+)?)$/.exec(image) ?? [];
  if (tag === undefined) return undefined;
  const [first = '', ...rest] = name.split('/');
  const registry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return { registry: registry ? first : '', repository: registry ? rest.join('/') : name, tag };
}

const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;

const podOf = ({ spec }: KubeObject): Values => {
  const template = isMap(spec) ? spec.template : undefined;
  return isMap(template) && isMap(template.spec) ? template.spec : {};
};

const listOf = (value: unknown): readonly Values[] => (Array.isArray(value) ? value.filter(isMap) : []);

function imageOf(workload: KubeObject): Known<string> {
  const [first] = listOf(podOf(workload).containers);
  return typeof first?.image === 'string'
    ? known(first.image, nameOf(workload))
    : unknown(`${nameOf(workload)} has no container with an image`);
}

const isWorkload = ({ kind }: KubeObject): boolean => kind === 'StatefulSet' || kind === 'Deployment';

const workloadsOf = ({ labels }: PinnedImage, live: readonly KubeObject[]): readonly KubeObject[] =>
  live.filter(
    (object) =>
      isWorkload(object) && Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value),
  );

const scalarsEqual = (a: unknown, b: unknown): boolean =>
  equal(a, b) || (!isMap(a) && !isMap(b) && !Array.isArray(a) && String(a) === String(b));

/** Leaves of a section; a list is one value, and an empty map none. */
const leavesOf = (value: unknown, path: string): readonly (readonly [string, unknown])[] =>
  isMap(value) ? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, `${path}.${key}`)) : [[path, value]];

/** Defaults that the target chart has otherwise, or for the first time. */
function settingPins({ installed, target, userValues }: CarryQuestion, present: ReadonlySet<string>): readonly Pin[] {
  const runs = effective(installed.values, userValues);
  const comes = effective(target.values, userValues);
  const counting = pinnedSections.filter(
    ({ dependency, when }) =>
      (dependency === undefined || present.has(dependency)) &&
      (when === undefined || getPath(runs, when.value) === when.is),
  );
  const changed = counting.flatMap(({ section }) =>
    leavesOf(getPath(runs, section) ?? {}, section)
      // Only paths without a dot in a key can be written; such keys are labels and annotations.
      .filter(([path, value]) => getPath(runs, path) === value && !scalarsEqual(value, getPath(comes, path)))
      .filter(([path, value]) => value !== null && !notPinned.includes(path) && !isImage(path))
      .map(([key, value]) => ({ key, value, from: `chart ${installed.version}, installed` })),
  );
  const added = before
    .filter(({ dependency }) => present.has(dependency))
    .filter(({ value }) => getPath(runs, value) === undefined && getPath(comes, value) !== undefined)
    .map(({ value, was }) => ({ key: value, value: was, from: `chart ${installed.version}, which did not have it` }));
  return [...changed, ...added];
}

/** Images are taken from what runs, not from the values. */
const isImage = (path: string): boolean => pinnedImages.some(({ section }) => path.startsWith(`${section}.`));

function imagePins(question: CarryQuestion, live: readonly KubeObject[]): { pins: Pin[]; unpinned: string[] } {
  const comes = effective(question.target.values, question.userValues);
  const pins: Pin[] = [];
  const unpinned: string[] = [];
  for (const row of pinnedImages) {
    const workloads = workloadsOf(row, live);
    const images = workloads.map(imageOf);
    const [first] = images;
    if (first === undefined) continue;
    const parts = first.known ? partsOf(first.value) : undefined;
    const differs = images.some((image) => !image.known || !first.known || image.value !== first.value);
    if (parts === undefined || differs) {
      const names = workloads.map(nameOf).join(' and ');
      unpinned.push(
        `The image of ${names} cannot be written as ${row.section}: ${differs ? 'they differ' : 'it has no tag'}.`,
      );
      continue;
    }
    const { registry, repository, tag } = parts;
    const values: readonly (readonly [string, string])[] = row.registry
      ? [
          ['registry', registry],
          ['repository', repository],
          ['tag', tag],
        ]
      : [
          ['repository', registry === '' ? repository : `${registry}/${repository}`],
          ['tag', tag],
        ];
    const wanted = values.filter(
      ([key, value]) => !same(key, getPath(comes, `${row.section}.${key}`) ?? row.own?.[key], value),
    );
    pins.push(
      ...wanted.map(([key, value]) => ({ key: `${row.section}.${key}`, value, from: first.known ? first.from : '' })),
    );
  }
  return { pins, unpinned };
}

/** What a section does not show comes from the dependency's own chart, which all use docker.io. */
const same = (key: string, comes: unknown, runs: string): boolean =>
  key === 'registry' && comes === undefined ? runs === 'docker.io' : settingText(comes ?? null) === runs;

/** etcd's chart writes `new` at an install and `existing` at every upgrade, so the first upgrade replaces all members. */
function clusterStatePin(live: readonly KubeObject[]): readonly Pin[] {
  const etcd = pinnedImages.filter(({ dependency }) => dependency === 'etcd').flatMap((row) => workloadsOf(row, live));
  return etcd.flatMap((workload) => {
    const variables = listOf(podOf(workload).containers).flatMap(({ env }) => listOf(env));
    const state = variables.find(({ name }) => name === 'ETCD_INITIAL_CLUSTER_STATE')?.value;
    return state === 'new' ? [{ key: 'etcd.initialClusterState', value: state, from: nameOf(workload) }] : [];
  });
}

/** The chart's own tool would print the configuration, with credentials, into the log of every pod. */
function toolsPin({ target, userValues }: CarryQuestion): readonly Pin[] {
  const { key, bad, good } = migrationChart.tools;
  return getPath(effective(target.values, userValues), key) === bad
    ? [{ key, value: good, from: migrationChart.toolsSource }]
    : [];
}

/**
 * The values that keep etcd, MinIO and the message queue as they run, so that in an upgrade only Milvus's pods change.
 * Only what would change otherwise is written.
 *
 * @param question charts with their default values, and the stored user values
 * @param live StatefulSets and Deployments of the release as they are in the cluster
 */
export function pinDependencies(question: CarryQuestion, live: readonly KubeObject[]): Pinned {
  const present = new Set(
    pinnedImages.filter((row) => workloadsOf(row, live).length > 0).map(({ dependency }) => dependency),
  );
  const images = imagePins(question, live);
  const pins = [...images.pins, ...settingPins(question, present), ...clusterStatePin(live), ...toolsPin(question)];
  const { installed, target } = question;
  const crossed = (chart: string): boolean => lt(installed.version, chart) && gte(target.version, chart);
  const exceptions = unpinnable
    .filter(({ dependency, charts }) => present.has(dependency) && charts.some(crossed))
    .map(({ what, source }) => `${what} (${source}).`);
  return {
    ...{ pins, exceptions, unpinned: images.unpinned },
    values: pins.reduce<Values>((values, { key, value }) => setPath(values, key, value), {}),
  };
}
