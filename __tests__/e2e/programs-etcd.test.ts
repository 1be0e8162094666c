import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureParts } from '../../testbed/part-sources.js';
import { eventually, usePrograms, type Started } from './programs.js';

/** The etcd pods of a release, and an external etcd with TLS and three members. */
const external = usePrograms({ members: 3, tls: true });
const { path, newAddress, start } = external;

let parts: Record<string, string> = {};
let pods: Started[] = [];
let names = 0;

beforeAll(async () => {
  parts = await ensureParts(['etcd', 'etcdctl']);
}, 900_000);
afterEach(async () => {
  for (const pod of pods) pod.process.kill('SIGKILL');
  await Promise.all(pods.map((pod) => pod.ended));
  pods = [];
});

interface Pod {
  readonly name: string;
  readonly address: string;
  readonly data: string;
}

const newPod = (): Pod => {
  const name = `db-etcd-${String((names += 1))}`;
  return { name, address: newAddress(), data: path(name) };
};
/** What the chart writes into the StatefulSet, as the node agent hands it on: names of pods are addresses already. */
const environment = (pod: Pod, cluster: readonly Pod[], more: NodeJS.ProcessEnv, scheme = 'http') => ({
  REAL_ETCD: parts.etcd,
  REAL_ETCDCTL: parts.etcdctl,
  POD_IP: pod.address,
  MY_POD_NAME: pod.name,
  ETCD_NAME: pod.name,
  ETCD_DATA_DIR: pod.data,
  ETCD_INITIAL_CLUSTER: cluster.map((member) => `${member.name}=${scheme}://${member.address}:2380`).join(','),
  ETCD_INITIAL_CLUSTER_STATE: 'new',
  ETCD_AUTO_COMPACTION_MODE: 'revision',
  ETCD_AUTO_COMPACTION_RETENTION: '1000',
  ETCD_QUOTA_BACKEND_BYTES: '4294967296',
  ETCD_ON_K8S: 'yes',
  ETCD_START_FROM_SNAPSHOT: 'no',
  ETCD_DISASTER_RECOVERY: 'no',
  ALLOW_NONE_AUTHENTICATION: 'yes',
  BITNAMI_DEBUG: 'false',
  ...more,
});

function startPod(pod: Pod, cluster: readonly Pod[] = [pod], more: NodeJS.ProcessEnv = {}, scheme?: string) {
  const env = environment(pod, cluster, more, scheme);
  const running = start('etcd-pod', [], env);
  pods.push(running);
  const run = (program: string, args: readonly string[]) => start(program, args, env).ended;
  return { ...running, run };
}
const healthy = (pod: ReturnType<typeof startPod>) =>
  eventually('a healthy etcd', async () => (await pod.run('etcd-healthcheck', [])).code === 0);

describe('the pods of etcd', () => {
  it('one member: the environment of the chart becomes flags; etcdctl without endpoints asks the pod itself', async () => {
    const pod = startPod(newPod());
    await healthy(pod);
    expect(await pod.run('etcdctl-pod', ['put', 'a', 'b'])).toMatchObject({ code: 0, output: 'OK\n' });
    expect(await pod.run('etcdctl-pod', ['get', 'a', '--print-value-only'])).toMatchObject({ code: 0, output: 'b\n' });
  });

  it('SIGTERM reaches etcd itself; started again, also as "existing", it has its data', async () => {
    const member = newPod();
    const first = startPod(member);
    await healthy(first);
    await first.run('etcdctl-pod', ['put', 'a', 'b']);
    first.process.kill('SIGTERM');
    await first.ended;
    const second = startPod({ ...member, address: newAddress() }, [member], { ETCD_INITIAL_CLUSTER_STATE: 'existing' });
    await healthy(second);
    expect(await second.run('etcdctl-pod', ['get', 'a', '--print-value-only'])).toMatchObject({ output: 'b\n' });
  });

  it('one member that is "existing" and has no data starts all the same', async () => {
    const pod = startPod(newPod(), undefined, { ETCD_INITIAL_CLUSTER_STATE: 'existing' });
    await healthy(pod);
    expect(await pod.run('etcdctl-pod', ['get', 'a'])).toMatchObject({ code: 0, output: '' });
  });

  it('the probe fails while it is not there', async () => {
    const member = newPod();
    const env = environment(member, [member], {});
    expect((await start('etcd-healthcheck', [], env).ended).code).not.toBe(0);
  });

  it('three members, two are enough', async () => {
    const cluster = [newPod(), newPod(), newPod()];
    const members = cluster.map((member) => startPod(member, cluster));
    await Promise.all(members.map(healthy));
    const [first, second, third] = members;
    await first?.run('etcdctl-pod', ['put', 'a', 'b']);
    first?.process.kill('SIGKILL');
    await eventually('a leader', async () => (await second?.run('etcdctl-pod', ['get', 'a']))?.output === 'a\nb\n');
    expect(await third?.run('etcdctl-pod', ['put', 'c', 'd'])).toMatchObject({ code: 0 });
  });

  it('with TLS', async () => {
    const member = newPod();
    const pki = `${path(member.name)}-tls`;
    expect(await start('certificates', [pki, member.address]).ended).toMatchObject({ code: 0 });
    const side = (prefix: string) => ({
      [`ETCD_${prefix}CERT_FILE`]: `${pki}/server.pem`,
      [`ETCD_${prefix}KEY_FILE`]: `${pki}/server-key.pem`,
      [`ETCD_${prefix}TRUSTED_CA_FILE`]: `${pki}/ca.pem`,
      [`ETCD_${prefix}CLIENT_CERT_AUTH`]: 'true',
    });
    const pod = startPod(member, [member], { ...side(''), ...side('PEER_') }, 'https');
    await healthy(pod);
    const client = [`--cacert=${pki}/ca.pem`, `--cert=${pki}/client.pem`, `--key=${pki}/client-key.pem`];
    const endpoints = `--endpoints=https://${member.address}:2379`;
    expect(await pod.run('etcdctl-pod', [endpoints, ...client, 'endpoint', 'health'])).toMatchObject({ code: 0 });
  });
});

describe('the migration tool and an external etcd with TLS and three members', () => {
  const configuration = (command: string, root: string) => {
    const pki = `${external.etcd().directory}/tls`;
    writeFileSync(
      path(`${command}.yaml`),
      `cmd: { type: ${command} }
config: { sourceVersion: 2.1.4, targetVersion: 2.2.16, backupFilePath: ${path('tls.bak')} }
etcd:
  endpoints: [${external.etcd().endpoints.join(', ')}]
  rootPath: ${root}
  ssl: { enabled: true, tlsCert: ${pki}/client.pem, tlsKey: ${pki}/client-key.pem, tlsCACert: ${pki}/ca.pem, tlsMinVersion: 1.2 }
`,
    );
    return [`-config=${path(`${command}.yaml`)}`];
  };
  const put = (key: string) => external.etcd().etcdctl(['put', key, 'x']);
  const withPrefix = (prefix: string) => external.etcd().etcdctl(['get', '--prefix', prefix, '--keys-only']);

  it('works through the certificates, and outlives the loss of the leader', async () => {
    const root = external.newRoot();
    for (const name of ['root-coord/dd-operation', 'root-coord/credential/users/root']) put(`${root}/meta/${name}`);
    expect(await start('meta-migration', configuration('backup', root)).ended).toMatchObject({ code: 0 });
    const leader = external.etcd().leader();
    await external.etcd().kill(leader, 'SIGKILL');
    // A write that meets the election may fail, as it may for the real tool; the same file brings the keys back.
    const { code } = await start('meta-migration', configuration('run', root)).ended;
    expect([0, 2]).toContain(code);
    await external.etcd().restart(leader);
    external.etcd().etcdctl(['del', `${root}/meta/session/migration`]);
    expect(await start('meta-migration', configuration('rollback', root)).ended).toMatchObject({ code: 0 });
    expect(withPrefix(`${root}/meta/root-coord`)).toContain('root-coord/dd-operation');
  });

  it('refuses a TLS version that there is not', async () => {
    const args = configuration('run', external.newRoot());
    const file = path('run.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('tlsMinVersion: 1.2', 'tlsMinVersion: 1.9'));
    expect(await start('meta-migration', args).ended).toMatchObject({
      code: 1,
      output: expect.stringContaining('unknown TLS version,1.9'),
    });
  });
});
