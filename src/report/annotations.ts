import type { ProblemDetails } from '../problem.js';
import type { Redactor } from './redact.js';
import { nextAfterHops } from './hops.js';
import { headline } from './words.js';
import { successes, type Report } from './report.js';
import { oneLine, shorten } from './safe.js';

/** GitHub cuts a message at 4096 characters, https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
const MAX_MESSAGE = 4000;
const MAX_TITLE = 200;

/** How many of several problems are named in the one annotation. */
const MAX_NAMED = 10;

export interface Annotation {
  readonly title: string;
  readonly message: string;
}

/** The id in brackets is what docs/troubleshooting.md and docs/checks.md are looked up by. */
const text = ({ id, what, remedy }: Pick<ProblemDetails, 'id' | 'what' | 'remedy'>): string =>
  `${what} ${remedy} [${id}]`;

/** The one error annotation of a bad ending: what, why, what to do. Undefined after a good one. */
export function errorAnnotation(report: Report, redactor: Redactor): Annotation | undefined {
  if (successes.includes(report.result)) return undefined;
  const first = report.problems.at(0);
  const others = report.problems.slice(1);
  const blocked = (report.plan?.checks ?? []).filter((check) => check.status === 'blocked');
  const problems = first === undefined ? blocked.map(({ id, seen, remedy }) => ({ id, what: seen, remedy })) : [first];
  const parts = [
    ...problems.slice(0, MAX_NAMED).map(text),
    ...others.slice(0, MAX_NAMED).map(text),
    ...(others.length > MAX_NAMED ? [`${others.length - MAX_NAMED} more are in the job summary.`] : []),
    report.dataState,
    nextAfterHops(report) ?? report.next,
  ].filter((part) => part !== undefined);
  const clean = (raw: string, length: number): string => shorten(oneLine(redactor.clean(raw)), length);
  return { title: clean(headline(report), MAX_TITLE), message: clean(parts.join(' '), MAX_MESSAGE) };
}
