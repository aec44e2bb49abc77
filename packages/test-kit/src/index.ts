export { type CheckedAnswer, responseChecker } from './response-checker.js'
export { settle } from './settle.js'
