import type { Order } from '../upgrade/engine/ports.js';
import type { EnginePorts } from '../upgrade/engine/ports.js';
import { askedHash } from './asked.js';
import type { Session } from './session.js';

/** Check id that lets a pending revision of somebody else be freed. */
export const pendingCheck = 'release-pending';

/** Who asks the engine for what. */
export function orderOf({ request, given, job, report }: Session): Order {
  return {
    release: request.release,
    namespace: request.namespace,
    run: job.runName,
    ...(job.runUrl === undefined ? {} : { url: job.runUrl }),
    asked: askedHash(request, given),
    ...(request.planDigest === undefined ? {} : { approved: request.planDigest }),
    onFailure: request.onFailure,
    unlockForeign: request.allow.includes(pendingCheck),
    deadlineAt: report.startedAt + request.timeoutMs,
  };
}

/** The real world, for the engine. */
export function enginePorts({ cluster, helm, clock, emit, random, interruption }: Session): EnginePorts {
  if (helm === undefined) throw new Error('the engine needs Helm');
  return {
    ...{ cluster, helm, clock, emit, random },
    signal: interruption.signal,
    critical: (ended) => interruption.critical(ended),
  };
}
