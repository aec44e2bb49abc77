import config from './jest.config.mjs'

const { displayName: _name, testMatch: _match, ...base } = config.projects[0]
const rootDir = `${import.meta.dirname}/packages/system-tests`
// They start, kill and stop platforms of their own.
const ownPlatforms = ['<rootDir>/src/lifecycle/**/*.test.ts', '<rootDir>/src/faults/short.test.ts']

/**
 * Tests over whole platforms, run in band. `system` shares one platform that is started before its first test; those of `lifecycle`
 * start, kill and stop their own.
 */
export default {
  testTimeout: 120_000,
  testSequencer: `${rootDir}/src/sequencer.mjs`,
  projects: [
    {
      ...base,
      rootDir,
      displayName: 'system',
      testMatch: ['<rootDir>/src/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/src/lifecycle/', '<rootDir>/src/faults/short\\.test'],
      globalSetup: `${rootDir}/src/lifecycle/global-setup.mjs`,
      globalTeardown: `${rootDir}/src/lifecycle/global-teardown.mjs`,
    },
    { ...base, rootDir, displayName: 'lifecycle', testMatch: ownPlatforms },
  ],
}
