import { lt, rcompare, valid } from 'semver';
import { refused, type Problem } from '../problem.js';
import { brokenPair, denied, keptCharts } from './charts.js';
import {
  compareMilvusVersions,
  compareMinors,
  isPrerelease,
  minorOf,
  parseMilvusVersion,
  sameMinor,
  type MilvusVersion,
} from './version.js';

/** One chart of the repository (or directory) that charts are taken from. */
export interface ChartEntry {
  readonly version: string;
  readonly appVersion: string;
}

export interface ChartQuestion {
  readonly entries: readonly ChartEntry[];
  readonly target: MilvusVersion;
  /** The chart of the release, with the app version that its record tells. */
  readonly installed: ChartEntry;
  /** The Milvus version that runs. */
  readonly running: MilvusVersion;
  /** The input chart-version. */
  readonly requested?: string;
}

export interface ResolvedChart {
  readonly chartVersion: string;
  readonly appVersion: string;
  /** Whether the repository has it. An installed chart that is kept may be missing; only an upgrade needs it. */
  readonly available: boolean;
  /** Why this chart, in one sentence. */
  readonly why: string;
  readonly notices: readonly string[];
}

interface Candidate extends ChartEntry {
  readonly app: MilvusVersion;
}

const readable = (entries: readonly ChartEntry[]): readonly Candidate[] =>
  entries.flatMap((entry) => {
    const app = parseMilvusVersion(entry.appVersion);
    return app === undefined || valid(entry.version) === null ? [] : [{ ...entry, app }];
  });

/** Best chart for a target: its own (the highest), else the highest of the newest older version in the same minor. */
function bestFor(entries: readonly Candidate[], target: MilvusVersion): Candidate | undefined {
  const allowed = entries.filter(
    ({ version, app }) =>
      // First what is quick to tell: an index has hundreds of charts.
      sameMinor(app, target) &&
      denied(version) === undefined &&
      brokenPair(version, target) === undefined &&
      (compareMilvusVersions(app, target) === 0 || (!isPrerelease(app) && compareMilvusVersions(app, target) < 0)),
  );
  return [...allowed].sort((a, b) => compareMilvusVersions(b.app, a.app) || rcompare(a.version, b.version))[0];
}

const chartInput = 'Set the input chart-version to a chart that you have tried with this version.';

function noCandidate(entries: readonly Candidate[], target: MilvusVersion): Problem {
  const usable = entries.filter(({ version, app }) => denied(version) === undefined && !isPrerelease(app));
  const own = usable.filter(({ app }) => sameMinor(app, target)).sort((a, b) => compareMilvusVersions(a.app, b.app));
  const nearest = (side: -1 | 1): string | undefined => {
    const beyond = usable.filter(({ app }) => Math.sign(compareMinors(app, target)) === side);
    const next = beyond.sort((a, b) => -side * compareMinors(a.app, b.app)).at(-1);
    return next === undefined ? undefined : minorOf(next.app);
  };
  const near = [nearest(-1), nearest(1)].filter((minor) => minor !== undefined);
  const oldest = own.at(0);
  const has =
    oldest === undefined
      ? `The nearest minors with charts are: ${near.length === 0 ? 'none' : near.join(' and ')}.`
      : `Its charts of Milvus ${minorOf(target)} begin with ${oldest.version} (Milvus ${oldest.appVersion}), which is newer.`;
  return refused({
    id: 'chart-not-found',
    what: `The chart repository has no chart for Milvus ${target.text}. ${has}`,
    why: 'A chart of another minor starts other components and another configuration.',
    remedy: `Check target-version, or use a repository with charts for it. ${chartInput}`,
  });
}

function kept(question: ChartQuestion, why: string, notices: readonly string[]): ResolvedChart {
  const { version, appVersion } = question.installed;
  const available = question.entries.some((entry) => entry.version === version);
  const rule = denied(version);
  return {
    chartVersion: version,
    appVersion,
    available,
    why,
    notices: rule === undefined ? notices : [...notices, `The installed chart ${version} is kept, but ${rule.reason}.`],
  };
}

function requestedChart(question: ChartQuestion, requested: string): ResolvedChart | Problem {
  const { entries, target, installed } = question;
  const refuse = (id: string, what: string, why: string, remedy: string): Problem => refused({ id, what, why, remedy });
  const leaveOut = 'Leave chart-version out to have it resolved from target-version.';
  const entry = entries.find(({ version }) => version === requested);
  if (entry === undefined && requested !== installed.version) {
    const below = entries.map(({ version }) => version).filter((version) => valid(version) !== null);
    const near = below.sort((a, b) => distance(a, requested) - distance(b, requested)).at(0);
    return refuse(
      'chart-version-unknown',
      `The chart repository has no chart ${requested}${near === undefined ? '' : ` (near it: ${near})`}.`,
      'Only published charts can be installed.',
      leaveOut,
    );
  }
  const rule = denied(requested);
  if (rule !== undefined && requested !== installed.version) {
    return refuse(rule.id, `chart-version ${requested} is not used: ${rule.reason}.`, `See ${rule.source}`, leaveOut);
  }
  const pair = brokenPair(requested, target);
  if (pair !== undefined) {
    return refuse(
      pair.id,
      `Chart ${requested} does not go with Milvus ${target.text}: ${pair.reason}.`,
      `See ${pair.source}`,
      leaveOut,
    );
  }
  if (isOlder(requested, installed.version)) {
    return refuse(
      'chart-downgrade',
      `chart-version ${requested} is older than the installed chart ${installed.version}.`,
      'An older chart takes back what newer ones set up, dependencies included.',
      `Give ${installed.version} or a newer one. ${leaveOut}`,
    );
  }
  const { appVersion } = entry ?? installed;
  const app = parseMilvusVersion(appVersion);
  const differs = app === undefined || compareMilvusVersions(app, target) !== 0;
  const notice = `Chart ${requested} is made for Milvus ${appVersion}; this run sets the image to ${target.text} explicitly.`;
  const why = `chart-version asks for ${requested}`;
  return requested === installed.version
    ? kept(question, why, differs ? [notice] : [])
    : { chartVersion: requested, appVersion, available: true, why, notices: differs ? [notice] : [] };
}

/** How far two chart versions are apart, for naming the nearest one. */
function distance(a: string, b: string): number {
  const number = (version: string): number =>
    version.split('.').reduce((sum, part) => sum * 1000 + (Number.parseInt(part, 10) || 0), 0);
  return Math.abs(number(a) - number(b));
}

/** Whether a chart is older than another; a version that is not semver (never published) is not compared. */
const isOlder = (version: string, than: string): boolean =>
  valid(version) !== null && valid(than) !== null && lt(version, than);

/**
 * The chart version for a target Milvus version. In this order: what chart-version asks for, if nothing speaks against
 * it; the installed chart where the target already runs or its minor has no charts of its own; the repository's best
 * chart; the installed chart where that is newer and of the target's minor. A chart never goes down.
 *
 * @returns a Problem (refused) with id `downgrade`, `chart-not-found`, `chart-version-unknown`, `chart-downgrade` or the
 *   id of a rule in charts.ts
 * @see https://github.com/zilliztech/milvus-helm/issues/106 (versions without a chart of their own)
 */
export function resolveChart(question: ChartQuestion): ResolvedChart | Problem {
  const { target, installed, running, requested } = question;
  if (compareMilvusVersions(target, running) < 0) {
    return refused({
      id: 'downgrade',
      what: `target-version ${target.text} is older than Milvus ${running.text}, which runs.`,
      why: 'Milvus writes metadata and indexes that older versions cannot read.',
      remedy: 'Give a newer target-version; to go back, restore a backup made before the upgrade.',
    });
  }
  if (requested !== undefined) return requestedChart(question, requested);
  const entries = readable(question.entries);
  const best = bestFor(entries, target);
  if (compareMilvusVersions(target, running) === 0) {
    const newer = best !== undefined && isOlder(installed.version, best.version);
    return kept(
      question,
      `Milvus ${target.text} runs already, so the installed chart ${installed.version} is kept`,
      newer
        ? [`The repository has a newer chart for Milvus ${target.text}: ${best.version}. Set chart-version to use it.`]
        : [],
    );
  }
  const keeper = keptCharts.find(({ target: [major, minor] }) => target.major === major && target.minor === minor);
  if (keeper !== undefined && !isOlder(installed.version, keeper.from)) {
    const why = `Milvus ${minorOf(target)} is reached by changing the image alone, so the installed chart ${installed.version} is kept`;
    return kept(question, why, []);
  }
  if (best === undefined) return noCandidate(entries, target);
  if (!isOlder(best.version, installed.version)) {
    const exact = compareMilvusVersions(best.app, target) === 0;
    return {
      chartVersion: best.version,
      appVersion: best.appVersion,
      available: true,
      why: exact
        ? `${best.version} is the highest usable chart made for Milvus ${target.text}`
        : `Milvus ${target.text} has no chart of its own; ${best.version} is the highest usable chart of the newest older version, ${best.appVersion}`,
      notices: [],
    };
  }
  const line = parseMilvusVersion(installed.appVersion);
  if (line !== undefined && sameMinor(line, target)) {
    return kept(
      question,
      `the installed chart ${installed.version} (Milvus ${installed.appVersion}) is newer than ${best.version}, which Milvus ${target.text} would get, and a chart never goes down`,
      [],
    );
  }
  return refused({
    id: 'chart-downgrade',
    what: `The installed chart ${installed.version} (made for Milvus ${installed.appVersion}) is newer than ${best.version}, the chart for Milvus ${target.text}.`,
    why: 'An older chart takes back what newer ones set up, dependencies included.',
    remedy: `Set chart-version to ${installed.version} to keep the installed chart, or choose a target-version of its minor.`,
  });
}
