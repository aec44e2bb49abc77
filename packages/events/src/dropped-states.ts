/**
 * How many of a batch of state events had no effect because the same or a later state was there, when those of `applied` subjects had
 * one. A state that a later one of the same batch replaces is none of them.
 */
export function droppedStates(
  events: readonly { subject: string; subjectVersion: number }[],
  applied: number,
): number {
  const states = new Set(events.map(({ subject, subjectVersion }) => `${subject} ${subjectVersion}`))
  const subjects = new Set(events.map(({ subject }) => subject))
  return Math.max(0, events.length - states.size + subjects.size - applied)
}
