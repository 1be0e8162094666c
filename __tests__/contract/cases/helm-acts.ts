import type { KubeObject } from '../../../src/cluster/port.js';
import { resources } from '../../../src/cluster/resources.js';
import { parseManifest } from '../../../src/helm/manifest.js';
import type { Helm, ReleaseRecord, ReleaseStatus } from '../../../src/helm/port.js';
import { recordSecretName } from '../../../src/helm/record.js';
import { unlock } from '../../../src/helm/unlock.js';
import { comparePending } from '../../../src/upgrade/pending/compare.js';
import { lookAtLive } from '../../../src/upgrade/pending/live.js';
import { recordOf, releaseIn } from '../../model/releases.js';
import { Recording } from '../recording.js';
import { intent, release, type Cut, type Stage } from '../stage.js';
import { history } from '../views.js';

const { configMaps, deployments, secrets } = resources;

/** Labels as the engine gives them. */
export const labels = { 'milvus-upgrade/attempt': 'abc', 'milvus-upgrade/from': '1' };

type More = Parameters<typeof intent>[2];

export const upgrade = (stage: Stage, more: More = {}, helm: Helm = stage.helm): Promise<void> =>
  helm.upgrade(intent(stage, 'two', more));

/** The same, to be cut. */
export const cutUpgrade =
  (stage: Stage, more: More = {}): Cut<unknown>['act'] =>
  (helm, signal) =>
    helm.upgrade(intent(stage, 'two', more), signal);

const backTo = ({ namespace }: Stage, revision: number) =>
  ({ release, namespace, revision, timeoutMs: 90_000, description: 'back' }) as const;

export const rollback = (stage: Stage, revision: number): Promise<void> => stage.helm.rollback(backTo(stage, revision));

export const cutRollback =
  (stage: Stage, revision: number): Cut<unknown>['act'] =>
  (helm, signal) =>
    helm.rollback(backTo(stage, revision), signal);

export const secretOf = async (stage: Stage, revision: number): Promise<KubeObject> => {
  const secret = await stage.ports.get(secrets, recordSecretName(release, revision), stage.namespace);
  if (secret === undefined) throw new Error(`there is no revision ${revision}`);
  return secret;
};

export const described = ({ revision, status, description }: ReleaseRecord): string =>
  `${revision} ${status}: ${description}`;

const contentOf = ({ kind, spec, data, metadata }: KubeObject): string =>
  kind === 'Secret' ? (metadata.labels?.status ?? '') : JSON.stringify([spec, data, metadata.labels]);

const nameOf = ({ kind, metadata }: KubeObject): string =>
  kind === 'Secret' ? `record ${metadata.labels?.version ?? ''}` : `${kind} ${metadata.name}`;

/** What Helm writes, in its order: objects, and each new status of a record. */
export const writes = (stage: Stage, act: () => Promise<unknown>): Promise<readonly string[]> =>
  Recording.of(stage, [secrets, configMaps, deployments], async (recording) => {
    const there = [secrets, configMaps, deployments].flatMap((kind) => recording.state.all(kind));
    const seen = new Map(there.map((object) => [nameOf(object), contentOf(object)]));
    await act();
    return (await recording.changes()).flatMap(({ type, object }) => {
      const [name, content] = [nameOf(object), contentOf(object)];
      const same = type === 'changed' && seen.get(name) === content;
      seen.set(name, content);
      if (same) return [];
      return [object.kind === 'Secret' ? `${name} ${content}` : `${type} ${name}`];
    });
  });

/** Which objects follow the last revision, and which the one before, as the engine sees it. */
export async function compared(stage: Stage): Promise<readonly string[]> {
  const records = await history(stage);
  const objectsOf = ({ revision, manifest }: ReleaseRecord) => ({
    revision,
    objects: parseManifest(manifest, stage.namespace),
  });
  const [old, next] = records.slice(-2).map(objectsOf);
  if (old === undefined || next === undefined) throw new Error('there are no two revisions');
  const live = await lookAtLive(stage.ports, stage.namespace, old.objects, next.objects);
  return comparePending(old, next, live).objects.map(({ kind, name, state }) => `${kind} ${name} ${state}`);
}

/** A pending revision is freed as the engine does it. */
export const unlocked = async (stage: Stage, revision: number): Promise<string> => {
  const secret = await secretOf(stage, revision);
  return (await unlock({ writes: stage.ports, clock: stage.clock }, secret, 'freed')).outcome;
};

/** More revisions like the first one. */
export async function addRevisions(stage: Stage, from: number, to: number, status: ReleaseStatus): Promise<void> {
  const first = releaseIn(await secretOf(stage, 1));
  for (let version = from; version <= to; version += 1)
    await stage.user.create(secrets, recordOf({ ...first, version, info: { ...first.info, status } }, {}, true));
}
