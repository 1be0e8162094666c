/** A bug that somebody could make, as a change of one source, and the scenarios that show it. */
export interface Bug {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Names of scenarios; none: the states left by kills and by others. */
  readonly shownBy: readonly string[];
}

const engine = 'src/upgrade/engine';
const upgrade = ['upgrade'];
const back = ['an image that never comes, taken back'];
const rolledBack = ['an upgrade, rolled back'];
const states: readonly string[] = [];

export const bugs: readonly Bug[] = [
  {
    name: 'act before intent',
    file: 'src/upgrade/run-steps.ts',
    from: '    await notes.intended(step.id, step.intent());\n',
    to: '',
    shownBy: upgrade,
  },
  {
    name: 'the lock of a run that may live is taken over after a second',
    file: 'src/upgrade/lock/acquire.ts',
    from: 'const patience = patienceFor(first);',
    to: 'const patience = 1_000;',
    shownBy: upgrade,
  },
  {
    name: 'the lock of somebody else is not looked at',
    file: 'src/upgrade/lock/acquire.ts',
    from: 'if (found !== undefined && holderOf(found) !== undefined) {',
    to: 'if (found !== undefined && Number.isNaN(0)) {',
    shownBy: upgrade,
  },
  {
    name: 'the lock is taken over without a new epoch',
    file: 'src/upgrade/lock/acquire.ts',
    from: 'Math.max(epochOf(found), options.above) + 1',
    to: 'Math.max(epochOf(found), options.above, 1)',
    shownBy: upgrade,
  },
  {
    name: 'the lock is not renewed',
    file: 'src/upgrade/lock/lease.ts',
    from: 'renewEveryMs: 5_000,',
    to: 'renewEveryMs: 3_600_000,',
    shownBy: back,
  },
  {
    name: 'the lock is not given back',
    file: `${engine}/locked.ts`,
    from: '() => lock.release()',
    to: '() => lock.leave()',
    shownBy: upgrade,
  },
  {
    name: 'a pending revision is freed although its Helm may be at work',
    file: `${engine}/settle.ts`,
    from: 'childEndsInMs: ours ? childLeftMs(lastHelm(journal), pending.revision) : foreignChildMs',
    to: 'childEndsInMs: 0 * foreignChildMs * childLeftMs(lastHelm(journal), pending.revision)',
    shownBy: upgrade,
  },
  {
    name: 'a pending revision is freed at once',
    file: `${engine}/settle.ts`,
    from: 'quietMs: leaseTimes.durationMs,',
    to: 'quietMs: 0,',
    shownBy: upgrade,
  },
  {
    name: 'a pending revision of somebody else is freed unasked',
    file: `${engine}/settle.ts`,
    from: 'if (!ours && !order.unlockForeign) refuseRelease(pending);',
    to: '',
    shownBy: states,
  },
  {
    name: 'success because Helm returned 0',
    file: 'src/upgrade/helm-path.ts',
    from: 'return { steps: [upgradeStep(options, state), rollout], state };',
    to: 'void rollout; return { steps: [upgradeStep(options, state)], state };',
    shownBy: upgrade,
  },
  {
    name: 'two revisions are left deployed',
    file: `${engine}/tidy.ts`,
    from: 'if (left.length === 0) return history;',
    to: 'if (left.length >= 0) return history;',
    shownBy: upgrade,
  },
  {
    name: 'revisions are not labelled',
    file: `${engine}/walk.ts`,
    from: 'labels: labelsOf({ ...ledger.journal, epoch: lock.epoch }, installedRevision)',
    to: 'labels: {}',
    shownBy: upgrade,
  },
  {
    name: 'the journal is left open',
    file: `${engine}/forward.ts`,
    from: "  await ledger.close('upgraded');\n",
    to: '',
    shownBy: upgrade,
  },
  {
    name: 'other inputs go on with an open journal',
    file: `${engine}/decide.ts`,
    from: "if (!same) return { kind: 'refuse', problem: otherOpen(journal) };",
    to: '',
    shownBy: states,
  },
  {
    name: 'taken back where that is not truthful',
    file: `${engine}/take-back.ts`,
    from: 'return begun || isThere(work) ? undefined : notTruthful(work);',
    to: 'return begun || isThere(work) || !work.judgement.truthful ? undefined : notTruthful(work);',
    shownBy: states,
  },
  {
    name: 'taken back without waiting for the old pods',
    file: `${engine}/take-back.ts`,
    from: 'await runSteps(steps, ports.emit, ports.signal, ledger);',
    to: 'await runSteps(steps.slice(0, 1), ports.emit, ports.signal, ledger);',
    shownBy: rolledBack,
  },
  {
    name: 'taken back beside a Helm that may still begin',
    file: `${engine}/roll-back.ts`,
    from: 'await childOver(settling, await settledHistory(settling))',
    to: 'await settledHistory(settling)',
    shownBy: states,
  },
];
