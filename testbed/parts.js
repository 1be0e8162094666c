// @ts-check
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The programs that the test bed is made of, and where each can come from. The versions of Kubernetes, etcd and kwok are
 * those of parts/kubernetes/go.mod; a test compares them.
 *
 * @typedef {object} Release where the publisher offers the program; `os`, `arch` as Go names them
 * @property {(os: string, arch: string) => string | undefined} url of the binary or the .tar.gz; undefined: not offered
 * @property {(os: string, arch: string) => string} checksumUrl of a file with its sha256, alone or as lines `<sha256>  <name>`
 * @property {(os: string, arch: string) => string} [member] path of the program inside the archive
 *
 * @typedef {object} Build how `go` makes it
 * @property {string} [module] directory of a go.mod that has the package (`go build`)
 * @property {string} package import path, with the version where `module` is not given (`go install`)
 * @property {string} ldflags
 *
 * @typedef {object} Part
 * @property {string} name unique: program name and version, also the file name in the cache
 * @property {string} program what it is called on PATH
 * @property {string} version without v
 * @property {readonly string[]} versionArgs arguments that make it print its version
 * @property {Release} [release]
 * @property {Build} build
 */

export const KUBERNETES_VERSION = '1.36.4';
export const ETCD_VERSION = '3.6.8';
export const KWOK_VERSION = '0.8.0';
export const ACT_VERSION = '0.2.89';
/** Newest 3.x, 4.x, and the oldest line that the action accepts. */
export const HELM_VERSIONS = /** @type {const} */ (['3.22.0', '4.3.0', '3.14.4']);

export const MODULE_DIRECTORY = join(import.meta.dirname, 'parts', 'kubernetes');
export const AGENT_DIRECTORY = join(import.meta.dirname, 'agent');

const [K8S_MAJOR, K8S_MINOR] = KUBERNETES_VERSION.split('.');
// Without these the programs report a version that kubectl and Helm cannot parse.
const K8S_LDFLAGS = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES_VERSION}`,
  `-X k8s.io/component-base/version.gitMajor=${K8S_MAJOR}`,
  `-X k8s.io/component-base/version.gitMinor=${K8S_MINOR}`,
].join(' ');

/**
 * @param {string} program
 * @param {readonly string[]} versionArgs
 * @returns {Part}
 */
function kubernetes(program, versionArgs) {
  /** @param {string} os @param {string} arch */
  const url = (os, arch) => `https://dl.k8s.io/v${KUBERNETES_VERSION}/bin/${os}/${arch}/${program}`;
  return {
    name: `${program}-${KUBERNETES_VERSION}`,
    program,
    version: KUBERNETES_VERSION,
    versionArgs,
    release: {
      // Server programs are published for Linux only.
      url: (os, arch) => (os === 'linux' || program === 'kubectl' ? url(os, arch) : undefined),
      checksumUrl: (os, arch) => `${url(os, arch)}.sha256`,
    },
    build: { module: MODULE_DIRECTORY, package: `k8s.io/kubernetes/cmd/${program}`, ldflags: K8S_LDFLAGS },
  };
}

/**
 * @param {string} program
 * @param {string} packagePath
 * @param {readonly string[]} versionArgs
 * @returns {Part}
 */
function etcd(program, packagePath, versionArgs) {
  const base = `https://github.com/etcd-io/etcd/releases/download/v${ETCD_VERSION}`;
  /** @param {string} os @param {string} arch */
  const directory = (os, arch) => `etcd-v${ETCD_VERSION}-${os}-${arch}`;
  return {
    name: `${program}-${ETCD_VERSION}`,
    program,
    version: ETCD_VERSION,
    versionArgs,
    release: {
      // For macOS it is a .zip: built instead.
      url: (os, arch) => (os === 'linux' ? `${base}/${directory(os, arch)}.tar.gz` : undefined),
      checksumUrl: () => `${base}/SHA256SUMS`,
      member: (os, arch) => `${directory(os, arch)}/${program}`,
    },
    build: { module: MODULE_DIRECTORY, package: packagePath, ldflags: '-s -w' },
  };
}

/** @param {string} version @returns {Part} */
function helm(version) {
  const major = version.split('.')[0];
  /** @param {string} os @param {string} arch */
  const archive = (os, arch) => `https://get.helm.sh/helm-v${version}-${os}-${arch}.tar.gz`;
  return {
    name: `helm-${version}`,
    program: 'helm',
    version,
    versionArgs: ['version', '--short'],
    release: {
      url: archive,
      checksumUrl: (os, arch) => `${archive(os, arch)}.sha256sum`,
      member: (os, arch) => `${os}-${arch}/helm`,
    },
    build: {
      package: `helm.sh/helm/v${major}/cmd/helm@v${version}`,
      ldflags: `-s -w -X helm.sh/helm/v${major}/internal/version.version=v${version}`,
    },
  };
}

/** A name for what the agent's sources are now, so that a changed one is built anew. */
function agentVersion() {
  const hash = createHash('sha256');
  const files = readdirSync(AGENT_DIRECTORY, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => /(?<!_test)\.go$|^go\.(mod|sum)$/.test(name)).sort())
    hash.update(`${file}\0`).update(readFileSync(join(AGENT_DIRECTORY, file)));
  return `1.0.0-${hash.digest('hex').slice(0, 12)}`;
}
const AGENT_VERSION = agentVersion();

/** @type {readonly Part[]} */
export const PARTS = [
  etcd('etcd', 'go.etcd.io/etcd/server/v3', ['--version']),
  kubernetes('kubectl', ['version', '--client']),
  ...HELM_VERSIONS.slice(0, 1).map(helm),
  kubernetes('kube-apiserver', ['--version']),
  kubernetes('kube-controller-manager', ['--version']),
  kubernetes('kube-scheduler', ['--version']),
  {
    name: `kwok-${KWOK_VERSION}`,
    program: 'kwok',
    version: KWOK_VERSION,
    versionArgs: ['--version'],
    // Its releases have no checksum file, so they are never downloaded.
    build: { module: MODULE_DIRECTORY, package: 'sigs.k8s.io/kwok/cmd/kwok', ldflags: '-s -w' },
  },
  ...HELM_VERSIONS.slice(1).map(helm),
  {
    name: `act-${ACT_VERSION}`,
    program: 'act',
    version: ACT_VERSION,
    versionArgs: ['--version'],
    release: {
      url: (os, arch) => {
        const names = { 'linux-amd64': 'Linux_x86_64', 'linux-arm64': 'Linux_arm64', 'darwin-amd64': 'Darwin_x86_64' };
        const name = /** @type {Record<string, string>} */ ({ ...names, 'darwin-arm64': 'Darwin_arm64' })[
          `${os}-${arch}`
        ];
        return name && `https://github.com/nektos/act/releases/download/v${ACT_VERSION}/act_${name}.tar.gz`;
      },
      checksumUrl: () => `https://github.com/nektos/act/releases/download/v${ACT_VERSION}/checksums.txt`,
      member: () => 'act',
    },
    build: { package: `github.com/nektos/act@v${ACT_VERSION}`, ldflags: `-s -w -X main.version=${ACT_VERSION}` },
  },
  etcd('etcdctl', 'go.etcd.io/etcd/etcdctl/v3', ['version']),
  {
    name: `testbed-agent-${AGENT_VERSION}`,
    program: 'testbed-agent',
    version: AGENT_VERSION,
    versionArgs: ['--version'],
    build: { module: AGENT_DIRECTORY, package: '.', ldflags: `-s -w -X main.version=${AGENT_VERSION}` },
  },
];

/** What `up` needs, in the order in which it is most useful to have it. */
export const CONTROL_PLANE_PARTS = [
  'etcd',
  'kubectl',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
].map((program) => partNamed(program).name);

/**
 * A part by its full name (`helm-3.22.0`), or by its program where there is one version of it (`kubectl`).
 * @param {string} name
 * @returns {Part}
 */
export function partNamed(name) {
  const found = PARTS.filter((part) => part.name === name || part.program === name);
  const [part] = found;
  if (found.length !== 1 || !part)
    throw new Error(`no single part named ${name}; there are: ${PARTS.map((known) => known.name).join(', ')}`);
  return part;
}

/**
 * Where found, downloaded and built programs are kept, for all checkouts on this machine.
 * @param {NodeJS.ProcessEnv} env
 */
export const cacheDirectory = (env) => join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'milvus-upgrade-testbed');
