import type { Cluster, Writes, Written } from '../../cluster/port.js';
import { resources } from '../../cluster/resources.js';
import { failed, refused, type Problem } from '../../problem.js';
import type { Lock } from '../lock/lock.js';
import { recordName } from '../lock/lease.js';
import { decodeJournal, encodeJournal, saysTheSame, type JournalObject, type ReadJournal } from './codec.js';
import type { Journal } from './journal.js';

/** Reads the journal of a release. One GET. */
export async function readJournal(
  cluster: Pick<Cluster, 'get'>,
  namespace: string,
  release: string,
): Promise<ReadJournal> {
  return decodeJournal(await cluster.get<JournalObject>(resources.configMaps, recordName(release), namespace));
}

/** Why a journal that cannot be read ends the run, and what a person can do. */
export function journalProblem(read: ReadJournal): Problem | undefined {
  if (read.state !== 'newer' && read.state !== 'unreadable') return undefined;
  const { name, namespace = '' } = read.object.metadata;
  const command = `kubectl delete configmap ${name} --namespace ${namespace}`;
  const without =
    'Without it a run looks at the release alone: revisions that this action wrote say by their labels what they were part of.';
  return refused(
    read.state === 'newer'
      ? {
          id: 'journal-newer',
          what: `The journal in ConfigMap ${name} (namespace ${namespace}) was written by a newer version of this action (schema ${read.schema}).`,
          why: 'What it says about an unfinished upgrade is not understood here.',
          remedy: `Use that version of the action. If nothing is under way any more: ${command}. ${without}`,
        }
      : {
          id: 'journal-unreadable',
          what: `The journal in ConfigMap ${name} (namespace ${namespace}) cannot be read: ${read.reason}.`,
          why: 'It tells whether an upgrade was begun and not finished.',
          remedy: `See who changed it. If nothing is under way any more: ${command}. ${without}`,
        },
  );
}

/** The journal of a run that holds the lock. Every write is conditional: a writer that was overtaken ends here. */
export class JournalBook {
  readonly #cluster: Writes;
  readonly #lock: Lock;
  #object: JournalObject | undefined;
  #journal: Journal | undefined;

  constructor(cluster: Writes, lock: Lock, read: ReadJournal) {
    this.#cluster = cluster;
    this.#lock = lock;
    this.#object = read.state === 'none' ? undefined : read.object;
    this.#journal = read.state === 'readable' ? read.journal : undefined;
  }

  get journal(): Journal | undefined {
    return this.#journal;
  }

  /**
   * Writes a new state down, under this run's epoch.
   *
   * @throws Problem `lock-lost` where the lock or the journal is somebody else's now; what the cluster says
   */
  async write(journal: Journal): Promise<void> {
    this.#lock.assertHeld();
    const next: Journal = { ...journal, epoch: this.#lock.epoch };
    let answer = await this.#put(next);
    if (!answer.written && this.#isStillOurs(answer.found)) {
      this.#object = answer.found;
      answer = await this.#put(next);
    }
    if (!answer.written) throw this.#overtaken(answer.found);
    this.#object = answer.object;
    this.#journal = next;
  }

  #put(journal: Journal): Promise<Written<JournalObject>> {
    const object = encodeJournal(journal, this.#object);
    const limits = { until: this.#lock.until };
    return this.#object === undefined
      ? this.#cluster.create(resources.configMaps, object, limits)
      : this.#cluster.replace(resources.configMaps, object, limits);
  }

  /** Deleted, or touched without a change of what it says: while the lock is held, that is no other writer. */
  #isStillOurs(found: JournalObject | undefined): boolean {
    if (found === undefined) return this.#object !== undefined;
    return this.#object !== undefined && saysTheSame(found, this.#object);
  }

  #overtaken(found: JournalObject | undefined): Problem {
    const read = decodeJournal(found);
    const who =
      read.state === 'readable'
        ? `by ${read.journal.url ?? read.journal.run} (epoch ${read.journal.epoch})`
        : 'by somebody else';
    return failed({
      id: 'lock-lost',
      what: `The journal of this upgrade was ${found === undefined ? 'deleted' : `written ${who}`} while this run (epoch ${this.#lock.epoch}) was under way.`,
      why: 'This run is not the only writer any more, so it stopped at once.',
      remedy:
        'See who works on the release. When nobody does, run again with the same inputs: the run goes on from what it finds.',
    });
  }
}
