import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AGENT_DIRECTORY, MODULE_DIRECTORY, PARTS, cacheDirectory, partNamed } from '../../testbed/parts.js';
import { checksumFor, printedVersion } from '../../testbed/part-sources.js';

const goMod = readFileSync(join(MODULE_DIRECTORY, 'go.mod'), 'utf8');
const required = (module: string) => new RegExp(`^\\s*(?:require )?${module} v(\\S+)`, 'm').exec(goMod)?.[1];

describe('the parts of the test bed', () => {
  it.each([
    ['kube-apiserver', 'k8s.io/kubernetes'],
    ['kube-controller-manager', 'k8s.io/kubernetes'],
    ['kube-scheduler', 'k8s.io/kubernetes'],
    ['kubectl', 'k8s.io/kubernetes'],
    ['etcd', 'go.etcd.io/etcd/server/v3'],
    ['etcdctl', 'go.etcd.io/etcd/etcdctl/v3'],
    ['kwok', 'sigs.k8s.io/kwok'],
  ])('%s has the version that go.mod asks for', (program, module) => {
    expect(required(module)).toBe(partNamed(program).version);
  });

  it('replaces every staging module of Kubernetes by its own release', () => {
    const minor = partNamed('kubectl').version.replace(/^1\./, '0.');
    const staging = [...goMod.matchAll(/^\s*(?:replace )?(k8s\.io\/\S+) => (\S+) v(\S+)$/gm)];
    expect(staging.length).toBeGreaterThan(25);
    expect(staging.filter(([, from, to, version]) => from !== to || version !== minor)).toEqual([]);
  });

  it('builds from the module exactly the commands that go.mod lists as tools', () => {
    const tools = [...goMod.matchAll(/^(?:tool )?\s*((?:k8s\.io\/kubernetes|sigs\.k8s\.io|go\.etcd\.io)\/\S+)$/gm)];
    const built = PARTS.filter(({ build }) => build.module === MODULE_DIRECTORY).map(({ build }) => build.package);
    expect(tools.map(([, tool]) => tool).sort()).toEqual(built.sort());
  });

  it('builds the agent with the versions of Kubernetes that the control plane has', () => {
    const agent = readFileSync(join(AGENT_DIRECTORY, 'go.mod'), 'utf8');
    const staging = [...agent.matchAll(/^\s*(k8s\.io\/\S+) v(0\.\d+\.[1-9]\S*)/gm)];
    expect(staging.length).toBeGreaterThan(4);
    const minor = partNamed('kubectl').version.replace(/^1\./, '0.');
    expect(staging.filter(([, , version]) => version !== minor)).toEqual([]);
  });

  it.each(PARTS.map((part) => [part.name, part] as const))(
    '%s is named, built and offered at one version',
    (name, part) => {
      expect(name).toBe(`${part.program}-${part.version}`);
      const versionsInPath = part.build.package.split('@v').slice(1);
      expect(versionsInPath).toEqual(part.build.module === undefined ? [part.version] : []);
      const offers = ['linux', 'darwin'].flatMap((os) => ['amd64', 'arm64'].map((arch) => part.release?.url(os, arch)));
      const wrong = offers.filter((url) => url !== undefined && !url.includes(`v${part.version}`));
      expect(wrong).toEqual([]);
    },
  );

  it('does not guess between several versions', () => {
    expect(partNamed('helm-3.22.0').version).toBe('3.22.0');
    expect(() => partNamed('helm')).toThrow(/no single part named helm.*helm-3\.14\.4/s);
  });

  it('keeps them where the system keeps caches', () => {
    expect(cacheDirectory({ XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/milvus-upgrade-testbed');
  });
});

describe('what programs and publishers say', () => {
  it.each([
    ['Client Version: v1.36.4\nKustomize Version: v5.8.1', '1.36.4'],
    ['Client Version: v1.32.4-dispatcher', '1.32.4-dispatcher'],
    ['v3.22.0+g0ab1c2d', '3.22.0'],
    ['etcd Version: 3.6.8\nGit SHA: Not provided', '3.6.8'],
    ['Kubernetes v1.36.4', '1.36.4'],
    ['act version 0.2.89', '0.2.89'],
    ['kwok version v0.8.0 go1.26.8 (linux/amd64)', '0.8.0'],
    ['command not found', undefined],
  ])('version in %j', (text, version) => {
    expect(printedVersion(text)).toBe(version);
  });

  const hash = 'ab'.repeat(32);
  const other = 'cd'.repeat(32);
  it.each([
    ['a bare hash', `${hash}\n`, hash],
    ['a line', `${hash}  kubectl\n`, hash],
    ['a binary-mode line', `${hash} *kubectl\n`, hash],
    ['a list', `${other}  helm\n${hash}  kubectl\n`, hash],
    ['a list without the file', `${other}  helm\n${other}  kubectl.exe\n`, undefined],
    ['one line for another file', `${other}  helm\n`, undefined],
    ['a page instead of a hash', '<html>not found</html>', undefined],
  ])('sha256 from %s', (_, text, expected) => {
    expect(checksumFor(text, 'kubectl')).toBe(expected);
  });
});
