// What the stories have asked is read from the statistics of statements.
const last = ['import.test.ts', 'statements.test.ts']
const place = ({ path }) => last.findIndex((name) => path.endsWith(name))

export default class Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => place(a) - place(b) || a.path.localeCompare(b.path))
  }
  allFailedTests(tests) {
    return tests
  }
  shard(tests) {
    return tests
  }
  cacheResults() {}
}
