import type { Values } from '../../src/helm/port.js';
import type { Fault, FaultKind } from '../model/faults.js';
import { owned } from '../model/helm-script.js';
import type { BehaviourOf } from '../model/kubelet.js';
import type { ActionProcess, ProcessOptions } from '../model/process.js';
import { manifestObjects, recordOf } from '../model/releases.js';
import { World } from '../model/world.js';
import { charts, rendered, type ChartName } from './charts.js';
import { namespace, Refusals } from './model-refusals.js';
import { fates } from './pods.js';
import {
  release,
  type Cut,
  type CutEnd,
  type Loss,
  type Play,
  type Point,
  type Ports,
  type Stage,
  type User,
} from './stage.js';
import { endOf } from './views.js';

const losses: Readonly<Record<Loss, Omit<Fault, 'at'>>> = {
  'answer lost once': { kind: 'error-after-effect', extent: 'once' },
  'answers lost': { kind: 'error-after-effect', extent: 'onward' },
  'request lost once': { kind: 'timeout-no-effect', extent: 'once' },
  'refused once': { kind: 'connection-refused', extent: 'once' },
  'requests lost': { kind: 'timeout-no-effect', extent: 'onward' },
  'busy once': { kind: 'busy-429', extent: 'once' },
};

/** What a request that is held back meets. */
const held: Readonly<Record<CutEnd, FaultKind>> = {
  kill: 'timeout-no-effect',
  interrupt: 'timeout-no-effect',
  release: 'slow-beyond-lease',
};

function callName(point: Point): string {
  switch (point.write) {
    case 'history':
      return 'helm: read the history';
    case 'new record':
      return 'helm: create record ';
    case 'record':
      return `helm: record ${point.revision} `;
    default:
      return `helm: ${point.write} ${point.kind} ${point.name}`;
  }
}

const behaviourOf: BehaviourOf = ({ image }) => {
  const fate = Object.entries(fates).find(([, { tag }]) => image.endsWith(`:${tag}`));
  return fate === undefined ? {} : { fate: fate[1].model };
};

function newWorld(): World {
  const world = new World({ behaviourOf, compressed: true });
  for (const name of ['one', 'two'] as const) {
    const { version, appVersion, values } = charts[name];
    const render = (of: string, _: string, given: Values): string => rendered(name, of, given);
    world.charts.set(name, { name: 'app', version, appVersion, values, render });
  }
  return world;
}

function userOf({ store }: World, refusals: Refusals): User {
  const ok = ({ ok: taken }: { readonly ok: boolean }): Promise<void> =>
    taken ? Promise.resolve() : Promise.reject(new Error('the model refused it'));
  const change: User['change'] = ({ kind }, name, edit) => ok(store.change('user', kind, namespace, name, edit));
  return {
    create: (_, object) => ok(store.create('user', { ...object, metadata: { ...object.metadata, namespace } })),
    change,
    delete: ({ kind }, name) => ok(store.delete('user', kind, namespace, name)),
    freeze: (resource, name) => change(resource, name, (live) => ({ ...live, immutable: true })),
    limit: (kind) => {
      refusals.limit(kind === 'pods' ? 'Pod' : 'Deployment');
      return Promise.resolve();
    },
    forget: () => Promise.resolve(),
  };
}

class ModelStage implements Stage {
  readonly namespace = namespace;
  readonly world: World;
  readonly process: ActionProcess;
  readonly ports: Ports;
  readonly others: Ports;
  readonly forgotten: Ports;
  readonly user: User;
  readonly helm: Stage['helm'];
  readonly clock: Stage['clock'];
  readonly #major: Play['major'];
  readonly #refusals: Refusals;

  constructor(major: Play['major']) {
    this.#major = major;
    this.world = newWorld();
    this.#refusals = new Refusals(this.world);
    const { process, cluster, writes, helm } = this.world.process({ helmMajor: major });
    this.process = process;
    this.clock = process.clock;
    this.ports = { ...cluster, ...writes };
    this.helm = helm;
    this.user = userOf(this.world, this.#refusals);
    this.others = this.#another({});
    // The list is told first; the first event after it never comes.
    this.forgotten = this.#another({ faults: [{ at: 3, kind: 'gone-410', extent: 'once' }] });
  }

  #another(options: ProcessOptions): Ports {
    const { cluster, writes } = this.world.process(options);
    return { ...cluster, ...writes };
  }

  losing(loss: Loss): Ports {
    return this.#another({ faults: [{ at: 1, ...losses[loss] }] });
  }

  helmWithoutDelete(): Promise<Stage['helm']> {
    const { process, helm } = this.world.process({ helmMajor: this.#major });
    this.#refusals.careful.add(process.id);
    return Promise.resolve(helm);
  }

  chart(name: ChartName): { readonly reference: string } {
    return { reference: name };
  }

  values(values: Values): string {
    const path = `/private/${this.world.files.size}.json`;
    this.world.files.set(path, values);
    return path;
  }

  /** The model has no `helm install`: what it leaves is put there. */
  install(chart: ChartName, values: Values = {}, method: 'client' | 'server' = 'client'): Promise<void> {
    const { store } = this.world;
    const { version, appVersion, values: defaults } = charts[chart];
    const manifest = rendered(chart, release, values);
    const moment = store.moment();
    const info = { first_deployed: moment, last_deployed: moment, deleted: '', description: 'Install complete' };
    const record = {
      name: release,
      namespace,
      version: 1,
      info: { ...info, status: 'deployed' as const },
      chart: { metadata: { name: 'app', version, appVersion }, values: defaults },
      config: values,
      manifest,
      ...(method === 'server' ? { apply_method: 'ssa' } : {}),
      labels: {},
    };
    store.create('user', recordOf(record, { modifiedAt: '1' }, true));
    for (const object of manifestObjects(manifest, namespace)) store.create('user', owned(object, release, namespace));
    return Promise.resolve();
  }

  async cut<T>({ at, act, end, meanwhile }: Cut<T>): Promise<{ readonly ended: string; readonly meanwhile?: T }> {
    const name = callName(at);
    const strikes = { n: 0 };
    const fault: Fault = {
      kind: held[end],
      // The first call of this name, whatever its number is.
      get at() {
        const call = process.calls.at(-1);
        if (strikes.n === 0 && call?.name.startsWith(name) === true) strikes.n = call.n;
        return strikes.n;
      },
    };
    const { process, helm } = this.world.process({ helmMajor: this.#major, faults: [fault] });
    const abort = new AbortController();
    const ended = endOf(act(helm, abort.signal));
    while (strikes.n === 0) await this.clock.sleep(1);
    const seen = await meanwhile?.();
    if (end === 'kill') for (const child of process.children) child.kill();
    if (end === 'interrupt') abort.abort(new Error('cancelled'));
    return { ended: await ended, ...(seen === undefined ? {} : { meanwhile: seen }) };
  }
}

/** Plays a case in a world of its own: what was seen. */
export async function playOnModel({ major, act }: Play): Promise<unknown> {
  const stage = new ModelStage(major);
  const ending = await stage.world.run(stage.process, () => act(stage));
  if (ending.ended === 'returned') return ending.value;
  throw ending.ended === 'threw' ? ending.error : new Error('the process was killed');
}
