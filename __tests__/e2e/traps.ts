import { expect } from '@jest/globals';
import type { RunnerResult } from '../../testbed/runner.js';
import { jsonFile, Scenario, type Bed, type Values } from './harness.js';
import { beside, expectEnd, type End } from './trouble.js';

/** What a person does to a release, and how the action ends it without writing anything. */
export interface Trap {
  /** Its letter, and what was done. */
  readonly trap: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly result: 'refused' | 'planned';
  /** Ids of all problems. */
  readonly problems?: readonly string[];
  /** Ids of all checks that warn. */
  readonly warned?: readonly string[];
  /** Matches the findings, a line each: id, what was seen, what to do. */
  readonly says?: RegExp;
}

export interface Installed {
  readonly name: string;
  readonly chart: string;
  readonly values: Values;
  readonly traps: readonly Trap[];
}

/** Everything of a namespace that an upgrade writes, by content. */
const written = (scenario: Scenario): Promise<string> =>
  scenario.kubectl(
    'get',
    'deployments,statefulsets,jobs,configmaps,secrets,services,serviceaccounts,persistentvolumeclaims',
    '--output',
    'jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.generation}{.metadata.uid}{.data}{"\\n"}{end}',
  );

export interface Caught<T> {
  readonly results: ReadonlyMap<string, RunnerResult>;
  /** What was written before and after all of them. */
  readonly before: string;
  readonly after: string;
  readonly end: T;
}

/** Walks into the traps of a release one after another, and then tells what else is of it. */
export const caught = <T>(
  bed: () => Bed,
  { name, chart, values, traps }: Installed,
  then: (scenario: Scenario) => Promise<T>,
): (() => Promise<Caught<T>>) =>
  beside(async () => {
    const scenario = await Scenario.make(bed(), `trap-${name}`, { volumes: 12 });
    await scenario.install(chart, { values });
    const before = await written(scenario);
    const results = new Map<string, RunnerResult>();
    for (const { trap, inputs } of traps) results.set(trap, await scenario.run(inputs));
    return { results, before, after: await written(scenario), end: await then(scenario) };
  });

/** Everything that a run found, a line each. */
export function found(result: RunnerResult): string {
  const { problems, plan } = jsonFile(result, 'report-file');
  const checks = (plan?.checks ?? []).filter(({ status }) => status !== 'passed');
  return [
    ...problems.map(({ id, what, remedy }) => `${id}: ${what} ${remedy}`),
    ...checks.map(({ id, seen, remedy }) => `${id}: ${seen} ${remedy}`),
  ].join('\n');
}

const warnedBy = (result: RunnerResult): string[] =>
  (jsonFile(result, 'report-file').plan?.checks ?? []).filter(({ status }) => status === 'warned').map(({ id }) => id);

export const refused = (...problems: string[]): End => ({ result: 'refused', changed: 'false', problems });
export const upgraded: End = { result: 'upgraded', changed: 'true', revision: '2' };

/** Expects a trap to end as its row says. */
export async function expectCaught(story: () => Promise<Caught<unknown>>, row: Trap): Promise<void> {
  const { trap, result: end, problems = [], warned = [], says = /^/ } = row;
  const result = (await story()).results.get(trap);
  if (result === undefined) throw new Error('nobody walked into it');
  expectEnd(result, { result: end, changed: 'false', problems });
  expect(warnedBy(result)).toEqual(warned);
  expect(found(result)).toMatch(says);
  expect(result.outputs['plan-digest'] === undefined).toBe(end === 'refused');
}

/** Expects that none of the traps wrote anything. */
export async function expectUntouched(story: () => Promise<Caught<unknown>>): Promise<void> {
  const { before, after } = await story();
  expect(before).toContain('Secret/sh.helm.release.v1.milvus.v1=');
  expect(after).toBe(before);
}
