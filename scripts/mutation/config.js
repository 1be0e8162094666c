// @ts-check
/**
 * `npm run mutation`: which mutants of the engine do the tests notice? With `-- --mutate src/upgrade/lock/lock.ts` those
 * of one file. The report is coverage/mutation/mutation.html; what a run has found out is kept beside it, and the next
 * run asks again only about what has changed since.
 *
 * https://stryker-mutator.io/docs/stryker-js/configuration/
 */
export default {
  mutate: [
    'src/upgrade/{engine,journal,lock,pending,back}/**/*.ts',
    'src/upgrade/{helm-path,interrupt,rollout-step,run-steps,step}.ts',
  ],
  plugins: ['./scripts/mutation/runner.js', './scripts/mutation/sentences.js'],
  testRunner: 'engine',
  coverageAnalysis: 'perTest',
  ignorers: ['sentences'],
  // In the copy with all mutants, where they are found by a number at run time.
  buildCommand: 'node scripts/mutation/compile.js',
  disableTypeChecks: false,
  ignorePatterns: ['/.testbed', '/coverage', '/dist', '/docs', '/examples', '/bench'],
  concurrency: 2,
  // What a mutant may have left behind in the process is gone after so many.
  maxTestRunnerReuse: 50,
  timeoutMS: 60_000,
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  tempDirName: 'coverage/mutation/room',
  cleanTempDir: 'always',
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false, allowEmojis: false },
  htmlReporter: { fileName: 'coverage/mutation/mutation.html' },
  jsonReporter: { fileName: 'coverage/mutation/mutation.json' },
  thresholds: { high: 95, low: 90, break: 85 },
};
