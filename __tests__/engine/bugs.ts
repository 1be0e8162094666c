/** A bug that somebody could make, as a change of one source, and the scenarios that show it. */
export interface Bug {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Names of scenarios; none: the states left by kills and by others. */
  readonly shownBy: readonly string[];
  /** The kinds of cases that show it; left out, the faults at every call come first. */
  readonly kinds?: readonly string[];
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
    from: 'childEndsInMs: ours ? childLeftMs(tryOf(journal, pending), pending.revision) : foreignChildMs',
    to: 'childEndsInMs: 0 * foreignChildMs * childLeftMs(tryOf(journal, pending), pending.revision)',
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
  {
    name: 'a run that lost the lock does not notice',
    file: 'src/upgrade/lock/lock.ts',
    from: '    if (!this.#lost.signal.aborted) this.#lost.abort(reason);',
    to: '    void reason;',
    shownBy: upgrade,
    kinds: ['two runs at once'],
  },
  {
    name: 'the journal of another run is written over',
    file: 'src/upgrade/journal/store.ts',
    from: 'if (!answer.written && this.#isStillOurs(answer.found)) {',
    to: 'if (!answer.written && answer.found !== undefined) {',
    shownBy: upgrade,
    kinds: ['locks taken away by hand'],
  },
  {
    name: 'the history is not read again after Helm',
    file: 'src/upgrade/helm-path.ts',
    from: 'if (ok) return { revision: record.revision };',
    to: 'if (ok || expected > 0) return { revision: expected };',
    shownBy: upgrade,
    kinds: ['upgrades by hand meanwhile'],
  },
  {
    name: 'the history is not read again before Helm',
    file: 'src/upgrade/helm-path.ts',
    from: 'if (record?.revision !== installedRevision) {',
    to: 'if (record?.revision === -1) {',
    shownBy: upgrade,
    kinds: ['upgrades by hand meanwhile'],
  },
  {
    name: 'labels that somebody else has inherited count as ours',
    file: 'src/helm/attempt.ts',
    from: "if (attempt === '' || from !== String(revision - 1)) return undefined;",
    to: "if (attempt === '' || from === undefined || revision < 0) return undefined;",
    shownBy: states,
    kinds: ['states left by others'],
  },
  {
    name: 'the Helm of a killed run that wakes up is taken for somebody else',
    file: `${engine}/forward.ts`,
    from: 'const mostWakings = 3;',
    to: 'const mostWakings = 0;',
    shownBy: states,
    kinds: ['states left by a kill'],
  },
  {
    name: 'the Helm of a killed run counts as over because that of this run is',
    file: `${engine}/settle.ts`,
    from: 'childEndsInMs: ours ? childLeftMs(tryOf(journal, pending), pending.revision) : foreignChildMs',
    to: 'childEndsInMs: ours ? childLeftMs(tryOf(journal, pending) && lastHelm(journal), pending.revision) : foreignChildMs',
    shownBy: states,
    kinds: ['states left by a kill'],
  },
  {
    name: 'a cancelled run waits for its Helm instead of ending it',
    file: 'src/upgrade/helm-path.ts',
    from: 'Math.min(intent.timeoutMs, leftMs) }, signal)',
    to: 'Math.min(intent.timeoutMs, leftMs) }, undefined)',
    shownBy: upgrade,
    kinds: ['cancellations'],
  },
];
