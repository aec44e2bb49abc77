/**
 * By how much every deadline of the suite is longer than promised, and its load lighter: `MARQUEE_FAULT_PATIENCE=3` on a machine that
 * does other things too. Runs that count are made with 1.
 */
export const patience = Math.max(1, Number(process.env.MARQUEE_FAULT_PATIENCE ?? 1))
