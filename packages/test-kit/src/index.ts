export { type TestEngines, testEngines } from './engines.js'
export { type CheckedAnswer, responseChecker } from './response-checker.js'
export { settle } from './settle.js'
