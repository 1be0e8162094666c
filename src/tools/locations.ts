import { refused, type ProblemDetails } from '../problem.js';
import { isWindows, programName, type PlatformName, type ToolName } from './tool.js';

/** One published file of a tool. Paths are below a download base and use forward slashes. */
export interface ToolFile {
  /** For example `helm-v4.3.0-linux-amd64.tar.gz` or `v1.36.4/bin/linux/amd64/kubectl`. */
  readonly path: string;
  /** Last part of `path`. */
  readonly name: string;
  /** `program`: the file is the program itself; otherwise an archive that holds it as `member`. */
  readonly kind: 'tar.gz' | 'zip' | 'program';
  readonly member: string;
  /** Files that hold the publisher's sha256 of this one, in the order to be tried. */
  readonly checksumPaths: readonly string[];
}

/** A {@link ToolFile} that has to be unpacked. */
export type ArchiveFile = ToolFile & { readonly kind: 'tar.gz' | 'zip' };

export function isArchive(file: ToolFile): file is ArchiveFile {
  return file.kind !== 'program';
}

/**
 * Where each publisher serves its files: https://helm.sh/docs/intro/install/ and
 * https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/
 */
export const officialBases: Readonly<Record<ToolName, string>> = {
  helm: 'https://get.helm.sh',
  kubectl: 'https://dl.k8s.io/release',
};

const files: Readonly<Record<ToolName, (version: string, platform: PlatformName) => ToolFile>> = {
  helm: (version, platform) => {
    const kind = isWindows(platform) ? 'zip' : 'tar.gz';
    const name = `helm-v${version}-${platform}.${kind}`;
    const member = `${platform}/${programName('helm', platform)}`;
    return { path: name, name, kind, member, checksumPaths: [`${name}.sha256sum`, `${name}.sha256`] };
  },
  kubectl: (version, platform) => {
    const name = programName('kubectl', platform);
    const path = `v${version}/bin/${platform.replace('-', '/')}/${name}`;
    return { path, name, kind: 'program', member: name, checksumPaths: [`${path}.sha256`] };
  },
};

/** The file that holds `version` (without a leading v) of the tool for a platform. */
export function toolFile(tool: ToolName, version: string, platform: PlatformName): ToolFile {
  return files[tool](version, platform);
}

/**
 * The bases that are asked, in order. With mirrors given these are the mirrors alone: a runner that is kept off the
 * internet fails at once and with the mirror's own answer, and nothing is fetched from where the user did not say.
 * Whoever wants the publisher as a last resort names its base as the last mirror. A mirror serves both tools in the
 * publishers' layout: `<base>/helm-v4.3.0-linux-amd64.tar.gz`, `<base>/v1.36.4/bin/linux/amd64/kubectl`, and for a
 * version outside the table of checksums the publisher's checksum file beside it.
 *
 * @throws Problem (`refused`, `bad-tool-mirror`) that lists every bad mirror.
 */
export function downloadBases(tool: ToolName, mirrors: readonly string[]): readonly string[] {
  if (mirrors.length === 0) return [officialBases[tool]];
  const problems = mirrors.map(checkMirror).filter((problem) => problem !== undefined);
  const first = problems.at(0);
  if (first !== undefined) throw refused(first, problems.slice(1));
  return mirrors;
}

/** What is wrong with a mirror's address, or undefined. Never repeats a user name or password in it. */
export function checkMirror(mirror: string): ProblemDetails | undefined {
  const reason = mirrorFault(mirror);
  if (reason === undefined) return undefined;
  return {
    id: 'bad-tool-mirror',
    what: `\`tool-mirror\` has ${reason}.`,
    remedy: 'Give one base address a line, for example https://mirror.example.com/tools.',
  };
}

function mirrorFault(mirror: string): string | undefined {
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  // An unreadable address is not repeated: it may be a mistyped one with a password in it.
  if (url === undefined) return 'an entry that is not an address';
  const shown = shownUrl(mirror);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return `${url.protocol}// in an address, not https or http`;
  if (url.username !== '' || url.password !== '') return `a user name or password in ${shown}, which is not supported`;
  if (url.search !== '' || url.hash !== '') return `a query or fragment after ${shown}, so that no path can follow it`;
  return undefined;
}

/** The address of a path below a base. */
export function urlBelow(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path}`;
}

/** An address as it may be printed: without user name, password, query (signed addresses) and fragment. */
export function shownUrl(address: string): string {
  const url = new URL(address);
  return `${url.protocol}//${url.host}${url.pathname}`;
}
