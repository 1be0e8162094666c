import type { KubeObject } from '../../cluster/port.js';
import { at, objectsAt } from './fields.js';

/** A volume with data of a workload that the upgrade would put on other storage. */
export interface VolumeChange {
  /** `Deployment/my-milvus-minio` */
  readonly workload: string;
  readonly volume: string;
  /** In words: `claim a`, `claim a (subPath x)`, `emptyDir`, `no volume`. */
  readonly from: string;
  readonly to: string;
}

const holdsPods = ({ kind }: KubeObject): boolean => kind === 'Deployment' || kind === 'StatefulSet';

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Where a volume is mounted from within its claim: the sub-paths of all containers, sorted; usually none. */
function subPaths(object: KubeObject, volume: string): string {
  const paths = objectsAt(object, 'spec', 'template', 'spec', 'containers')
    .flatMap((container) => objectsAt(container, 'volumeMounts'))
    .filter(({ name }) => name === volume)
    .flatMap(({ subPath, subPathExpr }) => text(subPath) ?? text(subPathExpr) ?? []);
  const all = [...new Set(paths)].sort().join(', ');
  return all === '' ? '' : ` (subPath ${all})`;
}

/** What stands behind each volume of a workload's pods: a claim by name, a claim of its own, or the kind of source. */
function sources(object: KubeObject): Map<string, { readonly text: string; readonly claim: boolean }> {
  const own = objectsAt(object, 'spec', 'volumeClaimTemplates').flatMap((template) => {
    const name = at(template, 'metadata', 'name');
    return typeof name === 'string' ? [{ name, source: 'its own claim', claim: true }] : [];
  });
  const ofPod = objectsAt(object, 'spec', 'template', 'spec', 'volumes').map((volume) => {
    const name = String(volume.name);
    const claim = at(volume, 'persistentVolumeClaim', 'claimName');
    if (typeof claim === 'string') return { name, source: `claim ${claim}`, claim: true };
    return { name, source: Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir', claim: false };
  });
  // A claim template wins over a pod volume of the same name, as the StatefulSet controller has it.
  return new Map(
    [...ofPod, ...own].map(({ name, source, claim }) => [
      name,
      { text: claim ? source + subPaths(object, name) : source, claim },
    ]),
  );
}

/**
 * Volumes on a PersistentVolumeClaim that would be on something else after the upgrade: another claim, another
 * directory of it, an emptyDir, nothing. The old claim may well be kept; the program starts empty all the same.
 *
 * @param wanted rendered objects; workloads that are new have nothing to lose
 * @param live the live object for a rendered one
 * @returns one entry a volume; a claim that stays mounted under another volume name is no change
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes
 */
export function volumeChanges(
  wanted: readonly KubeObject[],
  live: (object: KubeObject) => KubeObject | undefined,
): VolumeChange[] {
  return wanted.filter(holdsPods).flatMap((object) => {
    const current = live(object);
    if (current === undefined) return [];
    const next = sources(object);
    const still = new Set([...next.values()].filter(({ claim }) => claim).map((source) => source.text));
    return [...sources(current)]
      .filter(([, { claim }]) => claim)
      .filter(([volume, from]) => next.get(volume)?.text !== from.text)
      .filter(([volume, from]) => next.has(volume) || from.text === 'its own claim' || !still.has(from.text))
      .map(([volume, from]) => ({
        workload: `${object.kind}/${object.metadata.name}`,
        volume,
        from: from.text,
        to: next.get(volume)?.text ?? 'no volume',
      }));
  });
}
