import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll } from '@jest/globals';
import { ensureMilvus21, type Milvus21 } from '../../testbed/milvus-2.1.js';
import { eventually, usePrograms, type Started } from './programs.js';

export interface Answer {
  readonly rows: number;
  readonly ids: readonly (readonly number[])[];
  readonly indexes: number;
}

/** The real Milvus 2.1.0 against a real etcd of this file, with a root path of its own. */
export function useMilvus21() {
  const programs = usePrograms();
  const root = 'real-root';
  let milvus: Milvus21 | undefined;
  let last: Started | undefined;
  let address = '';

  beforeAll(async () => {
    milvus = await ensureMilvus21();
    address = programs.newAddress();
    for (const name of ['configs', 'data']) mkdirSync(programs.path(name));
    writeFileSync(
      programs.path('configs/milvus.yaml'),
      `etcd: { endpoints: [${programs.etcd().endpoints.join(', ')}], rootPath: ${root}, metaSubPath: meta, kvSubPath: kv }\n`,
    );
  }, 900_000);
  afterAll(async () => {
    last?.process.kill('SIGKILL');
    await last?.ended;
  });

  const installed = () => {
    if (milvus === undefined) throw new Error('Milvus is installed before the tests');
    return milvus;
  };
  const healthy = async () => {
    try {
      return (await fetch(`http://${address}:9091/healthz`)).ok;
    } catch {
      return false;
    }
  };
  return {
    ...programs,
    root,
    /** Starts it and waits until it says it is healthy; the path is what is measured, not this machine. */
    startMilvus: async () => {
      const running = programs.start('milvus-real', [], {
        HOME: process.env.HOME,
        MILVUS_HOME: installed().home,
        MILVUS_PYTHON: installed().python,
        MILVUSCONF: programs.path('configs'),
        MILVUS_DATA: programs.path('data'),
        POD_IP: address,
      });
      last = running;
      await eventually(
        'Milvus 2.1.0',
        () => (running.process.exitCode === null ? healthy() : Promise.reject(new Error(running.output()))),
        120_000,
      );
      return running;
    },
    /** `prepare`: 1000 vectors, an index, a search. `search`: the same search. */
    client: async (command: 'prepare' | 'search'): Promise<Answer> => {
      const { python, client, clientEnv } = installed();
      const running = programs.start(python, [client, command, address, '19530'], {
        HOME: process.env.HOME,
        ...clientEnv,
      });
      const { code, output } = await running.ended;
      if (code !== 0) throw new Error(`client ${command}: ${output}`);
      return JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '') as Answer; // among warnings
    },
    sessions: () =>
      Object.keys(programs.keys(root))
        .filter((key) => key.startsWith(`${root}/meta/session/`) && !key.endsWith('/id'))
        .map((key) => key.slice(`${root}/meta/session/`.length)),
  };
}
