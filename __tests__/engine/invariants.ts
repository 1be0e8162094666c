import type { KubeObject } from '../../src/cluster/port.js';
import { attemptOf } from '../../src/helm/attempt.js';
import { decodeRecord } from '../../src/helm/record.js';
import { decodeJournal } from '../../src/upgrade/journal/codec.js';
import type { Journal } from '../../src/upgrade/journal/journal.js';
import { epochOf, holderOf, type Lease } from '../../src/upgrade/lock/lease.js';
import { namespace, release } from '../model/scenario.js';
import type { Change } from '../model/store.js';
import type { World } from '../model/world.js';

/**
 * What has to hold at every moment, checked from the model's own history of changes: each by its name, none from what
 * the engine says of itself. I2 to I4 of the list speak of the metadata migration, which is not in this model, and I12
 * of its backups.
 */
export interface Seen {
  readonly world: World;
  readonly history: readonly Change[];
  /** Processes with a request that the network holds back: it arrives whenever it arrives. */
  readonly slow: ReadonlySet<string>;
  /** Processes that are somebody at a terminal. */
  readonly people: ReadonlySet<string>;
}

export type Invariant = (seen: Seen) => string | undefined;

const name = `milvus-upgrade-${release}`;
const isJournal = ({ kind, name: of }: Change): boolean => kind === 'ConfigMap' && of === name;
const isLease = ({ kind, name: of }: Change): boolean => kind === 'Lease' && of === name;
const isAction = ({ who }: Change): boolean => who.startsWith('action#');
const isHelm = ({ who }: Change): boolean => who.startsWith('helm#');
const recordName = new RegExp(`^sh\\.helm\\.release\\.v1\\.${release}\\.v(\\d+)$`);
const revisionIn = (change: Change): number | undefined => {
  const found = change.kind === 'Secret' ? recordName.exec(change.name)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
};

const decoded = new WeakMap<KubeObject, Journal | undefined>();

/** Objects of the history never change, so that each is read once. */
function journalOf(object: KubeObject | undefined): Journal | undefined {
  if (object === undefined) return undefined;
  if (!decoded.has(object)) {
    const read = decodeJournal(object);
    decoded.set(object, read.state === 'readable' ? read.journal : undefined);
  }
  return decoded.get(object);
}

const statusOf = (object: KubeObject | undefined): string => object?.metadata.labels?.status ?? 'none';

/** Whether a Helm was somebody's at a terminal. */
const isPersonal = (seen: Seen, who: string): boolean => seen.people.has(parentOf(seen, who) ?? '');

/** Which process started a Helm. */
const parentOf = ({ world }: Seen, who: string): string | undefined =>
  world.children.find(({ id }) => id === who)?.startedBy;

/** Epoch under which a process wrote, from the Lease as it took it. */
function epochs({ history }: Seen): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const change of history.filter((one) => isLease(one) && isAction(one))) {
    if (holderOf(change.after) === undefined) continue;
    found.set(change.who, epochOf(change.after));
  }
  return found;
}

const oneWriter: Invariant = (seen) => {
  let epoch = 0;
  const owners = new Map<number, string>();
  for (const change of seen.history) {
    // Without Lease and journal nobody can know which epochs there were.
    if (isLease(change) && change.verb === 'delete') {
      epoch = 0;
      owners.clear();
    }
    if (!isJournal(change) || !isAction(change)) continue;
    const journal = journalOf(change.after);
    if (journal === undefined) continue;
    if (journal.epoch < epoch) return `${change.who} wrote the journal in epoch ${journal.epoch} after epoch ${epoch}`;
    epoch = journal.epoch;
    const owner = owners.get(epoch) ?? change.who;
    if (owner !== change.who) return `${owner} and ${change.who} both wrote in epoch ${epoch}`;
    owners.set(epoch, owner);
  }
  return undefined;
};

const leaseRules: Invariant = ({ history }) => {
  for (const { before, after, who, at } of history.filter(isLease)) {
    if (before === undefined || after === undefined || !who.startsWith('action#')) continue;
    const [old, now] = [before as Lease, after as Lease];
    const from = holderOf(old);
    if (from === undefined || from === holderOf(now)) continue;
    if (from.includes(who) && holderOf(now) === undefined) continue;
    const renewed = history.findLast((one) => isLease(one) && one.at < at && one.after === before)?.at ?? at;
    if (at - renewed < 30_000) return `${who} took the lock ${at - renewed} ms after ${from} had renewed it`;
    if (epochOf(now) <= epochOf(old)) return `${who} took the lock without a new epoch`;
  }
  return undefined;
};

const heldWrites: Invariant = (seen) => {
  for (const change of seen.history.filter((one) => isAction(one) && !isLease(one) && !seen.slow.has(one.who))) {
    const lease = seen.history.findLast((one) => isLease(one) && one.version < change.version)?.after;
    const holder = holderOf(lease) ?? 'nobody';
    if (!holder.includes(`/${change.who}/`))
      return `${change.who} wrote ${change.kind} ${change.name} while ${holder} held the lock`;
  }
  return undefined;
};

/** Helm takes the revision after the last one: somebody who comes between a look and Helm's own pushes it up by one. */
const wasOvertaken = (seen: Seen, change: Change, revision: number): boolean =>
  seen.history.some(
    (one) =>
      one.verb === 'create' &&
      one.version < change.version &&
      revisionIn(one) === revision - 1 &&
      isHelm(one) &&
      isPersonal(seen, one.who),
  );

const intentFirst: Invariant = (seen) => {
  const { history } = seen;
  for (const change of history.filter((one) => isHelm(one) && one.verb === 'create' && !isPersonal(seen, one.who))) {
    const revision = revisionIn(change);
    if (revision === undefined) continue;
    const meant = history.some(
      (one) =>
        isJournal(one) &&
        one.version < change.version &&
        journalOf(one.after)?.steps.some(
          ({ id, intended }) =>
            id.startsWith('helm-') &&
            (intended.revision === revision ||
              (intended.revision === revision - 1 && wasOvertaken(seen, change, revision))),
        ),
    );
    if (!meant) return `${change.who} wrote revision ${revision} with no intent in the journal`;
  }
  return undefined;
};

const labelled: Invariant = (seen) => {
  for (const change of seen.history.filter(
    (one) => isHelm(one) && one.verb === 'create' && !isPersonal(seen, one.who),
  )) {
    if (revisionIn(change) === undefined || change.after === undefined) continue;
    const record = decodeRecord(change.after);
    if (
      record.status === 'pending-upgrade' &&
      attemptOf(record) === undefined &&
      !wasOvertaken(seen, change, record.revision)
    )
      return `revision ${record.revision} does not say by its labels whose it is`;
  }
  return undefined;
};

/** An unlocked revision is one whose Helm could not be at work any more. */
const unlockedLate: Invariant = (seen) => {
  const { history } = seen;
  for (const change of history.filter(isAction)) {
    if (revisionIn(change) === undefined || !statusOf(change.before).startsWith('pending')) continue;
    const { at } = change;
    const quiet = history.findLast((one) => isHelm(one) && one.version < change.version)?.at ?? 0;
    if (at - quiet < 30_000) return `${change.who} freed ${change.name} ${at - quiet} ms after a write of Helm`;
    const begun = history.find((one) => one.name === change.name && one.verb === 'create')?.at ?? 0;
    const journal = journalOf(history.findLast((one) => isJournal(one) && one.version < change.version)?.after);
    const step = journal?.steps.findLast(({ intended }) => intended.revision === revisionIn(change));
    const ended = step?.failed !== undefined || step?.observedAt !== undefined;
    if (!ended && at - begun < 83_000) return `${change.who} freed ${change.name} before its Helm had to have ended`;
  }
  return undefined;
};

/** A Helm of an earlier epoch writes nothing once a later one has begun. */
const noDoubleHelm: Invariant = (seen) => {
  const epochOfProcess = epochs(seen);
  let newest = 0;
  for (const change of seen.history.filter((one) => isHelm(one) && !isPersonal(seen, one.who))) {
    const epoch = epochOfProcess.get(parentOf(seen, change.who) ?? '') ?? 0;
    if (epoch < newest)
      return `${change.who} (epoch ${epoch}) wrote ${change.kind} ${change.name} after a Helm of epoch ${newest}`;
    newest = epoch;
  }
  return undefined;
};

const neverZero: Invariant = ({ history }) => {
  const zero = history.find(
    (one) =>
      one.kind === 'Deployment' && one.after !== undefined && (one.after.spec as { replicas?: number }).replicas === 0,
  );
  return zero === undefined ? undefined : `${zero.who} scaled ${zero.name} to zero`;
};

const mayWrite = (change: Change): boolean =>
  isLease(change) ||
  isJournal(change) ||
  (revisionIn(change) !== undefined &&
    // Freed, or marked superseded where Helm could not.
    (statusOf(change.before).startsWith('pending') ||
      (statusOf(change.before) === 'deployed' && statusOf(change.after) === 'superseded')));

const onlyOurs: Invariant = ({ history }) => {
  const other = history.find(
    (one) => one.name === 'bystander' || (isAction(one) && (!mayWrite(one) || one.namespace !== namespace)),
  );
  return other === undefined || other.who === 'user' ? undefined : `${other.who} wrote ${other.kind} ${other.name}`;
};

const bounded: Invariant = ({ history }) => {
  const large = history.find((one) => isJournal(one) && JSON.stringify(one.after ?? '').length > 100_000);
  return large === undefined ? undefined : 'the journal has outgrown its bound';
};

export const invariants: Readonly<Record<string, Invariant>> = {
  'I1 one writer in an epoch': oneWriter,
  'I1 the lock is taken over late and with a new epoch': leaseRules,
  'I1 writes are made with the lock held': heldWrites,
  'I1 no Helm of an earlier epoch beside a later one': noDoubleHelm,
  'I5 nothing is scaled to zero': neverZero,
  'I7 pending revisions are freed late': unlockedLate,
  'write-ahead: intent before act': intentFirst,
  'revisions say whose they are': labelled,
  'nothing else is touched': onlyOurs,
  'the journal stays small': bounded,
};
