import { parseImage } from './image.js';

/** How the tags of a dependency tell its version, newest parts first; undefined: this tag tells none. */
interface Family {
  /** In the last part of the repository's name, so that a mirror is recognised. */
  readonly name: RegExp;
  readonly read: (tag: string) => readonly number[] | undefined;
}

const numbers = (match: RegExpExecArray | null): readonly number[] | undefined =>
  match?.slice(1).flatMap((part: string | undefined) => (part === undefined ? [] : [Number(part)]));

const families: readonly Family[] = [
  // `3.5.14-r1`, `v3.5.9`, `3.5.0-debian-10-r24`: version, and the build of it.
  { name: /etcd/i, read: (tag) => numbers(/^v?(\d+)\.(\d+)\.(\d+)(?:-(?:.+-)?r(\d+))?$/.exec(tag)) },
  // `RELEASE.2023-03-20T20-16-18Z`, also with a suffix such as `-cpuv1`.
  {
    name: /minio/i,
    read: (tag) => numbers(/^RELEASE\.(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)Z(?:[.-].*)?$/.exec(tag)),
  },
];

function versionIn(image: string): { readonly family: Family; readonly version: readonly number[] } | undefined {
  const { repository, tag, digest } = parseImage(image);
  // Beside a digest a tag is only a note.
  if (tag === undefined || digest !== undefined) return undefined;
  const base = repository.slice(repository.lastIndexOf('/') + 1);
  const family = families.find(({ name }) => name.test(base));
  const version = family?.read(tag);
  return family === undefined || version === undefined ? undefined : { family, version };
}

/**
 * Whether an image of etcd or MinIO is older than another one. A build number that only one of them has tells nothing.
 *
 * @param from the image that runs
 * @param to the image to come
 * @returns false as well for other programs, digests and tags that tell no version
 * @see https://hub.docker.com/r/milvusdb/etcd/tags
 * @see https://github.com/minio/minio/releases
 */
export function olderImage(from: string, to: string): boolean {
  const [now, next] = [versionIn(from), versionIn(to)];
  if (now === undefined || now.family !== next?.family) return false;
  const parts = Math.min(now.version.length, next.version.length);
  for (let i = 0; i < parts; i++) {
    const difference = (next.version[i] ?? 0) - (now.version[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
