import type { CheckResult } from '../../plan/plan.js';
import type { ProblemDetails } from '../../problem.js';
import { successes, type Report } from '../report.js';
import { code, fenced, html, sentence, shorten } from '../safe.js';
import { isSeveralHops, refusedFor } from '../hops.js';
import { nextStep, stateOfData } from '../words.js';
import { blocks, counted, keep, list, type Section } from './section.js';

/** Sentences are sentences: anything longer belongs into the folded raw text. */
const MAX_SENTENCE = 1200;
const MAX_PROBLEMS = 40;

const say = (text: string): string => sentence(shorten(text, MAX_SENTENCE));

/** A link to the source of a rule, where it is a web address. */
export function sourceLink(source: string, text = 'source'): string {
  if (!URL.canParse(source) || new URL(source).protocol !== 'https:') return '';
  return `<a href="${html(new URL(source).href)}">${html(text)}</a>`;
}

const blockedChecks = (report: Report): readonly CheckResult[] =>
  (report.plan?.checks ?? []).filter(({ status }) => status === 'blocked');

/** A target that takes several hops is no fault: the inputs that do the first of them, or all. */
function firstHop(report: Report): string | undefined {
  const first = refusedFor(report);
  const count = report.plan?.hops.length ?? 0;
  if (first === undefined) return undefined;
  const takes = `**This target takes ${count} hops, and a run without ${code('multi-hop: true')} does one.**`;
  if (first.path === 'migration') {
    return `${takes} The first, to Milvus ${code(first.targetVersion)}, is a migration of the metadata.`;
  }
  return blocks(`${takes} For the first:`, fenced(`target-version: ${first.targetVersion}`, 'yaml'));
}

/** One bad thing in full. */
function inFull({ id, what, why, remedy }: ProblemDetails): string {
  return blocks(
    `**Cause:** ${say(what)} (${code(id)})`,
    why === undefined ? undefined : `**Why it matters:** ${say(why)}`,
    `**What to do:** ${say(remedy)}`,
  );
}

/** One of several bad things, in a list. */
function inList({ what, why, remedy }: ProblemDetails): string {
  return `${say(what)}${why === undefined ? '' : ` ${say(why)}`}<br>→ ${say(remedy)}`;
}

function blockedInList({ id, seen, why, remedy, source, overridable }: CheckResult): string {
  const override = overridable ? `${code(`allow: ${id}`)} overrides this check.` : 'This check cannot be overridden.';
  const tail = [override, sourceLink(source)].filter((part) => part !== '').join(' ');
  return `**${code(id)}** ${say(seen)} ${say(why)}<br>→ ${say(remedy)} ${tail}`;
}

function causes(report: Report): string {
  const hop = firstHop(report);
  const all = blockedChecks(report);
  const blocked = hop === undefined ? all : all.filter((check) => !isSeveralHops(check));
  const problems = report.problems.filter(({ id }) => !all.some((check) => check.id === id));
  const first = problems.at(0);
  const others = problems.slice(1);
  return blocks(
    hop,
    first === undefined ? undefined : inFull(first),
    others.length === 0 ? undefined : list(others.map(inList), MAX_PROBLEMS),
    blocked.length === 0
      ? undefined
      : `**${counted(blocked.length, 'check')} ${blocked.length === 1 ? 'stands' : 'stand'} against it:**`,
    blocked.length === 0 ? undefined : list(blocked.map(blockedInList), MAX_PROBLEMS),
  );
}

/** Cause, why, what to do, state of the data, next command: in this order, for whoever is woken up by it. */
export function problems(report: Report): Section | undefined {
  if (successes.includes(report.result)) return undefined;
  const next = nextStep(report);
  const text = blocks(
    causes(report),
    `**State of the data:** ${say(stateOfData(report))}`,
    next === undefined ? undefined : `**Next:** ${say(next)}`,
  );
  return { name: 'causes', keep: keep.essential, text };
}
