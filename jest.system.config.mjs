import config from './jest.config.mjs'

const { displayName: _name, testMatch: _match, ...base } = config.projects[0]
const rootDir = `${import.meta.dirname}/packages/system-tests`
const lifecycle = '<rootDir>/src/lifecycle/'

/**
 * Tests over whole platforms, run in band. `system` shares one platform that is started before its first test; `lifecycle`
 * starts, kills and stops its own.
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
      testPathIgnorePatterns: [lifecycle],
      globalSetup: `${rootDir}/src/lifecycle/global-setup.mjs`,
      globalTeardown: `${rootDir}/src/lifecycle/global-teardown.mjs`,
    },
    { ...base, rootDir, displayName: 'lifecycle', testMatch: [`${lifecycle}**/*.test.ts`] },
  ],
}
