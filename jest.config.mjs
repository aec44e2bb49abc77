import { readdirSync } from 'node:fs'

const base = {
  testEnvironment: 'node',
  // Workspace packages resolve to their sources, so a test never runs yesterday's build.
  testEnvironmentOptions: { customExportConditions: ['@marquee/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '/.data/'],
}

const folders = ['apps', 'packages'].flatMap((top) =>
  readdirSync(new URL(`./${top}/`, import.meta.url)).map((name) => `${top}/${name}`),
)

/** One project per app and package; the engines are started once for all of them. */
export default {
  testTimeout: 60_000,
  // A worker with a larger heap takes so long to go that jest takes it for one that does not.
  workerIdleMemoryLimit: '400MB',
  globalSetup: '<rootDir>/packages/test-kit/src/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/packages/test-kit/src/jest/global-teardown.mjs',
  projects: folders
    .filter((folder) => folder !== 'packages/system-tests')
    .map((folder) => ({
      ...base,
      displayName: folder,
      rootDir: `<rootDir>/${folder}`.replace('<rootDir>', import.meta.dirname),
      testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/migrations/**/*.test.ts'],
    })),
}
