import { work, type Work } from './worker.js';

/** The program of a worker process: what to do as its argument, what came of it on standard output. */
const asked = JSON.parse(process.argv[2] ?? '{}') as Work;
process.stdout.write(JSON.stringify(await work(asked)));
