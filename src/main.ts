import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitHub } from './action/github.js';
import { setOutputs } from './action/outputs.js';
import { savedState } from './action/state.js';
import { systemClock } from './clock.js';
import { Leftovers } from './cluster/leftovers.js';
import { endBadly } from './operations/ending.js';
import { operate } from './operations/operate.js';
import type { World } from './operations/session.js';
import { run } from './process/run.js';
import { errorAnnotation } from './report/annotations.js';
import { reportJson } from './report/json.js';
import { createLog } from './report/log.js';
import { recorder } from './report/recorder.js';
import type { Redactor } from './report/redact.js';
import { successes, type Report } from './report/report.js';
import { renderSummary } from './report/summary/index.js';
import { headline } from './report/words.js';
import { createDownload } from './tools/download.js';
import { unpackers } from './tools/unpackers.js';
import { Interruption } from './upgrade/interrupt.js';

/** Writes everything that a reader of the run gets: report.json, outputs, annotation, summary. */
async function publish(github: GitHub, redactor: Redactor, report: Report): Promise<void> {
  report.endedAt = systemClock.now();
  const name = [report.namespace, report.release].filter((part) => part !== undefined).join('_') || 'run';
  const file = join(github.job.temp, `milvus-upgrade-report-${name}.json`);
  report.reportFile = file;
  try {
    writeFileSync(file, reportJson(report, redactor));
  } catch (error) {
    delete report.reportFile;
    github.warning(`report.json was not written: ${error instanceof Error ? error.message : String(error)}`);
  }
  setOutputs(report, (output, value) => {
    github.setOutput(output, value);
  });
  const annotation = errorAnnotation(report, redactor);
  if (annotation !== undefined) github.error(annotation.message, annotation.title);
  await github.writeSummary(renderSummary(report, redactor));
}

/**
 * The main step: one operation, reported however it ends.
 *
 * @returns the exit code: 0 for a result that the user asked for, else 1
 */
export async function main(github: GitHub, redactor: Redactor): Promise<number> {
  const state = savedState(github);
  state.enterMain();
  const startedAt = systemClock.now();
  const report: Report = {
    schema: 1,
    operation: 'unknown',
    result: 'failed',
    changed: false,
    problems: [],
    startedAt,
    timeline: [],
  };
  const log = createLog({ sink: github, redactor, startedAt, token: () => randomBytes(16).toString('hex') });
  let over = false;
  const emit = recorder(systemClock, report.timeline, (event) => {
    if (!over) log.handle(event);
  });
  const interruption = new Interruption({
    source: process,
    clock: systemClock,
    // The report could not be written in time; the exit code is all that is left to say.
    overdue: () => process.exit(1),
  });
  const world: World = {
    job: github.job,
    clock: systemClock,
    run,
    download: createDownload({ clock: systemClock, random: Math.random, emit }),
    unpackers,
    interruption,
    leftovers: new Leftovers((name, value) => {
      github.saveState(name, value);
    }),
    emit,
    random: () => randomBytes(8).toString('hex'),
    mask: (secret) => {
      github.mask(secret);
    },
    hide: (text) => {
      redactor.add(text);
    },
    cleanAll: (data) => redactor.cleanAll(data),
  };
  try {
    await operate((name) => github.getInput(name), world, report);
  } catch (error) {
    endBadly(report, error, interruption.by !== undefined, emit);
  }
  log.close();
  emit({ type: 'info', text: `Result: ${report.result}. ${headline(report)}` });
  // After a cancellation abandoned work may still go on; what is published, and the exit code, are what was known now.
  over = true;
  const final: Report = { ...report, timeline: [...report.timeline] };
  await publish(github, redactor, final);
  interruption.dispose();
  return successes.includes(final.result) ? 0 : 1;
}
