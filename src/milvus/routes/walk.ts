import { lt, rcompare, valid } from 'semver';
import { Problem } from '../../problem.js';
import { brokenPair, denied, deniedCharts, pairRules } from '../charts.js';
import { resolveChart, type ResolvedChart } from '../resolve.js';
import { minorOf, parseMilvusVersion, sameMinor } from '../version.js';
import { noticesFor } from './advice.js';
import { formatsChange } from './crossings.js';
import { demands } from './demands.js';
import type { HopView, Stage } from './hop-view.js';
import type { Route, RouteFinding, RouteHop, RouteQuestion } from './route.js';
import { chartReadme } from './sources.js';
import { older } from './table-version.js';
import type { Leg } from './way.js';

/** Where a leg stands among the others. */
interface Place {
  readonly last: boolean;
  readonly only: boolean;
}

/** The chart of one hop. One that only changes what runs may need a newer chart than the rule would keep. */
function chartOf(question: RouteQuestion, leg: Leg, before: Stage, { last }: Place): ResolvedChart | Problem {
  const { entries, requestedChart } = question;
  const ask = (requested?: string): ResolvedChart | Problem =>
    resolveChart({
      ...{ entries, target: leg.target, installed: before.chart, running: leg.source },
      ...(requested === undefined ? {} : { requested }),
    });
  const resolved = ask(last ? requestedChart : undefined);
  const needed = leg.changes.find(({ chartFrom }) => chartFrom !== undefined)?.chartFrom;
  if (needed === undefined || resolved instanceof Problem) return resolved;
  const tooOld = (version: string): boolean => valid(version) === null || lt(version, needed);
  if (!tooOld(resolved.chartVersion)) return resolved;
  const [better] = entries
    .filter(({ version, appVersion }) => {
      const app = parseMilvusVersion(appVersion);
      return app !== undefined && sameMinor(app, leg.target) && !tooOld(version) && denied(version) === undefined;
    })
    .map(({ version }) => version)
    .sort(rcompare);
  const moved = better === undefined ? resolved : ask(better);
  if (better === undefined || moved instanceof Problem) return resolved;
  return { ...moved, why: `the changes of this hop are documented with chart ${needed}` };
}

/** What the resolving rule has against a hop. */
function refusal({ details }: Problem, { source, target }: Leg, { last, only }: Place): RouteFinding {
  const rule = [...deniedCharts, ...pairRules].find(({ id }) => id === details.id);
  const alone = `Do this hop by itself (target-version: ${target.text}), and the rest after it. `;
  return {
    id: details.id,
    severity: 'block',
    seen: only ? details.what : `On the hop from ${source.text} to ${target.text}: ${details.what}`,
    why: details.why ?? '',
    remedy: last ? details.remedy : alone + details.remedy,
    source: rule?.source ?? chartReadme,
    overridable: false,
  };
}

/** The chart of a hop that rules or repository have something against, though the resolving rule keeps it. */
function chartFindings({ leg, chart }: HopView): readonly RouteFinding[] {
  if (leg.row === 'same-version') return [];
  const common = { severity: 'block', overridable: false } as const;
  const pair = brokenPair(chart.chartVersion, leg.target);
  return [
    ...(pair === undefined
      ? []
      : [
          {
            ...common,
            id: pair.id,
            seen: `Chart ${chart.chartVersion}, which is installed, does not go with Milvus ${leg.target.text}.`,
            why: `As known: ${pair.reason}.`,
            remedy: 'Choose a target-version that goes with the installed chart.',
            source: pair.source,
          },
        ]),
    ...(chart.available
      ? []
      : [
          {
            ...common,
            id: 'chart-not-available',
            seen: `From Milvus ${leg.source.text} to ${leg.target.text} the chart ${chart.chartVersion} is kept, and the chart repository does not have it.`,
            why: 'An upgrade needs the chart, also the installed one.',
            remedy: 'Check the input repository, or set chart-version to one that it has.',
            source: chartReadme,
          },
        ]),
  ];
}

/** Targets that a crossing does not make safely yet. */
const floorFindings = ({ leg: { source, target, crossings } }: HopView): readonly RouteFinding[] =>
  crossings.flatMap(({ floor }) => {
    const unmet = (floor?.reasons ?? []).filter(({ version }) => older(target, version));
    const highest = unmet.at(-1);
    if (floor === undefined || highest === undefined) return [];
    return [
      {
        id: floor.id,
        severity: 'block' as const,
        seen: `Milvus ${target.text} is not a safe target for ${source.text}; ${highest.version} is the first that is.`,
        why: unmet.map(({ reason }) => reason).join(' '),
        remedy: `Choose ${highest.version} or newer as target-version.`,
        source: highest.source,
        overridable: true,
      },
    ];
  });

const demandFindings = (view: HopView): readonly RouteFinding[] =>
  demands
    .filter(({ fails }) => fails(view))
    .map(({ id, severity, seen, why, remedy, source, overridable }) => ({
      ...{ id, severity, seen: seen(view), why, remedy, source, overridable },
    }));

function hopOf(view: HopView): RouteHop {
  const { leg, chart, question } = view;
  const { row, path, source, target, changes, reason, documentation } = leg;
  const [first, ...more] = leg.crossings;
  const end = more.length > 0 ? formatsChange(minorOf(source), minorOf(target)) : first?.pointOfNoReturn;
  return {
    row,
    path,
    source: source.text,
    target: target.text,
    chart,
    changes: changes.flatMap((set) => set.changes),
    notices: [...(reason === undefined ? [] : [reason]), ...noticesFor(view)],
    ...(end === undefined ? {} : { pointOfNoReturn: end }),
    documentation: documentation[question.mode],
  };
}

/**
 * Walks the way leg by leg: the chart of each after the one before, what then runs, and what speaks against it. Ends
 * where a leg has no chart.
 */
export function walk(question: RouteQuestion, legs: readonly Leg[]): Route {
  const { coordinators, streamingNode, indexNode, installed } = question;
  const hops: RouteHop[] = [];
  const findings: RouteFinding[] = [];
  let before: Stage = { coordinators, streamingNode, indexNode, chart: installed };
  for (const [index, leg] of legs.entries()) {
    const place = { last: index === legs.length - 1, only: legs.length === 1 };
    const chart = chartOf(question, leg, before, place);
    if (chart instanceof Problem) return { hops, findings: [...findings, refusal(chart, leg, place)] };
    const { chartVersion: version, appVersion } = chart;
    const after = leg.changes.reduce<Stage>((stage, { result }) => ({ ...stage, ...result }), {
      ...before,
      chart: { version, appVersion },
    });
    const view = { question, leg, chart, before, after };
    hops.push(hopOf(view));
    findings.push(...chartFindings(view), ...floorFindings(view), ...demandFindings(view));
    before = after;
  }
  return { hops, findings };
}
