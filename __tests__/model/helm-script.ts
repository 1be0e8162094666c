import type { KubeObject } from '../../src/cluster/port.js';
import type { Values } from '../../src/helm/port.js';
import { stack, threeWay } from './merge.js';
import { manifestObjects, recordName, recordOf, releaseIn, withoutSystemLabels } from './releases.js';
import type { Release } from './releases.js';
import type { Store, Stored } from './store.js';

/** A chart as far as the model needs it. */
export interface ModelChart {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly values: Values;
  /** The manifest for user values; the same text for the same values, so that it is parsed once. */
  readonly render: (release: string, namespace: string, userValues: Values) => string;
}

/** One request of Helm's to the API server. */
export interface HelmOp {
  readonly name: string;
  readonly write: boolean;
  readonly perform: () => OpAnswer;
}

export type OpAnswer = { readonly ok: true } | { readonly ok: false; readonly error: string };
export type Script = Generator<HelmOp, string | undefined, OpAnswer>;

/** In what the majors differ in what they write. https://github.com/helm/helm, branches main and dev-v3 */
export const majors = {
  3: { recordsApplyMethod: false, failsWhereDeletingFails: false, rollbackTakesDescription: false },
  4: { recordsApplyMethod: true, failsWhereDeletingFails: true, rollbackTakesDescription: true },
} as const;

export interface HelmWorld {
  readonly store: Store;
  readonly who: string;
  readonly now: () => number;
  readonly major: 3 | 4;
  readonly compressed: boolean;
  readonly historyMax: number;
}

export interface UpgradeOrder {
  readonly release: string;
  readonly namespace: string;
  readonly chart: ModelChart;
  readonly values: Values;
  /** `--reset-values`: the values are all there are. */
  readonly whole: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
}

export interface RollbackOrder {
  readonly release: string;
  readonly namespace: string;
  readonly revision: number;
  readonly description: string;
}

const pending = (release: Release): boolean => release.info.status.startsWith('pending-');
const answerOf = (stored: Stored, otherwise: (reason: string) => string): OpAnswer =>
  stored.ok ? { ok: true } : { ok: false, error: otherwise(stored.message ?? stored.reason) };

/** One `helm upgrade` or `helm rollback` as its sequence of requests. A script returns the error on stderr, if any. */
export class HelmScripts {
  readonly #world: HelmWorld;
  /** The revision this Helm has made, as it holds it; set once its Secret may be there. */
  made: Release | undefined;

  constructor(world: HelmWorld) {
    this.#world = world;
  }

  /** https://github.com/helm/helm/blob/main/pkg/action/upgrade.go */
  *upgrade(order: UpgradeOrder): Script {
    const { release, namespace, chart } = order;
    let history: readonly Release[] = [];
    const read = yield this.#read('read the history', () => (history = this.#history(release, namespace)));
    if (!read.ok) return `UPGRADE FAILED: ${read.error}`;
    const last = history.at(-1);
    if (last === undefined) return `UPGRADE FAILED: "${release}" has no deployed releases`;
    if (pending(last)) return 'UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress';
    const deployed = history.filter(({ info }) => info.status === 'deployed').at(-1);
    const found = deployed ?? (['failed', 'superseded'].includes(last.info.status) ? last : undefined);
    if (found === undefined) return `UPGRADE FAILED: "${release}" has no deployed releases`;

    const { values: config, stored } = order.whole
      ? { values: order.values, stored: found.config }
      : stack(found.config, order.values);
    const current = { ...found, config: stored };
    const manifest = chart.render(release, namespace, config);
    const foreign = this.#foreign(current.manifest, manifest, release, namespace);
    if (foreign !== undefined) return `UPGRADE FAILED: ${foreign}`;
    const made: Release = {
      name: release,
      namespace,
      version: last.version + 1,
      info: this.#info(current, 'pending-upgrade', 'Preparing upgrade'),
      chart: {
        metadata: { name: chart.name, version: chart.version, appVersion: chart.appVersion },
        values: chart.values,
      },
      config,
      manifest,
      ...this.#applyMethod(last),
      // Labels are handed on from the last revision, whoever made it.
      labels: Object.fromEntries(
        Object.entries({ ...last.labels, ...order.labels }).filter(([, text]) => text !== 'null'),
      ),
    };
    const created = yield* this.#create(made, history);
    if (created !== undefined) return `UPGRADE FAILED: ${created}`;
    const error = yield* this.#apply(current.manifest, made);
    if (error !== undefined) {
      yield this.#record(current);
      yield this.failing(error);
      return `UPGRADE FAILED: ${error}`;
    }
    // A record that cannot be superseded is only a warning.
    yield this.#record(withStatus(current, 'superseded'));
    const description = order.description === '' ? 'Upgrade complete' : order.description;
    const end = yield this.#record(withStatus(made, 'deployed', description));
    return end.ok ? undefined : `UPGRADE FAILED: ${end.error}`;
  }

  /** https://github.com/helm/helm/blob/main/pkg/action/rollback.go. Does not ask whether the last revision is pending. */
  *rollback(order: RollbackOrder): Script {
    const { release, namespace, revision } = order;
    let history: readonly Release[] = [];
    const read = yield this.#read('read the history', () => (history = this.#history(release, namespace)));
    if (!read.ok) return read.error;
    const last = history.at(-1);
    if (last === undefined) return 'release: not found';
    const target = history.find(({ version }) => version === revision);
    if (target === undefined) return `release has no ${revision} version`;
    const given = majors[this.#world.major].rollbackTakesDescription ? order.description : '';
    const made: Release = {
      ...target,
      version: last.version + 1,
      info: this.#info(last, 'pending-rollback', given === '' ? `Rollback to ${revision}` : given),
      ...this.#applyMethod(target),
      labels: withoutSystemLabels(target.labels),
    };
    const created = yield* this.#create(made, history);
    if (created !== undefined) return created;
    const error = yield* this.#apply(last.manifest, made);
    if (error !== undefined) {
      yield this.#record(withStatus(last, 'superseded'));
      yield this.#record(withStatus(made, 'failed', `Rollback "${release}" failed: ${error}`));
      return error;
    }
    let deployed: readonly Release[] = [];
    const asked = yield this.#read('read what is deployed', () => {
      deployed = this.#history(release, namespace).filter(({ info }) => info.status === 'deployed');
    });
    if (!asked.ok) return asked.error;
    for (const one of deployed) yield this.#record(withStatus(one, 'superseded'));
    const end = yield this.#record(withStatus(made, 'deployed'));
    return end.ok ? undefined : end.error;
  }

  /** Marks the revision failed: the last thing an upgrade does after an error or a signal. */
  failing(error: string): HelmOp {
    if (this.made === undefined) throw new Error('no revision was made');
    return this.#record(withStatus(this.made, 'failed', `Upgrade "${this.made.name}" failed: ${error}`));
  }

  #history(release: string, namespace: string): readonly Release[] {
    const records = this.#world.store.list('Secret', { namespace, labelSelector: `name=${release},owner=helm` });
    return records.map(releaseIn).sort((a, b) => a.version - b.version);
  }

  #info(from: Release, status: Release['info']['status'], description: string): Release['info'] {
    const { first_deployed } = from.info;
    return { first_deployed, last_deployed: this.#world.store.instant(), deleted: '', description, status };
  }

  /** `--server-side=auto`: as the release was applied before; Helm 3 knows one way and records nothing. */
  #applyMethod(before: Release): { readonly apply_method?: string } {
    if (!majors[this.#world.major].recordsApplyMethod) return {};
    return { apply_method: before.apply_method === 'ssa' ? 'ssa' : 'csa' };
  }

  #read(name: string, read: () => unknown): HelmOp {
    return {
      name,
      write: false,
      perform: () => {
        read();
        return { ok: true };
      },
    };
  }

  *#create(made: Release, history: readonly Release[]): Generator<HelmOp, string | undefined, OpAnswer> {
    const { store, who, now, compressed, historyMax } = this.#world;
    const deployed = history.filter(({ info }) => info.status === 'deployed').at(-1);
    const surplus = history.filter((one) => one !== deployed).slice(0, Math.max(0, history.length - historyMax + 1));
    for (const { name, namespace, version } of surplus) {
      const pruned = yield {
        name: `delete record ${version}`,
        write: true,
        perform: () => answerOf(store.delete(who, 'Secret', namespace, recordName(name, version)), (why) => why),
      };
      if (!pruned.ok) return pruned.error;
    }
    const created = yield {
      name: `create record ${made.version}`,
      write: true,
      perform: () => {
        const stamp = { createdAt: String(Math.floor(now() / 1000)) };
        return answerOf(store.create(who, recordOf(made, stamp, compressed)), (why) =>
          why === 'exists' ? 'release: already exists' : `create: failed to create: ${why}`,
        );
      },
    };
    if (!created.ok) return created.error;
    this.made = made;
    return undefined;
  }

  /** An update without a resourceVersion: the last writer wins, and what is gone is an error. */
  #record(release: Release): HelmOp {
    const { store, who, now, compressed } = this.#world;
    const stamp = { modifiedAt: String(Math.floor(now() / 1000)) };
    return {
      name: `record ${release.version} ${release.info.status}`,
      write: true,
      perform: () =>
        answerOf(store.replace(who, recordOf(release, stamp, compressed)), (why) => `update: failed to update: ${why}`),
    };
  }

  *#apply(
    before: string,
    { name: release, namespace, manifest }: Release,
  ): Generator<HelmOp, string | undefined, OpAnswer> {
    const originals = manifestObjects(before, namespace);
    const targets = manifestObjects(manifest, namespace).map((object) => owned(object, release, namespace));
    const errors: string[] = [];
    for (const target of targets) {
      const op = this.#applyOne(
        originals.find((one) => sameObject(one, target)),
        target,
      );
      if (op === undefined) continue;
      const answer = yield op;
      if (answer.ok) continue;
      if (op.name.startsWith('create ')) return `failed to create resource: ${answer.error}`;
      errors.push(`cannot patch "${target.metadata.name}" with kind ${target.kind}: ${answer.error}`);
    }
    if (errors.length > 0) return errors.join(' && ');
    for (const { kind, metadata } of originals.filter((one) => !targets.some((target) => sameObject(one, target)))) {
      const live = this.#world.store.get(kind, metadata.namespace ?? '', metadata.name);
      if (live === undefined || live.metadata.annotations?.['helm.sh/resource-policy'] === 'keep') continue;
      const answer = yield {
        name: `delete ${kind} ${metadata.name}`,
        write: true,
        perform: () =>
          answerOf(this.#world.store.delete(this.#world.who, kind, metadata.namespace ?? '', metadata.name), String),
      };
      if (!answer.ok && answer.error !== 'missing')
        errors.push(`failed to delete resource name=${metadata.name}: ${answer.error}`);
    }
    return errors.length > 0 && majors[this.#world.major].failsWhereDeletingFails ? errors.join(' && ') : undefined;
  }

  /** Nothing where the live object is already what it should be. */
  #applyOne(original: KubeObject | undefined, target: KubeObject): HelmOp | undefined {
    const { store, who } = this.#world;
    const { kind, metadata } = target;
    const namespace = metadata.namespace ?? '';
    const live = store.get(kind, namespace, metadata.name);
    if (live === undefined) {
      const perform = () => answerOf(store.create(who, target), String);
      return { name: `create ${kind} ${metadata.name}`, write: true, perform };
    }
    const merge = (now: KubeObject) => threeWay(original ?? now, target, now) as KubeObject;
    if (merge(live) === live) return undefined;
    const perform = () => answerOf(store.change(who, kind, namespace, metadata.name, merge), String);
    return { name: `patch ${kind} ${metadata.name}`, write: true, perform };
  }

  /** What exists and belongs to nobody's release is not taken over. */
  #foreign(before: string, after: string, release: string, namespace: string): string | undefined {
    const originals = manifestObjects(before, namespace);
    const found = manifestObjects(after, namespace)
      .filter((object) => !originals.some((one) => sameObject(one, object)))
      .map(({ kind, metadata }) => this.#world.store.get(kind, metadata.namespace ?? '', metadata.name))
      .find((live) => live !== undefined && live.metadata.annotations?.['meta.helm.sh/release-name'] !== release);
    return found === undefined
      ? undefined
      : `unable to continue with update: ${found.kind} "${found.metadata.name}" in namespace "${namespace}" exists and cannot be imported into the current release: invalid ownership metadata`;
  }
}

const sameObject = (a: KubeObject, b: KubeObject): boolean =>
  a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;

const withStatus = (release: Release, status: Release['info']['status'], description?: string): Release => ({
  ...release,
  info: { ...release.info, status, ...(description === undefined ? {} : { description }) },
});

/** An object as Helm sends it. */
export const owned = (object: KubeObject, release: string, namespace: string): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    labels: { ...object.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: {
      ...object.metadata.annotations,
      'meta.helm.sh/release-name': release,
      'meta.helm.sh/release-namespace': namespace,
    },
  },
});
