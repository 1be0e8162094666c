import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Agent, Image } from '../../testbed/agent.js';
import { isRunning, until } from '../../testbed/processes.js';
import { deferred } from './deferred.js';
import { useBed } from './harness.js';

/** The node agent of the test bed: what it promises of pods that run, see testbed/README.md. */
const bed = useBed();
const namespace = `agent-${randomBytes(3).toString('hex')}`;
const images: Image[] = [
  { match: '^shell', env: { FROM_IMAGE: 'yes' }, directories: ['/work'] },
  { match: '^simulated', mode: 'simulated', readyAfter: '300ms' },
  { match: '^never', pull: 'never' },
];
let agent: Agent;

beforeAll(async () => {
  agent = await bed().cluster.startAgent({
    nodes: 2,
    images,
  });
  await bed().cluster.createNamespace(namespace, { agent, volumes: 0 });
}, 900_000);
afterAll(async () => {
  const processes = agent.processes();
  await agent.stop();
  await bed().cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']);
  // Not one of them outlives its agent.
  if (processes.some(isRunning)) throw new Error(JSON.stringify(processes.filter(isRunning)));
});

interface State {
  readonly waiting?: { readonly reason: string };
  readonly running?: object;
  readonly terminated?: { readonly exitCode: number; readonly reason: string };
}
interface ContainerStatus {
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: State;
  readonly lastState: State;
}
interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const kubectl = async (...args: string[]): Promise<string> =>
  (await bed().cluster.kubectl(['--namespace', namespace, ...args])).stdout;
const podPath = (name: string): string => `/api/v1/namespaces/${namespace}/pods/${name}`;

async function podOf(name: string): Promise<Pod | undefined> {
  const answer = await bed().cluster.api('GET', podPath(name));
  return answer.status === 200 ? (answer.object as Pod) : undefined;
}

/** Waits for a state of a pod, and gives the pod. */
async function podWhen(name: string, is: (pod: Pod) => boolean): Promise<Pod> {
  let pod: Pod | undefined;
  const came = await until(
    async () => {
      pod = await podOf(name);
      return pod !== undefined && is(pod);
    },
    60_000,
    50,
  );
  if (!came || pod === undefined) throw new Error(`pod ${name}: ${JSON.stringify(pod?.status, null, 2)}`);
  return pod;
}

const first = (pod: Pod): ContainerStatus | undefined => pod.status.containerStatuses?.[0];
const ended = ({ status }: Pod): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';
const ready = ({ status }: Pod): boolean =>
  status.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') === true;
const exitCode = (pod: Pod): number | undefined => first(pod)?.state.terminated?.exitCode;

type Spec = Readonly<Record<string, unknown>>;

const apply = async (...objects: Spec[]): Promise<void> => {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await bed().cluster.kubectl(['--namespace', namespace, 'apply', '--filename', '-'], { input: list });
};
const shell = (script: string, more: Spec = {}): Spec => ({
  name: 'main',
  image: 'shell',
  command: ['sh', '-c', script],
  ...more,
});
const pod = (name: string, container: Spec, more: Spec = {}, metadata: Spec = {}): Spec => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 2, containers: [container], ...more },
});
const claim = (name: string, storageClassName: string): Spec => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});
const claimed = (claimName: string): Spec => ({ name: 'data', persistentVolumeClaim: { claimName } });
const atData = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
/** Until it is told to end: a process that ignores SIGTERM, or one that says when it comes. */
const stubborn = `trap '' TERM; echo up; while :; do sleep 0.1; done`;
const tidy = `trap 'echo told; exit 4' TERM; echo up; while :; do sleep 0.1; done`;
/** Waits until the log of a pod has this text. */
const says = (name: string, text: string): Promise<boolean> =>
  until(
    async () => {
      const answer = await bed().cluster.api('GET', `${podPath(name)}/log`, undefined, { text: true });
      return answer.status === 200 && String(answer.object).includes(text);
    },
    60_000,
    50,
  );

async function directoryOf(name: string): Promise<string> {
  const found = (await bed().cluster.claims(namespace)).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no claim ${name}`);
  return agent.volume(found.uid);
}

describe('a Job whose pod runs', () => {
  it('fails with the exit code of its process, and has its log', async () => {
    const template = { spec: { restartPolicy: 'Never', containers: [shell('echo out; echo err >&2; exit 7')] } };
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'fails' },
      spec: { backoffLimit: 0, template },
    };
    await apply(job);
    await kubectl('wait', '--for=condition=Failed', 'job/fails', '--timeout=60s');
    const name = (await kubectl('get', 'pods', '--selector', 'job-name=fails', '--output', 'name')).trim().slice(4);
    const done = await podWhen(name, ended);
    expect(first(done)?.state.terminated).toMatchObject({ exitCode: 7, reason: 'Error' });
    expect(await kubectl('logs', 'job/fails')).toBe('out\nerr\n');
    expect(agent.nodes).toContain(done.spec.nodeName);
  });
});

describe('a Job that is deleted', () => {
  it('takes its process with it, and starts no other although a finalizer holds the pod', async () => {
    const script = 'echo start >> /data/starts; echo up; sleep 1000';
    const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, volumes: [claimed('job')] };
    const template = { spec: { ...spec, containers: [shell(script, atData)] } };
    const held = { metadata: { labels: { held: 'yes' }, finalizers: ['testbed/holds'] }, ...template };
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'deleted' }, spec: { template: held } };
    await apply(claim('job', 'testbed-agent'), job);
    const named = (): Promise<string> => kubectl('get', 'pods', '--selector=held', '--output=name');
    await until(async () => (await named()) !== '', 60_000);
    const name = (await named()).trim().slice(4);
    await says(name, 'up');
    const own = agent.processOf(namespace, name);
    await kubectl('delete', 'job', 'deleted');
    expect(await until(() => own !== undefined && !isRunning(own), 30_000)).toBe(true);
    await kubectl('annotate', 'pod', name, 'changed=yes');
    await kubectl('patch', 'pod', name, '--type=merge', '--patch={"metadata":{"finalizers":null}}');
    expect(await until(async () => (await podOf(name)) === undefined, 30_000)).toBe(true);
    expect(readFileSync(join(await directoryOf('job'), 'starts'), 'utf8')).toBe('start\n');
  });
});

describe('what a container gets', () => {
  it('is its environment, its arguments, and its volumes at paths that are rewritten', async () => {
    await apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' }, data: { 'a.yaml': 'dir: /data/x' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'secret' }, stringData: { password: 'p' } },
      claim('given', 'testbed-agent'),
      pod(
        'gets',
        shell(
          'cat /etc/a.yaml; echo; cat /sec/password; echo " $PASSWORD $WHO $FROM_IMAGE $0"; pwd; ls -l /sec/password; date > /data/x',
          {
            args: ['$(WHO)!'],
            workingDir: '/work',
            env: [
              { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'secret', key: 'password' } } },
              { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              { name: 'WHO', value: 'pod-$(NAME)' },
            ],
            volumeMounts: [
              { name: 'config', mountPath: '/etc/a.yaml', subPath: 'a.yaml' },
              { name: 'secret', mountPath: '/sec' },
              { name: 'data', mountPath: '/data' },
            ],
          },
        ),
        {
          volumes: [
            { name: 'config', configMap: { name: 'config' } },
            { name: 'secret', secret: { secretName: 'secret', defaultMode: 0o400 } },
            claimed('given'),
          ],
        },
      ),
    );
    const done = await podWhen('gets', ended);
    const log = await kubectl('logs', 'gets');
    expect(exitCode(done)).toBe(0);
    expect(log.split('\n').slice(0, 3)).toEqual(['dir: /data/x', 'p p pod-gets yes pod-gets!', '/work']);
    expect(log).toMatch(/^-r-------- .* \/sec\/password$/m);
    expect(existsSync(join(await directoryOf('given'), 'x'))).toBe(true);
  });

  it('is waited for where it is missing', async () => {
    const env = [{ name: 'X', valueFrom: { secretKeyRef: { name: 'later', key: 'x' } } }];
    await apply(pod('waits', shell('echo got $X', { env })));
    await podWhen('waits', (now) => first(now)?.state.waiting?.reason === 'CreateContainerConfigError');
    await kubectl('create', 'secret', 'generic', 'later', '--from-literal=x=it');
    await podWhen('waits', ended);
    expect(await kubectl('logs', 'waits')).toBe('got it\n');
  });

  it('comes after its init containers, one after the other; one that fails ends the pod', async () => {
    const init = (name: string, script: string): Spec => ({ ...shell(script, atData), name });
    const volumes = [{ name: 'data', emptyDir: {} }];
    const good = [init('one', 'echo 1 >> /data/x'), init('two', 'echo 2 >> /data/x')];
    await apply(
      pod('inits', shell('cat /data/x', atData), { volumes, initContainers: good }),
      pod('init-fails', shell('echo never'), { volumes, initContainers: [init('one', 'exit 9')] }),
    );
    await podWhen('inits', ended);
    expect(await kubectl('logs', 'inits')).toBe('1\n2\n');
    const failed = await podWhen('init-fails', ended);
    expect(failed.status.phase).toBe('Failed');
    expect(failed.status.initContainerStatuses?.[0]?.state.terminated?.exitCode).toBe(9);
    expect(first(failed)?.state.waiting?.reason).toBe('PodInitializing');
  });
});

describe('a pod that is deleted', () => {
  it('is told by SIGTERM, and its object goes when its process has ended', async () => {
    const script = `trap 'sleep 0.3; echo told > /data/x; exit 4' TERM; echo up; while :; do sleep 0.1; done`;
    const more = { terminationGracePeriodSeconds: 60, volumes: [claimed('told')] };
    await apply(claim('told', 'testbed-agent'), pod('tidy', shell(script, atData), more));
    await says('tidy', 'up');
    const own = agent.processOf(namespace, 'tidy');
    await kubectl('delete', 'pod', 'tidy');
    expect(own && isRunning(own)).toBe(false);
    expect(readFileSync(join(await directoryOf('told'), 'x'), 'utf8')).toBe('told\n');
  });

  it('is killed after its grace, and is there until then', async () => {
    await apply(pod('stubborn', shell(stubborn)));
    await says('stubborn', 'up');
    const own = agent.processOf(namespace, 'stubborn');
    await kubectl('delete', 'pod', 'stubborn', '--wait=false');
    let alive = true;
    await until(
      async () => {
        const there = (await podOf('stubborn')) !== undefined;
        alive = own !== undefined && isRunning(own);
        if (alive && !there) throw new Error('the object is gone and the process runs');
        return !there;
      },
      60_000,
      20,
    );
    expect(alive).toBe(false);
  });

  it('by force is gone at once, and its process has its grace all the same', async () => {
    const script = `trap 'while [ ! -e /data/go ]; do sleep 0.05; done; exit 0' TERM; echo up; while :; do sleep 0.1; done`;
    const more = { terminationGracePeriodSeconds: 60, volumes: [claimed('forced')] };
    await apply(claim('forced', 'testbed-agent'), pod('forced', shell(script, atData), more));
    await says('forced', 'up');
    const own = agent.processOf(namespace, 'forced');
    await kubectl('delete', 'pod', 'forced', '--force', '--grace-period=0');
    expect(await podOf('forced')).toBeUndefined();
    expect(own && isRunning(own)).toBe(true);
    writeFileSync(join(await directoryOf('forced'), 'go'), '');
    expect(await until(() => own !== undefined && !isRunning(own), 30_000)).toBe(true);
  });
});

describe('a process that somebody kills', () => {
  it('is exit code 137, starts again, and finds its volume as it was', async () => {
    const script = 'echo start >> /data/starts; cat /data/starts; while :; do sleep 0.1; done';
    await apply(
      claim('kept', 'testbed-agent'),
      pod('killed', shell(script, atData), { restartPolicy: 'Always', volumes: [claimed('kept')] }),
    );
    await says('killed', 'start');
    agent.kill(namespace, 'killed', 'SIGKILL');
    const again = await podWhen('killed', (now) => first(now)?.restartCount === 1 && ready(now));
    expect(first(again)?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    await says('killed', 'start\nstart');
    expect(await kubectl('logs', 'killed', '--previous')).toBe('start\n');
  });

  it('in a Job that may not try again is a failed pod', async () => {
    await apply(pod('killed-once', shell(tidy)));
    await says('killed-once', 'up');
    agent.kill(namespace, 'killed-once', 'SIGKILL');
    const done = await podWhen('killed-once', ended);
    expect([done.status.phase, exitCode(done)]).toEqual(['Failed', 137]);
  });

  it('that ends by itself again and again is in CrashLoopBackOff', async () => {
    await apply(pod('crashes', shell('exit 3'), { restartPolicy: 'Always' }));
    const looping = await podWhen('crashes', (now) => first(now)?.state.waiting?.reason === 'CrashLoopBackOff');
    expect(looping.status.phase).toBe('Running');
    expect(first(looping)?.lastState.terminated?.exitCode).toBe(3);
  });
});

describe('kubectl logs', () => {
  it('follows a container to its end, and gives the last lines of it afterwards', async () => {
    const script = 'echo one; while [ ! -e /data/go ]; do sleep 0.05; done; echo two; echo three';
    await apply(pod('followed', shell(script, atData), { volumes: [{ name: 'data', emptyDir: {} }] }));
    await says('followed', 'one');
    const { kubeconfig, programs } = bed().cluster.record;
    const args = ['--kubeconfig', kubeconfig, '--namespace', namespace, 'logs', '--follow', 'followed'];
    const follower = spawn(programs.kubectl ?? 'kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    const began = deferred<undefined>();
    const closed = deferred<undefined>();
    follower.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      began.resolve(undefined);
    });
    follower.on('close', () => {
      closed.resolve(undefined);
    });
    await began.promise;
    expect(text).toBe('one\n');
    await kubectl('exec', 'followed', '--', 'touch', '/data/go');
    await closed.promise;
    expect(text).toBe('one\ntwo\nthree\n');
    expect(await kubectl('logs', 'followed', '--tail=2')).toBe('two\nthree\n');
  });
});

describe('kubectl exec', () => {
  it('runs in the container, with its environment, paths and standard input, and gives the exit code', async () => {
    await apply(pod('target', shell(tidy, atData), { volumes: [{ name: 'data', emptyDir: {} }] }));
    await says('target', 'up');
    const exec = (args: string[], input: string) =>
      bed().cluster.kubectl(['--namespace', namespace, 'exec', '-i', 'target', '--', ...args], { input, check: false });
    const wrote = await exec(['sh', '-c', 'cat > /data/x; echo $FROM_IMAGE; echo no >&2; exit 5'], 'sent');
    expect([wrote.code, wrote.stdout]).toEqual([5, 'yes\n']);
    expect(wrote.stderr).toContain('no\n');
    expect((await exec(['cat', '/data/x'], '')).stdout).toBe('sent');
    expect((await exec(['no-such-program'], '')).code).not.toBe(0);
  });
});

describe('probes', () => {
  it('make a pod ready, not ready, and start it again', async () => {
    const probe = (file: string): Spec => ({
      exec: { command: ['test', '-e', file] },
      periodSeconds: 1,
      failureThreshold: 1,
    });
    await apply(
      pod(
        'probed',
        shell('touch /data/live; while :; do sleep 0.1; done', {
          ...atData,
          readinessProbe: probe('/data/ready'),
          livenessProbe: { ...probe('/data/live'), initialDelaySeconds: 1 },
        }),
        { restartPolicy: 'Always', volumes: [{ name: 'data', emptyDir: {} }], terminationGracePeriodSeconds: 1 },
      ),
    );
    await podWhen('probed', (now) => first(now)?.state.running !== undefined && !ready(now));
    await kubectl('exec', 'probed', '--', 'touch', '/data/ready');
    await podWhen('probed', ready);
    await kubectl('exec', 'probed', '--', 'rm', '/data/ready');
    await podWhen('probed', (now) => !ready(now));
    await kubectl('exec', 'probed', '--', 'rm', '/data/live');
    const again = await podWhen('probed', (now) => first(now)?.restartCount === 1);
    expect(first(again)?.lastState.terminated?.exitCode).toBe(143);
  });

  it('ask a server at the address of its pod; others find it by the name of its Service', async () => {
    const server = `require('http').createServer((q, a) => a.end('hello from ' + process.env.IP)).listen(8080, process.env.IP)`;
    const ip = { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };
    const container = {
      name: 'main',
      image: 'shell',
      command: [process.execPath, '-e', server],
      env: [ip],
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
    };
    const spec = { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 'http' }] };
    await apply(
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'hello' }, spec },
      pod('server', container, {}, { labels: { app: 'server' } }),
    );
    const { status } = await podWhen('server', ready);
    const ask = `fetch('http://hello:80/').then((a) => a.text()).then(console.log)`;
    await apply(pod('client', { name: 'main', image: 'shell', command: [process.execPath, '-e', ask] }));
    await podWhen('client', ended);
    expect(await kubectl('logs', 'client')).toBe(`hello from ${status.podIP ?? ''}\n`);
  });
});

describe('an image', () => {
  it('that cannot be pulled, or is in no row of the table, never starts until the table has one', async () => {
    await apply(
      pod('unknown', { name: 'main', image: 'unknown:1' }),
      pod('never', { name: 'main', image: 'never:1' }),
      pod('simulated', { name: 'main', image: 'simulated:1' }, { restartPolicy: 'Always' }),
    );
    for (const name of ['unknown', 'never']) {
      const stuck = await podWhen(name, (now) => first(now)?.state.waiting?.reason === 'ImagePullBackOff');
      expect(stuck.status.phase).toBe('Pending');
    }
    await podWhen('simulated', ready);
    expect(agent.processOf(namespace, 'simulated')).toBeUndefined();
    agent.setImages([...images, { match: '^unknown', entrypoint: ['sh', '-c', 'exit 0'] }]);
    await podWhen('unknown', ended);
  });
});

describe('claims', () => {
  it('are served at once, for their first pod, or never; their directory goes with them', async () => {
    await apply(
      claim('late', 'testbed-agent-first-consumer'),
      claim('never', 'testbed-never-binds'),
      pod('uses-late', shell('echo x > /data/x', atData), { volumes: [claimed('late')] }),
      pod('uses-never', shell('true', atData), { volumes: [claimed('never')] }),
    );
    await podWhen('uses-late', ended);
    const claims = await bed().cluster.claims(namespace);
    const [late, never] = ['late', 'never'].map((wanted) => claims.find(({ name }) => name === wanted));
    expect([late?.phase, never?.phase]).toEqual(['Bound', 'Pending']);
    const directory = agent.volume(late?.uid ?? '');
    expect(readFileSync(join(directory, 'x'), 'utf8')).toBe('x\n');
    expect((await podOf('uses-never'))?.status.phase).toBe('Pending');
    await kubectl('delete', 'pod/uses-late', 'pvc/late');
    expect(await until(() => !existsSync(directory), 60_000)).toBe(true);
  });
});

describe('a lost node', () => {
  const on = (index: number): Spec => ({ nodeSelector: { 'kubernetes.io/hostname': agent.nodes[index] } });

  it('that is cut off: its pod stays in the API, and its process lives on until it is back', async () => {
    await apply(pod('cut-off', shell(tidy), on(1)));
    await says('cut-off', 'up');
    const own = agent.processOf(namespace, 'cut-off');
    await agent.lose(agent.nodes[1] ?? '', 'partition');
    await kubectl('delete', 'pod', 'cut-off', '--wait=false');
    expect(await until(async () => (await podOf('cut-off')) === undefined, 2_500)).toBe(false);
    expect(own && isRunning(own)).toBe(true);
    await agent.recover(agent.nodes[1] ?? '');
    expect(await until(async () => (await podOf('cut-off')) === undefined, 30_000)).toBe(true);
    expect(own && isRunning(own)).toBe(false);
  });

  it('without power: its processes are dead, which is seen when it is back', async () => {
    await apply(pod('no-power', shell(tidy), on(1)), pod('again', shell(tidy), { ...on(1), restartPolicy: 'Always' }));
    await says('no-power', 'up');
    await says('again', 'up');
    const own = agent.processOf(namespace, 'no-power');
    await agent.lose(agent.nodes[1] ?? '', 'power');
    expect(own && isRunning(own)).toBe(false);
    expect((await podOf('no-power'))?.status.phase).toBe('Running');
    await agent.recover(agent.nodes[1] ?? '');
    const done = await podWhen('no-power', ended);
    expect([done.status.phase, exitCode(done)]).toEqual(['Failed', 255]);
    await podWhen('again', (now) => first(now)?.restartCount === 1 && ready(now));
  });
});

describe('other namespaces', () => {
  it('never get a pod to these nodes', async () => {
    const other = `${namespace}-other`;
    await bed().cluster.createNamespace(other, { volumes: 0 });
    const inOther = pod('other', { name: 'main', image: 'shell' });
    await bed().cluster.kubectl(['--namespace', other, 'apply', '--filename', '-'], { input: JSON.stringify(inOther) });
    await bed().cluster.kubectl(['--namespace', other, 'wait', '--for=condition=Ready', 'pod/other', '--timeout=60s']);
    const answer = await bed().cluster.api('GET', `/api/v1/namespaces/${other}/pods/other`);
    const { nodeName } = (answer.object as Pod).spec;
    expect(nodeName).toMatch(/^testbed-node-/);
    const mine = pod('mine', shell('true'), { nodeSelector: { 'kubernetes.io/hostname': nodeName } });
    await apply(mine);
    await podWhen(
      'mine',
      (now) =>
        now.status.conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'False') === true,
    );
    await bed().cluster.kubectl(['delete', 'namespace', other, '--wait=false']);
  });
});
