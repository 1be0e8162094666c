import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { URL } from 'node:url';
import { promisify } from 'node:util';
import semver from 'semver';
import { parse, parseAllDocuments } from 'yaml';
import { buildCharts, packages } from './charts-build.js';
import { checkDefaults, checkJump, checkRender, outcome } from './charts-facts.js';
import { MODEL_CHART, within } from './charts-lines.js';
import { readFromTgz } from './charts-tar.js';

const run = promisify(execFile);
const facts = JSON.parse(readFileSync(new URL('facts.json', MODEL_CHART), 'utf8'));

/** Holds the model chart, and the charts in MILVUS_CHARTS where it is set, to the table of facts. */
async function main() {
  const work = mkdtempSync(join(tmpdir(), 'milvus-charts-'));
  try {
    const helm = await findHelm(process.argv[2], process.env);
    await buildCharts(join(work, 'model'));
    const directories = { 'model chart': join(work, 'model') };
    if (process.env.MILVUS_CHARTS) directories['charts in MILVUS_CHARTS'] = resolve(process.env.MILVUS_CHARTS);
    const outcomes = [];
    for (const [title, directory] of Object.entries(directories)) {
      console.log(`\n${title} (${directory}), rendered by ${helm}`);
      outcomes.push(await checkDirectory(helm, directory, work));
    }
    const all = outcome(...outcomes);
    console.log(`\n${all.held} facts held, ${all.differ.length} differ`);
    process.exitCode = all.differ.length === 0 ? 0 : 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function checkDirectory(helm, directory, work) {
  const charts = packages(directory);
  if (charts.length === 0) throw new Error(`${directory} holds no milvus-<version>.tgz.`);
  const outcomes = [];
  const renders = new Map();
  for (const { file, version } of charts.reverse()) {
    if (!within(facts.covers, version)) {
      console.log(`  ${version.padEnd(8)} no facts: they cover ${facts.covers.from} to ${facts.covers.to}`);
      continue;
    }
    const tgz = readFileSync(join(directory, file));
    const { appVersion } = parse(readFromTgz(tgz, 'milvus/Chart.yaml'));
    const parts = [checkDefaults(facts, { version, appVersion }, parse(readFromTgz(tgz, 'milvus/values.yaml')))];
    for (const { valueSet, on, objects } of await renderAll(helm, join(directory, file), work)) {
      if (within(facts.broken, version)) {
        parts.push(checkBroken(version, valueSet, objects));
        continue;
      }
      if (objects instanceof Error) throw objects;
      renders.set(`${version} ${valueSet} ${on}`, objects);
      parts.push(checkRender(facts, { version, appVersion, valueSet, on }, objects));
    }
    outcomes.push(report(version, outcome(...parts)));
  }
  if (outcomes.length === 0) throw new Error(`${directory} holds no chart that the facts cover.`);
  const known = facts.jumps.filter(
    (jump) => renders.has(`${jump.from} ${jump.in} upgrade`) && renders.has(`${jump.to} ${jump.in} upgrade`),
  );
  const jumps = known.map((jump) =>
    checkJump(
      jump,
      renders.get(`${jump.from} ${jump.in} ${jump.first ? 'install' : 'upgrade'}`),
      renders.get(`${jump.to} ${jump.in} upgrade`),
    ),
  );
  return outcome(...outcomes, report('upgrades', outcome(...jumps)));
}

/** A broken package is one by the facts only if it is: Helm refuses it, or it leaves out the Pulsar that it should make. */
function checkBroken(version, valueSet, objects) {
  const pulsar = !(objects instanceof Error) && objects.some(({ metadata }) => /-pulsar(v3)?-/.test(metadata.name));
  return { held: pulsar ? 0 : 1, differ: pulsar ? [`${version} ${valueSet}: renders Pulsar, and should not`] : [] };
}

function report(title, result) {
  console.log(`  ${title.padEnd(8)} ${result.held} held, ${result.differ.length} differ`);
  for (const difference of result.differ) console.log(`    ${difference}`);
  return result;
}

/** Every value set of one chart, as many at a time as there are processors. */
async function renderAll(helm, chart, work) {
  const wanted = Object.entries(facts.valueSets).flatMap(([valueSet, { install }]) =>
    (install ? ['install', 'upgrade'] : ['upgrade']).map((on) => ({ valueSet, on })),
  );
  const rendered = [];
  const queue = wanted.entries();
  const worker = async () => {
    for (const [index, { valueSet, on }] of queue) {
      rendered[index] = { valueSet, on, objects: await render(helm, chart, valueSet, on, work) };
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return rendered;
}

/** Objects of one render; an Error where Helm refuses. */
async function render(helm, chart, valueSet, on, work) {
  const { release = facts.release, set } = facts.valueSets[valueSet];
  const values = join(work, `${valueSet}-${on}.json`);
  writeFileSync(values, JSON.stringify(set));
  const upgrade = on === 'upgrade' ? ['--is-upgrade'] : [];
  const target = ['--namespace', facts.namespace, '--kube-version', facts.kubernetes];
  try {
    const { stdout } = await run(helm, ['template', release, chart, '--values', values, ...target, ...upgrade], {
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, KUBECONFIG: '/dev/null' },
    });
    return parseAllDocuments(stdout, { uniqueKeys: false })
      .map((document) => document.toJS())
      .filter((object) => object?.kind !== undefined);
  } catch (error) {
    return new Error(`Helm does not render ${chart} with the values "${valueSet}": ${error.stderr || error.message}`);
  }
}

/** The Helm given, or the one on PATH, or the newest that the test bed has. */
async function findHelm(given, env) {
  if (given !== undefined) return given;
  const onPath = await run('helm', ['version', '--short']).then(
    () => true,
    () => false,
  );
  if (onPath) return 'helm';
  const bin = join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'milvus-upgrade-testbed', 'bin');
  const cached = listed(bin)
    .flatMap((file) => /^helm-(\d+\.\d+\.\d+)$/.exec(file)?.[1] ?? [])
    .sort(semver.rcompare)[0];
  if (cached === undefined)
    throw new Error('No helm: put one on PATH, name one as an argument, or bring the test bed up once.');
  return join(bin, `helm-${cached}`);
}

function listed(directory) {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

await main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
