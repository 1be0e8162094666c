import type { CheckResult } from '../plan/plan.js';
import type { Timed } from './events.js';
import type { Redactor } from './redact.js';
import type { PodTrouble } from './report.js';
import { lastLines, logLines, oneLine, quarantined } from './safe.js';
import { elapsed } from './time.js';

/** Where the log goes. The adapter is src/action/github.ts. */
export interface LogSink {
  /** One line, written as it is. */
  line(text: string): void;
  group(title: string): void;
  endGroup(): void;
  /** A warning annotation. */
  warning(message: string): void;
}

export interface LogOptions {
  readonly sink: LogSink;
  readonly redactor: Redactor;
  readonly startedAt: number;
  /** A new random word each time. */
  readonly token: () => string;
}

export interface Log {
  readonly handle: (event: Timed) => void;
  /** Ends the open group, if there is one. */
  readonly close: () => void;
}

/** GitHub shows ten warnings a step; a person reads a few. The rest are lines in the log and in the summary. */
export const MAX_WARNINGS = 5;

/** Raw text of one program in the log; the summary and report.json have their own limits. */
const MAX_RAW = 64 * 1024;

const CHECK_WORDS: Readonly<Record<CheckResult['status'], string>> = {
  passed: 'passed ',
  warned: 'warning',
  blocked: 'BLOCKED',
  allowed: 'allowed',
};

/** Everything known of a pod, one thing a line. */
const podText = ({ reasons, events, logs }: PodTrouble): string =>
  [
    ...reasons,
    events.length === 0 ? 'No events.' : 'Last events:',
    ...events.map((event) => `  ${oneLine(event)}`),
    ...logs.flatMap(({ container, lines }) => [`Last log lines of container ${container}:`, lines.trimEnd()]),
  ].join('\n');

/** Turns events into log lines: a group for each phase, one line for each thing that happened. */
export function createLog({ sink, redactor, startedAt, token }: LogOptions): Log {
  let grouped = false;
  let warnings = 0;

  const close = (): void => {
    if (grouped) sink.endGroup();
    grouped = false;
  };
  const open = (title: string): void => {
    close();
    sink.group(oneLine(redactor.clean(title)));
    grouped = true;
  };
  const write = (text: string): void => {
    for (const line of logLines(redactor.clean(text))) sink.line(line);
  };
  const warn = (text: string): void => {
    warnings += 1;
    if (warnings <= MAX_WARNINGS) sink.warning(oneLine(redactor.clean(text)));
    else write(`Warning: ${oneLine(text)}`);
  };
  const check = ({ id, status, seen, why, remedy }: CheckResult): void => {
    write(`${CHECK_WORDS[status]}  ${id}: ${oneLine(seen)}`);
    // Not an annotation: a blocked check is in the run's error already, and a warned one in the summary.
    if (status === 'blocked') write(`         ${oneLine(why)} ${oneLine(remedy)}`);
  };

  const raw = (title: string, text: string): void => {
    open(title);
    for (const line of quarantined(lastLines(redactor.clean(text), MAX_RAW), token())) sink.line(line);
    close();
  };

  const handle = (event: Timed): void => {
    switch (event.type) {
      case 'phase':
        open(event.title);
        break;
      case 'info':
        write(event.text);
        break;
      case 'step':
        // A step that begins has a group of its own; what is said here is that it ended.
        if (event.state !== 'begun') write(event.text);
        break;
      case 'warning':
        warn(event.text);
        break;
      case 'check':
        check(event.check);
        break;
      case 'progress': {
        const workload = event.workload === undefined ? '' : `${oneLine(event.workload)}: `;
        write(`[${elapsed(event.at - startedAt)}] ${workload}${oneLine(event.text)}`);
        break;
      }
      case 'pod': {
        const { pod, workload, reasons } = event.trouble;
        raw(`Pod ${pod} of ${workload}: ${reasons.at(0) ?? 'not ready'}`, podText(event.trouble));
        break;
      }
      case 'raw':
        raw(event.title, event.text);
        break;
    }
  };
  return { handle, close };
}
