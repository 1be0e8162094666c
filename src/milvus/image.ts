import { known, unknown, type Known } from './knowledge.js';
import { parseMilvusVersion } from './version.js';

/** The parts of an image reference. */
export interface ImageReference {
  /** With registry and port, as written: `registry.example.com:5000/milvusdb/milvus`. */
  readonly repository: string;
  readonly tag?: string;
  /** With its algorithm: `sha256:...`. */
  readonly digest?: string;
}

/**
 * Takes a reference apart. A colon is a tag only after the last slash; before it, it is a registry's port.
 *
 * @see https://github.com/distribution/reference/blob/main/reference.go
 */
export function parseImage(image: string): ImageReference {
  const at = image.indexOf('@');
  const name = at === -1 ? image : image.slice(0, at);
  const digest = at === -1 ? undefined : image.slice(at + 1);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return {
    repository: colon === -1 ? name : name.slice(0, colon),
    ...(colon === -1 ? {} : { tag: name.slice(colon + 1) }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/**
 * What Milvus appends to a version for another build of the same release. A suffix that is not here is not carried over
 * to another version, because nobody knows whether that tag exists. `-hotfix` and `-beta` are parts of the version.
 *
 * @see https://milvus.io/docs/install_cluster-helm-gpu.md
 */
const suffixes = ['-gpu'] as const;

/**
 * Version and build suffix of a tag: `v2.3.11-gpu` is 2.3.11 and `-gpu`.
 *
 * @returns undefined for `latest`, branch builds and unknown suffixes
 */
export function tagVersion(tag: string): { readonly version: string; readonly suffix: string } | undefined {
  const suffix = suffixes.find((candidate) => tag.endsWith(candidate)) ?? '';
  const version = parseMilvusVersion(tag.slice(0, tag.length - suffix.length));
  return version === undefined ? undefined : { version: version.text, suffix };
}

/** The Milvus version that an image reference tells, or why it tells none. A tag beside a digest is only a note. */
export function imageVersion(image: string): Known<string> {
  const { tag, digest } = parseImage(image);
  if (digest !== undefined) return unknown(`the image is given by digest (${digest}), which names no version`);
  if (tag === undefined) return unknown('the image has no tag');
  const read = tagVersion(tag);
  return read === undefined
    ? unknown(`the tag ${tag} is not a Milvus version with a known suffix`)
    : known(read.version, `the image tag ${tag}`);
}

/**
 * The tag for another version that continues a running one: same suffix, and a leading `v` unless the running tag is
 * written without.
 *
 * @param version without a leading v
 */
export function targetTag(version: string, running: { readonly tag?: string; readonly suffix: string }): string {
  const bare = running.tag !== undefined && /^\d/.test(running.tag);
  return `${bare ? '' : 'v'}${version}${running.suffix}`;
}
