import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gt, valid } from 'semver';
import { brokenPair } from '../../../src/milvus/charts.js';
import { known, unknown, type Known } from '../../../src/milvus/knowledge.js';
import { findRoute } from '../../../src/milvus/routes/find.js';
import { overridableRouteIds } from '../../../src/milvus/routes/overridable.js';
import type { Route, RouteHop, RouteQuestion } from '../../../src/milvus/routes/route.js';
import { compareMilvusVersions, isPrerelease } from '../../../src/milvus/version.js';
import { charts, v } from '../fixtures.js';
import { chartFor } from './question.js';

/** Rules written anew here, so that a mistake in the tables does not hide itself. */
const minors = ['2.0', '2.1', '2.2', '2.3', '2.4', '2.5', '2.6', '3.0'];
const bad = ['2.2.2', '2.2.3', '2.2.4', '2.4.13', '2.6.0', '2.6.1'];
const mayChange = [
  'mixCoordinator.enabled',
  'rootCoordinator.enabled',
  'queryCoordinator.enabled',
  'indexCoordinator.enabled',
  'dataCoordinator.enabled',
  'streaming.enabled',
  'indexNode.enabled',
];
const minorAt = (text: string): number => minors.indexOf(text.split('.').slice(0, 2).join('.'));
const atLeast = (text: string, than: string): boolean => compareMilvusVersions(v(text), v(than)) >= 0;

const released = [
  ...new Set([
    ...charts.map(({ appVersion }) => appVersion),
    ...[
      '2.2.15',
      '2.2.16',
      '2.3.22',
      '2.4.24',
      '2.5.17',
      '2.5.26',
      '2.5.27',
      '2.5.28',
      '2.6.0-rc1',
      '2.6.20',
      '2.6.22',
    ],
    ...['2.7.0', '3.0.0-beta', '3.0.0', '3.0.1', '3.1.0', '1.1.1'],
  ]),
];
/** Releases that routes are about, so that most questions get one. */
const usual = released.filter((text) => minorAt(text) >= 0 && !isPrerelease(v(text)));

/** Their charts by the resolving rule, which is slow over the whole repository. */
const chartOf = new Map(released.map((text) => [text, chartFor(text)]));
const small = [
  '2.1.4',
  '2.2.5',
  '2.2.16',
  '2.3.4',
  '2.3.22',
  '2.4.5',
  '2.4.24',
  '2.5.12',
  '2.5.27',
  '2.6.5',
  '2.6.20',
].flatMap((text) => chartOf.get(text) ?? []);

const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 1, arbitrary }, { weight: 4, arbitrary: fc.constant(undefined) });
const fact = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Known<T>> =>
  fc.oneof(
    { weight: 9, arbitrary: value.map((some) => known(some, 'a test')) },
    { weight: 1, arbitrary: fc.constant(unknown('not readable')) },
  );
const version = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...usual) },
  { weight: 1, arbitrary: fc.constantFrom(...released) },
);

const questions: fc.Arbitrary<RouteQuestion> = fc
  .record({
    ends: fc.tuple(version, version, fc.integer({ min: 0, max: 9 })),
    mode: fc.constantFrom('cluster', 'standalone'),
    coordinators: fc.constantFrom(
      'separate',
      'separate',
      'separate',
      'mixcoord',
      'mixcoord',
      'mixcoord',
      'mixed',
      'none',
    ),
    streamingNode: fc.boolean(),
    indexNode: fc.boolean(),
    queue: fact(
      fc.constantFrom(
        'pulsar2',
        'pulsar3',
        'external-pulsar',
        'kafka',
        'external-kafka',
        'rocksmq',
        'natsmq',
        'woodpecker',
      ),
    ),
    metastore: fact(fc.constantFrom('etcd', 'etcd', 'etcd', 'mysql', 'tikv')),
    installed: sometimes(fc.constantFrom(...charts)),
    // The resolving rule goes through all of them for each hop, so most repositories are small ones.
    entries: fc.oneof(
      { weight: 1, arbitrary: fc.constant(charts) },
      { weight: 14, arbitrary: fc.constant(small) },
      { weight: 4, arbitrary: fc.subarray([...charts], { maxLength: 60 }) },
    ),
    requested: sometimes(fc.constantFrom(...charts.map(({ version: chart }) => chart))),
    allow: fc.subarray([...overridableRouteIds]),
  })
  .map(({ ends: [one, other, backwards], installed, requested, ...rest }) => {
    const [older = one, newer = other] = [one, other].sort((a, b) => compareMilvusVersions(v(a), v(b)));
    const [source, target] = backwards === 0 ? [newer, older] : [older, newer];
    return {
      ...rest,
      ...{
        source: v(source),
        target: v(target),
        installed: installed ?? chartOf.get(source) ?? { version: '0.0.0', appVersion: source },
      },
      ...(requested === undefined ? {} : { requestedChart: requested }),
    };
  });

const blocked = ({ findings }: Route, { allow }: RouteQuestion): boolean =>
  findings.some(({ id, severity, overridable }) => severity === 'block' && !(overridable && allow.includes(id)));

/** What of a route breaks the rule; empty where it holds. */
type Rule = (route: Route, question: RouteQuestion) => readonly unknown[];

const after = (hops: readonly RouteHop[], index: number): RouteHop | undefined => hops[index + 1];
const crossesInto = ({ source, target }: RouteHop, minor: string): boolean =>
  minorAt(source) < minorAt(target) && minorAt(target) === minors.indexOf(minor);
const told = (hop: RouteHop | undefined): string =>
  (hop?.changes ?? []).map(({ key, value }) => `${key}=${String(value)}`).join();
const intoMixcoord = mayChange
  .slice(0, 5)
  .map((key, index) => `${key}=${String(index === 0)}`)
  .join();

const rules: Readonly<Record<string, Rule>> = {
  'the same route comes out again': (route, question) =>
    JSON.stringify(findRoute(structuredClone(question))) === JSON.stringify(route) ? [] : [route],

  'hops are one chain': ({ hops }, { source }) => [
    ...hops.slice(0, 1).filter((hop) => hop.source !== source.text),
    ...hops.filter((hop, index) => (after(hops, index)?.source ?? hop.target) !== hop.target),
    ...hops.slice(9),
  ],

  'a way that nothing blocks ends at the target': (route, question) =>
    blocked(route, question) || route.hops.at(-1)?.target === question.target.text ? [] : [route.hops],

  'no version goes down, and it stays only where nothing or the coordinators alone change': ({ hops }) =>
    hops.filter(({ row, source, target }) => {
      const step = compareMilvusVersions(v(target), v(source));
      return step < 0 || (step === 0 && !['same-version', '2.5-mixcoord'].includes(row));
    }),

  'no chart goes down': ({ hops }, { installed }) => {
    const all = [installed.version, ...hops.map(({ chart }) => chart.chartVersion)].filter(
      (chart) => valid(chart) !== null,
    );
    return all.filter((chart, index) => gt(chart, all[index + 1] ?? chart));
  },

  'no stop is a bad one or a pre-release': ({ hops }, { source }) =>
    hops
      .slice(0, -1)
      .map(({ target }) => target)
      .filter((target) => target !== source.text && (bad.includes(target) || isPrerelease(v(target)))),

  'a bad target is told': ({ findings, hops }, { source, target }) =>
    hops.length === 0 ||
    source.text === target.text ||
    bad.includes(target.text) === findings.some(({ id }) => id.startsWith('bad-target-'))
      ? []
      : [target.text],

  'chart and version go together': (route, question) =>
    blocked(route, question)
      ? []
      : route.hops.filter(
          ({ row, target, chart }) => row !== 'same-version' && brokenPair(chart.chartVersion, v(target)) !== undefined,
        ),

  'neither the message queue nor the mode changes, and nothing in standalone mode': ({ hops }, { mode }) =>
    hops.flatMap(({ changes }) => changes.filter(({ key }) => mode === 'standalone' || !mayChange.includes(key))),

  'no hop leads over a minor': ({ hops }, { allow }) =>
    hops.filter(({ row, source, target }) =>
      row === 'skipped-minor'
        ? !allow.includes(row) || !atLeast(source, '2.2.15') || minorAt(target) > minors.indexOf('2.5')
        : minorAt(target) - minorAt(source) > 1,
    ),

  'no hop leads over a required stop': ({ hops }) =>
    hops.filter(
      (hop) =>
        (crossesInto(hop, '2.3') && !atLeast(hop.source, '2.2.15')) ||
        (crossesInto(hop, '2.6') && !atLeast(hop.source, '2.5.16')) ||
        (crossesInto(hop, '3.0') && minorAt(hop.source) !== minors.indexOf('2.6')),
    ),

  'metadata is migrated from 2.1 to 2.2 and nowhere else': ({ hops }) =>
    hops.filter((hop) => (hop.path === 'migration') !== crossesInto(hop, '2.2')),

  'a migration knows that the metadata is in etcd': (route, { metastore }) =>
    route.hops.some(({ path }) => path === 'migration') &&
    !(metastore.known && metastore.value === 'etcd') &&
    !route.findings.some(({ id }) => id === 'metastore-unknown' || id === 'metastore-not-etcd')
      ? [metastore]
      : [],

  'a cluster comes into 2.6 with mixcoord alone, and with streaming nodes': (route, question) => {
    const { hops } = route;
    const index = hops.findIndex((hop) => crossesInto(hop, '2.6'));
    if (index === -1 || question.mode === 'standalone' || blocked(route, question)) return [];
    const ready = question.coordinators === 'mixcoord' || told(hops[index - 1]) === intoMixcoord;
    return ready && told(hops[index]) === 'streaming.enabled=true,indexNode.enabled=false' ? [] : hops.map(told);
  },

  'every finding has an id of its own, a reason, a remedy and a public source': ({ findings }) =>
    findings.filter(
      ({ id, seen, why, remedy, source, overridable }, index) =>
        !/^[a-z0-9.-]+$/.test(id) ||
        [seen, why, remedy].some((text) => text.length < 10) ||
        !/^https:\/\/(github\.com|milvus\.io)\//.test(source) ||
        overridable !== overridableRouteIds.includes(id) ||
        findings.findIndex((other) => other.id === id) !== index,
    ),

  'where there is no way, something says why': ({ hops, findings }) =>
    hops.length === 0 && findings.length === 0 ? [hops] : [],
};

it('every rule holds for any question', () => {
  let free = 0;
  fc.assert(
    fc.property(questions, (question) => {
      const route = findRoute(question);
      if (!blocked(route, question)) free += 1;
      const broken = Object.entries(rules).map(([rule, holds]) => ({ rule, by: holds(route, question) }));
      expect(broken.filter(({ by }) => by.length > 0)).toEqual([]);
    }),
    { seed: 20260806, numRuns: 700 },
  );
  // Enough of them have to have a way that nothing blocks, or the rules would say little.
  expect(free).toBeGreaterThan(150);
});
