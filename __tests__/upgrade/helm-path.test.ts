import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ReleaseRecord, UpgradeIntent } from '../../src/helm/port.js';
import { failed, Problem } from '../../src/problem.js';
import type { Event } from '../../src/report/events.js';
import { helmPath } from '../../src/upgrade/helm-path.js';
import { runSteps } from '../../src/upgrade/run-steps.js';
import type { StepId } from '../../src/upgrade/journal/journal.js';
import type { StepNotes } from '../../src/upgrade/step.js';
import { FakeClock, flush } from './fake-clock.js';
import { FakeCluster } from './fake-cluster.js';
import { deployedPod, deployment, newImage, oldImage, replicaSet } from './objects.js';

const intent: UpgradeIntent = {
  release: 'm',
  namespace: 'db',
  chart: { reference: '/charts/milvus-4.2.20.tgz' },
  valuesFile: '/private/values.json',
  timeoutMs: 60_000,
  description: '',
  applyMethod: 'client',
  validate: true,
};

const record = (revision: number, status: ReleaseRecord['status'], chart = '4.2.20'): ReleaseRecord => ({
  name: 'm',
  namespace: 'db',
  revision,
  status,
  description: '',
  lastDeployed: '2026-11-22T12:00:00Z',
  chart: { name: 'milvus', version: chart, appVersion: '2.4.16' },
  chartValues: {},
  applyMethod: 'client',
  userValues: {},
  manifest: '',
  labels: {},
  storedBytes: 1,
});

const before = [record(6, 'superseded', '4.1.0'), record(7, 'deployed', '4.1.24')];
const after = [record(6, 'superseded', '4.1.0'), record(7, 'superseded', '4.1.24'), record(8, 'deployed')];

const oldPod = deployedPod('proxy', 'ready', { revision: 1, image: oldImage });

function oldRelease(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.put(deployment('proxy', { generation: 1, revision: 1, image: oldImage }), replicaSet('proxy', 1), oldPod);
  return cluster;
}

function newRelease(cluster: FakeCluster): void {
  cluster.remove(oldPod);
  cluster.put(replicaSet('proxy', 2), deployedPod('proxy'), deployment('proxy'));
}

const noted: string[] = [];
const notes: StepNotes = {
  intended: (id, details) => {
    noted.push(`intended ${id} ${JSON.stringify(details)}`);
    return Promise.resolve();
  },
  observed: (id) => {
    noted.push(`observed ${id}`);
    return Promise.resolve();
  },
  failed: (id, problem) => {
    noted.push(`failed ${id} ${problem}`);
    return Promise.resolve();
  },
};

beforeEach(() => {
  noted.length = 0;
});

interface World {
  cluster: FakeCluster;
  history: readonly ReleaseRecord[];
  historyAnswers: boolean;
}

function run(world: Partial<World>, upgrade: (world: World, signal?: AbortSignal) => Promise<void>) {
  const state: World = { cluster: oldRelease(), history: before, historyAnswers: true, ...world };
  const clock = new FakeClock();
  const events: Event[] = [];
  const abort = new AbortController();
  const calls: string[] = [];
  const marked: Promise<unknown>[] = [];
  const path = helmPath({
    helm: {
      upgrade: (_, signal) => {
        calls.push('helm upgrade');
        return upgrade(state, signal);
      },
    },
    intent,
    endsWithinMs: 83_000,
    cluster: state.cluster,
    clock,
    emit: (event) => events.push(event),
    installedRevision: 7,
    history: () => (state.historyAnswers ? Promise.resolve(state.history) : new Promise(() => undefined)),
    tidy: (history) => Promise.resolve(history),
    isTarget: ({ chart }) => chart.version === '4.2.20',
    expectation: {
      workloads: [{ kind: 'Deployment', name: 'proxy', component: 'proxy', image: newImage }],
      removed: [],
    },
    deadlineAt: clock.now() + 600_000,
    critical: (ended) => {
      marked.push(ended);
      return ended;
    },
  });
  const outcome: { result?: string; others?: readonly string[] } = {};
  runSteps(path.steps, (event) => events.push(event), abort.signal, notes).then(
    () => (outcome.result = 'ok'),
    (error: unknown) => {
      outcome.result = error instanceof Problem ? error.details.id : String(error);
      outcome.others = error instanceof Problem ? error.others.map(({ id }) => id) : [];
    },
  );
  return { path, clock, events, abort, calls, marked, outcome, state };
}

const helmWorks = (world: World): Promise<void> => {
  world.history = after;
  return Promise.resolve();
};

describe('the helm path', () => {
  it('upgrades, waits, settles and looks again', async () => {
    const { path, clock, events, calls, marked, outcome, state } = run({}, (world) => {
      world.cluster.put(deployment('proxy', { observed: 1, revision: 1 }));
      return helmWorks(world);
    });
    await clock.advance(10_000);
    newRelease(state.cluster);
    await clock.advance(5000);
    expect(outcome.result).toBe('ok');
    expect(calls).toEqual(['helm upgrade']);
    expect(marked).toHaveLength(1);
    expect(path.state).toMatchObject({
      written: true,
      revision: 8,
    });
    expect(events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []))).toEqual([
      'upgrade',
      'wait',
      'settle',
    ]);
    expect(state.cluster.requests).toContain('list pods');
  });

  it.each([
    ['the pods never change', (): void => undefined],
    [
      'the new template has the old image',
      ({ cluster }: World): void => {
        cluster.remove(oldPod);
        cluster.put(replicaSet('proxy', 2), deployedPod('proxy', 'ready', { image: oldImage }), deployment('proxy'));
      },
    ],
    [
      'an old pod stays',
      ({ cluster }: World): void => {
        newRelease(cluster);
        cluster.put(deployedPod('proxy', 'terminating', { revision: 1 }));
      },
    ],
    [
      'a workload is missing',
      ({ cluster }: World): void => {
        cluster.remove(deployment('proxy'));
      },
    ],
  ])('does not succeed because Helm ended with 0: %s', async (_, happens) => {
    const { path, clock, outcome } = run({}, async (world) => {
      await helmWorks(world);
      world.cluster.put(deployment('proxy', { observed: 1, revision: 1 }));
      happens(world);
    });
    await clock.advance(700_000);
    expect(['rollout-timeout', 'wrong-image', 'workload-missing']).toContain(outcome.result);
    expect(path.state).toMatchObject({ written: true, revision: 8 });
  });

  it('does not succeed on what a dead watch shows', async () => {
    const { clock, outcome, state } = run({}, (world) => {
      newRelease(world.cluster);
      return helmWorks(world);
    });
    await clock.advance(2000);
    state.cluster.putSilently(deployedPod('proxy', 'running'));
    await clock.advance(3000);
    expect(outcome.result).toBe('not-verified');
  });

  // The same revision, chart and values, but somebody changed an object by hand: the plan found something to apply.
  it('applies although the last revision already is the target', async () => {
    const { calls, clock } = run({ history: [record(7, 'deployed')] }, helmWorks);
    await clock.advance(3000);
    expect(calls).toEqual(['helm upgrade']);
  });

  it('upgrades again when the last revision is the target and failed', async () => {
    const { clock, calls, outcome } = run({ history: [record(6, 'deployed'), record(7, 'failed')] }, (world) => {
      newRelease(world.cluster);
      world.history = [record(6, 'superseded'), record(7, 'failed'), record(8, 'deployed')];
      return Promise.resolve();
    });
    await clock.advance(5000);
    expect(calls).toEqual(['helm upgrade']);
    expect(outcome.result).toBe('ok');
  });

  it('writes nothing when the release is no longer at the revision of the plan', async () => {
    const { path, calls, outcome } = run({ history: after }, helmWorks);
    await flush();
    expect(outcome.result).toBe('release-changed');
    expect(calls).toEqual([]);
    expect(path.state.written).toBe(false);
  });

  it.each<[string, readonly ReleaseRecord[]]>([
    ['no new revision', before],
    ['one too many', [...after, record(9, 'deployed')]],
    ['not deployed', [record(7, 'superseded'), record(8, 'failed')]],
    ['another chart', [record(7, 'superseded'), record(8, 'deployed', '4.1.24')]],
    ['two that are deployed', [record(7, 'deployed'), record(8, 'deployed')]],
    ['none at all', []],
  ])('after Helm ended with 0, a history with %s is a failure', async (_, history) => {
    const { clock, outcome } = run({}, (world) => {
      newRelease(world.cluster);
      world.history = history;
      return Promise.resolve();
    });
    await clock.advance(60_000);
    expect(outcome.result).toBe('revision-unexpected');
  });

  const helmFails = failed({ id: 'helm-failed', what: 'It failed.', remedy: 'Repair it.' });

  it.each<[string, readonly ReleaseRecord[], boolean, object]>([
    ['before it wrote a revision', before, true, { written: false, revision: 7 }],
    ['after it wrote a revision', [...before, record(8, 'failed')], true, { written: true, revision: 8 }],
    ['and nobody can tell', before, false, { written: true, revision: 7 }],
  ])('Helm fails %s', async (_, history, historyAnswers, expected) => {
    const { path, clock, outcome } = run({}, (world) => {
      Object.assign(world, { history, historyAnswers });
      return Promise.reject(helmFails);
    });
    await clock.advance(1000);
    expect(outcome.result).toBe('helm-failed');
    expect(path.state).toMatchObject(expected);
  });

  it.each<[string, readonly ReleaseRecord[], boolean]>([
    ['none of which is this run’s', [record(8, 'superseded', '4.1.30'), record(9, 'deployed', '4.1.31')], false],
    ['the first of which is this run’s', [record(8, 'failed'), record(9, 'deployed', '4.1.31')], true],
    ['the last of which is this run’s', [record(8, 'superseded', '4.1.31'), record(9, 'failed')], true],
  ])('Helm fails, and there are two new revisions, %s', async (_, newer, written) => {
    const { path, clock, outcome } = run({}, (world) => {
      world.history = [...before, ...newer];
      return Promise.reject(helmFails);
    });
    await clock.advance(1000);
    expect(outcome.result).toBe('helm-failed');
    expect(outcome.others).toEqual(['release-changed']);
    expect(path.state).toMatchObject({ written, revision: 9 });
  });

  it('looks for a revision no longer than a cancelled run has time for', async () => {
    const { clock, abort, outcome, path } = run({}, (world) => {
      world.historyAnswers = false;
      abort.abort();
      return Promise.reject(failed({ id: 'cancelled', what: 'Helm was killed.', remedy: 'Roll back.' }));
    });
    await clock.advance(400);
    expect(outcome.result).toBe('cancelled');
    expect(path.state).toMatchObject({ written: true, revision: 7 });
  });

  it('hands the cancellation to Helm', async () => {
    const { clock, abort, outcome, path } = run({}, (world, signal) => {
      world.history = [...before, record(8, 'pending-upgrade')];
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          reject(failed({ id: 'cancelled', what: 'It was cancelled.', remedy: 'Run again.' }));
        });
      });
    });
    await clock.advance(1000);
    abort.abort();
    await flush();
    expect(outcome.result).toBe('cancelled');
    expect(path.state).toMatchObject({ written: true, revision: 8 });
  });
});

describe('steps', () => {
  it('a cancelled run begins no step', async () => {
    const abort = new AbortController();
    const walked: string[] = [];
    const step = (id: StepId, done: boolean) => ({
      id,
      title: `Step ${id}`,
      done: () => Promise.resolve(done),
      intent: () => ({ of: id }),
      act: () => {
        walked.push(`act ${id}`, ...noted);
        abort.abort();
        return Promise.resolve();
      },
      verify: () => {
        walked.push(`verify ${id}`);
        return Promise.resolve({});
      },
    });
    const steps = [step('helm-upgrade', true), step('rollout', false), step('rollout-back', false)];
    const ran = runSteps(steps, () => undefined, abort.signal, notes);
    await expect(ran).rejects.toMatchObject({
      details: { id: 'cancelled', what: expect.stringContaining('Step rollout-back') },
    });
    expect(walked).toEqual(['act rollout', 'intended rollout {"of":"rollout"}', 'verify rollout']);
    expect(noted).toEqual(['intended rollout {"of":"rollout"}', 'observed rollout']);
  });
});
