import type { Operation, Request } from '../action/request.js';
import { failed } from '../problem.js';
import type { Report } from '../report/report.js';
import type { Given } from '../values/given.js';
import { cancelled } from './ending.js';
import { plan } from './plan.js';
import { readRequest } from './read-request.js';
import { rollback } from './rollback.js';
import { openSession, type Session, type World } from './session.js';
import { status } from './status.js';
import { upgrade } from './upgrade.js';

const operations: Readonly<Record<Operation, (session: Session) => Promise<void>>> = {
  upgrade,
  plan,
  status,
  rollback,
};

/** Rejects once the run is cancelled and every child that matters has ended (or its time is over). */
function untilInterrupted({ interruption }: World): Promise<never> {
  return new Promise((_, reject) => {
    const leave = (): void => {
      void interruption.drained().then(() => {
        reject(failed(cancelled));
      });
    };
    if (interruption.signal.aborted) leave();
    else interruption.signal.addEventListener('abort', leave);
  });
}

async function walk(request: Request, given: Given, world: World, report: Report): Promise<void> {
  const session = await openSession(request, given, world, report);
  try {
    await operations[request.operation](session);
  } finally {
    await session.cluster.close();
  }
}

/**
 * Reads the inputs and runs the operation they name. The report is complete at every moment, whatever is thrown.
 *
 * @param getInput raw text of an input
 * @throws Problem for every expected bad ending
 */
export async function operate(getInput: (name: string) => string, world: World, report: Report): Promise<void> {
  world.emit({ type: 'phase', phase: 'inputs', title: 'Inputs' });
  const { request, given, warnings } = readRequest(getInput, world.job);
  report.operation = request.operation;
  report.release = request.release;
  report.namespace = request.namespace;
  if (request.targetVersion !== undefined) report.targetVersion = request.targetVersion;
  if (request.planDigest !== undefined) report.approvedDigest = request.planDigest;
  for (const text of warnings) world.emit({ type: 'warning', text });
  const work = world.interruption.critical(walk(request, given, world, report));
  // After a cancellation the work may still fail in its own way; what it says comes too late to matter.
  work.catch(() => undefined);
  await Promise.race([work, untilInterrupted(world)]);
}
