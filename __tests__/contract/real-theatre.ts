import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import { createCluster } from '../../src/cluster/client.js';
import { Contact } from '../../src/cluster/contact.js';
import { prepareKubeconfig } from '../../src/cluster/credentials/prepare.js';
import { Leftovers } from '../../src/cluster/leftovers.js';
import { startProxy, type Proxy } from '../../src/cluster/proxy.js';
import { socketTransport, type Transport } from '../../src/cluster/transport.js';
import { createHelm } from '../../src/helm/adapter.js';
import type { Helm } from '../../src/helm/port.js';
import { parseHelmVersion } from '../../src/helm/version.js';
import type { Run } from '../../src/process/port.js';
import { run } from '../../src/process/run.js';
import { must } from '../../testbed/api.js';
import { ensureParts } from '../../testbed/part-sources.js';
import type { Bed } from '../e2e/harness.js';
import { helmVersions } from '../model/helm-program.js';
import { filesOf } from './charts.js';
import { RealStage } from './real-stage.js';
import type { Major, Play, Ports } from './stage.js';

/** What all cases share: one kubectl proxy, the programs, the charts. */
export class RealTheatre {
  /** Somebody who has reached the server before takes a failure for one that passes. */
  readonly #contact = new Contact();

  private constructor(
    readonly bed: Bed,
    readonly directory: string,
    readonly kubeconfig: string,
    readonly programs: Readonly<Record<string, string>>,
    readonly proxy: Proxy,
    readonly transport: Transport,
  ) {}

  static async open(bed: Bed): Promise<RealTheatre> {
    const directory = mkdtempSync(join(tmpdir(), 'contract-'));
    const leftovers = new Leftovers(() => undefined);
    const kubeconfig = prepareKubeconfig({
      credentials: { kind: 'kubeconfig', content: bed.adminKubeconfig },
      allowExec: [],
      tempDir: directory,
      searchPath: '',
      now: systemClock.now(),
      mask: () => undefined,
      leftovers,
    });
    for (const chart of ['one', 'two'] as const) {
      for (const [file, text] of Object.entries(filesOf(chart))) {
        const path = join(directory, chart, file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
    }
    const parts = ['kubectl', ...Object.values(helmVersions).map((version) => `helm-${version}`)];
    const programs = await ensureParts(parts, { env: process.env, log: () => undefined });
    const proxy = await startProxy({
      kubectl: programs.kubectl ?? 'kubectl',
      kubeconfig: kubeconfig.path,
      context: kubeconfig.context,
      host: kubeconfig.host,
      serverPath: kubeconfig.serverPath,
      tempDir: directory,
      environment: { HOME: directory, PATH: '/usr/bin:/bin' },
      clock: systemClock,
      leftovers,
      platform: process.platform,
    });
    return new RealTheatre(bed, directory, kubeconfig.path, programs, proxy, socketTransport(proxy.socket));
  }

  /** The real adapter of the ports, as src/cluster/open.ts puts it together. */
  ports(transport: Transport = this.transport): Ports {
    const api = {
      transport,
      clock: systemClock,
      host: 'the test bed',
      diagnostics: () => this.proxy.diagnostics(),
      renewable: false,
      contact: this.#contact,
      chance: () => 0,
      word: () => randomBytes(16).toString('hex'),
    };
    return createCluster(api, () => Promise.resolve());
  }

  helm(major: Major, kubeconfig = this.kubeconfig, start: Run = run): Helm {
    const version = helmVersions[major];
    return createHelm({
      path: this.programs[`helm-${version}`] ?? 'helm',
      version: parseHelmVersion(version),
      kubeconfig,
      environment: { HOME: this.directory, PATH: '/usr/bin:/bin' },
      tempDir: this.directory,
      run: start,
    });
  }

  async play({ major, act }: Play): Promise<unknown> {
    const { cluster } = this.bed;
    const namespace = `contract-${randomBytes(4).toString('hex')}`;
    await cluster.createNamespace(namespace, { volumes: 0 });
    try {
      return await act(new RealStage(this, namespace, major));
    } finally {
      // Nobody waits for its end.
      await must(cluster.api, 'DELETE', `/api/v1/namespaces/${namespace}`);
    }
  }

  async close(): Promise<void> {
    this.transport.close();
    await this.proxy.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
