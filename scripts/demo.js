// @ts-check
/**
 * `npm run demo`: the README's own workflow, through act, upgrades a Milvus release on a real Kubernetes API server.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parse } from 'yaml';
import { stageAction, startAct } from '../testbed/act.js';
import { chartsDirectory } from '../testbed/charts-build.js';
import { openCluster } from '../testbed/cluster.js';
import { startMirror } from '../testbed/mirror.js';
import { ensureParts, PartsUnavailable } from '../testbed/part-sources.js';
import { CONTROL_PLANE_PARTS } from '../testbed/parts.js';
import { ACTION, readmeWorkflow, settings } from './readme-workflow.js';
import { Interrupted, withTestBed } from './with-test-bed.js';

const ROOT = join(import.meta.dirname, '..');
const NAMESPACE = 'milvus';
const RELEASE = 'my-release';
const FROM = { milvus: '2.3.11', chart: '4.1.24' };
const TO = '2.4.23';
const POD_COLUMNS =
  'POD:.metadata.name,READY:.status.conditions[?(@.type=="Ready")].status,IMAGE:.spec.containers[0].image';

const begin = performance.now();
/** @param {string} line */
const say = (line) => console.log(line);
/** @param {string} title */
const headline = (title) => say(`\n== ${title}  [${((performance.now() - begin) / 1000).toFixed(1)} s]`);
/** @param {string} text */
const indented = (text) => say(text.trimEnd().replace(/^/gm, '   '));

/** A line of act's log; the summary, which is in it too, comes later. @param {string} line */
const showLine = (line) => {
  const [, text] = /^\[[^\]]+\] (.*)$/.exec(line) ?? [];
  if (text !== undefined && !text.startsWith('## ')) say(`   ${text}`);
};

/** A summary with its <details> closed. @param {string} markdown */
const folded = (markdown) =>
  markdown.replace(/<details>\s*<summary>(.*?)<\/summary>[\s\S]*?<\/details>/g, (_, title) => `[+] ${title}`);

/** The versions that the action installs by default. */
function defaultVersions() {
  const { inputs } = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'));
  return { helm: inputs['helm-version'].default, kubectl: inputs['kubectl-version'].default };
}

/**
 * @param {import('../testbed/control-plane.js').ClusterRecord} record
 * @param {{ signal: AbortSignal, directory: string, versions: { helm: string, kubectl: string } }} options
 */
async function show(record, { signal, directory, versions }) {
  const cluster = openCluster(record, { log: say });
  const charts = await chartsDirectory({ env: process.env });
  const mirror = await startMirror({ helm: [versions.helm], kubectl: [versions.kubectl], charts, log: say });
  try {
    const kubectl = async (/** @type {string[]} */ ...args) =>
      (await cluster.kubectl(['--namespace', NAMESPACE, ...args])).stdout;
    const showPods = async () => indented(await kubectl('get', 'pods', '--output', `custom-columns=${POD_COLUMNS}`));

    headline(`Milvus ${FROM.milvus} in cluster mode: helm install ${RELEASE} milvus-${FROM.chart}.tgz`);
    await cluster.createNamespace(NAMESPACE, { volumes: 30 });
    const chart = join(charts, `milvus-${FROM.chart}.tgz`);
    await cluster.helm(versions.helm, ['install', RELEASE, chart, '--namespace', NAMESPACE]);
    for (const object of (await kubectl('get', 'deployments,statefulsets', '--output', 'name')).trim().split('\n'))
      await kubectl('rollout', 'status', object, '--timeout=120s');
    await showPods();

    headline(`The workflow of README.md, through act: operation upgrade, target-version ${TO}`);
    const workflow = join(directory, 'milvus.yml');
    writeFileSync(workflow, readmeWorkflow(ROOT));
    stageAction(ROOT, join(directory, 'action'));
    const act = await startAct({
      workflow,
      path: `${dirname(process.execPath)}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      repositories: { [ACTION]: join(directory, 'action') },
      inputs: { operation: 'upgrade', release: RELEASE, namespace: NAMESPACE, 'target-version': TO },
      ...settings(readmeWorkflow(ROOT), {
        kubeconfig: readFileSync(record.kubeconfig, 'utf8'),
        repository: mirror.chartsUrl,
        'tool-mirror': mirror.url,
        'helm-checksum': mirror.helmSha256(versions.helm),
        'kubectl-checksum': mirror.kubectlSha256(versions.kubectl),
      }),
      onLine: showLine,
    });
    signal.addEventListener('abort', () => act.kill());
    const ended = await act.done;
    signal.throwIfAborted();

    headline('The pods now');
    await showPods();
    const upgraded = ended.steps.find(({ outputs }) => outputs.result !== undefined);
    headline('The job summary, as GitHub shows it at first: what can be opened is marked with [+]');
    const summary = upgraded?.summary ?? '';
    indented(folded(summary));
    const file = join(ROOT, '.testbed', 'demo-summary.md');
    writeFileSync(file, summary);
    say(`   (all of it: ${relative(process.cwd(), file)})`);

    const images = await kubectl(
      ...['get', 'deployments', '--selector', 'app.kubernetes.io/name=milvus'],
      ...['--output', 'jsonpath={.items[*].spec.template.spec.containers[*].image}'],
    );
    const wrong = images.split(' ').filter((image) => !image.endsWith(`:v${TO}`));
    if (ended.code !== 0 || upgraded?.outputs.result !== 'upgraded' || images === '' || wrong.length > 0)
      throw new Error(
        `The workflow ended with exit code ${ended.code} and result ${upgraded?.outputs.result ?? 'none'}; ` +
          `images of Milvus that are not ${TO}: ${images === '' ? 'no Deployment of Milvus was found' : wrong.join(', ') || 'none'}.`,
      );
    headline(
      `Milvus ${FROM.milvus} -> ${TO}: result ${upgraded.outputs.result}, chart ${upgraded.outputs['source-chart-version']} -> ` +
        `${upgraded.outputs['chart-version']}, revision ${upgraded.outputs.revision}`,
    );
  } finally {
    await mirror.close();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'milvus-upgrade-demo-'));
try {
  const versions = defaultVersions();
  say(
    'Real here: the bundled action in dist/, the workflow of README.md, Helm, kubectl, and a Kubernetes control plane.',
  );
  say(
    'Simulated: the kubelets (kwok). No image is pulled and no container runs, so no Milvus answers; pods become ready',
  );
  say(
    'at once. act stands in for GitHub; Helm, kubectl and a model of the Milvus chart come from a server on loopback.',
  );
  headline(
    'The parts of the test bed (the first time they may have to be built: 5 to 10 minutes), and the control plane',
  );
  await ensureParts([...CONTROL_PLANE_PARTS, `helm-${versions.helm}`, 'act'], { log: say });
  await withTestBed({ stateDirectory: join(ROOT, '.testbed', 'demo'), log: say }, (record, signal) =>
    show(record, { signal, directory, versions }),
  );
} catch (error) {
  const known = error instanceof PartsUnavailable || error instanceof Interrupted;
  console.error(`\nThe demo FAILED: ${known ? error.message : error instanceof Error ? error.stack : error}`);
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit();
