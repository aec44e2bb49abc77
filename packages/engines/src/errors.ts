/** Its message is complete and for people: what is wrong, and what to do. Shown without a stack. */
export class EngineError extends Error {
  override name = 'EngineError'
}

/** A start that failed, after everything it had started was stopped. Its message is for people. */
export class StartError extends Error {
  override name = 'StartError'
}
