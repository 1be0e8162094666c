import type { Clock } from '../../clock.js';
import * as changes from '../journal/changes.js';
import type { Journal, Outcome, StepId } from '../journal/journal.js';
import type { JournalBook } from '../journal/store.js';
import type { StepDetails, StepNotes } from '../step.js';

/** The journal of the undertaking at hand, as the engine speaks of it. Every method is one conditional write. */
export class Ledger implements StepNotes {
  readonly #book: JournalBook;
  readonly #clock: Pick<Clock, 'now'>;
  #journal: Journal;

  private constructor(book: JournalBook, clock: Pick<Clock, 'now'>, journal: Journal) {
    this.#book = book;
    this.#clock = clock;
    this.#journal = journal;
  }

  static async open(book: JournalBook, clock: Pick<Clock, 'now'>, opening: changes.Opening): Promise<Ledger> {
    const journal = changes.opened(opening, clock.now());
    await book.write(journal);
    return new Ledger(book, clock, journal);
  }

  /** Takes up what another run began. */
  static async takeUp(
    book: JournalBook,
    clock: Pick<Clock, 'now'>,
    journal: Journal,
    by: Pick<Journal, 'run' | 'url' | 'epoch'>,
  ): Promise<Ledger> {
    const taken = changes.takenUp(journal, by, clock.now());
    await book.write(taken);
    return new Ledger(book, clock, taken);
  }

  get journal(): Journal {
    return this.#journal;
  }

  intended(id: StepId, details: StepDetails): Promise<void> {
    return this.#write(changes.intended(this.#journal, id, details, this.#clock.now()));
  }

  observed(id: StepId, details: StepDetails): Promise<void> {
    return this.#write(changes.observed(this.#journal, id, details, this.#clock.now()));
  }

  failed(id: StepId, problem: string): Promise<void> {
    return this.#write(changes.stepFailed(this.#journal, id, problem, this.#clock.now()));
  }

  advance(revision: number): Promise<void> {
    return this.#write(changes.advanced(this.#journal, revision, this.#clock.now()));
  }

  turnBack(): Promise<void> {
    return this.#write(changes.turnedBack(this.#journal, this.#clock.now()));
  }

  interrupted(): Promise<void> {
    return this.#write(changes.interrupted(this.#journal, this.#clock.now()));
  }

  close(result: Outcome['result'], problem?: string): Promise<void> {
    return this.#write(changes.closed(this.#journal, result, problem, this.#clock.now()));
  }

  async #write(next: Journal): Promise<void> {
    await this.#book.write(next);
    this.#journal = next;
  }
}
