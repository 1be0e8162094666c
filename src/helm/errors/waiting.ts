import { releaseOf, group, oneLine, afterFailure } from './row.js';
import type { ErrorRow } from './row.js';

/** Ends of waiting. */
export const waitingRows: readonly ErrorRow[] = [
  {
    id: 'hook-failed',
    // For a rollback, Helm says so only where it could not make the hook's objects.
    pattern: /\b((?:pre|post)-upgrade) hooks failed: ([\s\S]*)|\bHook ((?:pre|post)-rollback) \S+ failed: ([\s\S]*)/,
    say: (match, call, text) => ({
      what: `A ${group(match, 1)}${group(match, 3)} hook of the chart failed${/timed out|deadline exceeded/.test(text) ? ' to end in time' : ''}: ${oneLine(group(match, 2) + group(match, 4))}.`,
      remedy: `Look at the hook's Job and its pods with kubectl. ${afterFailure(call)}`,
    }),
  },
  {
    id: 'helm-timed-out',
    pattern: /timed out waiting for the condition|context deadline exceeded|not ready\. status:/,
    say: (_match, call) => ({
      what: `Helm gave up waiting during the ${call.act} of ${releaseOf(call)}.`,
      remedy: `Look at what it waited for below, and give more time in the input \`timeout\` if it only was slow. ${afterFailure(call)}`,
    }),
  },
  {
    id: 'cancelled',
    pattern: /context canceled/,
    say: (_match, call) => ({
      what: `The ${call.act} of ${releaseOf(call)} was cancelled.`,
      remedy: `Run it again to go on. ${afterFailure(call)}`,
    }),
  },
];
