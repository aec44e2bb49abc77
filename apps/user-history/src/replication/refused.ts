/** Replication needs a person. The message says what is wrong and what to do. */
export class Refused extends Error {
  override name = 'Refused'
}

/** It took too long, or a server cannot be asked; trying again may help. The message is for people. */
export class NotNow extends Error {
  override name = 'NotNow'
}
