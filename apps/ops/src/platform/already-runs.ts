import type { Config } from '../config.js'
import type { Holder } from '../data-folder/lock.js'
import { exitCodes, OpsError } from '../problem.js'

/** What a second start on the same data is told. */
export const alreadyRuns = ({ dataDir, port }: Pick<Config, 'dataDir' | 'port'>, { pid }: Holder) =>
  new OpsError(`Marquee already runs on ${dataDir} (pid ${pid}).`, {
    advice: `Stop it with: npm run ops -- down\nOr start another beside it: MARQUEE_DATA=.data-2 MARQUEE_PORT=${port + 1000} npm start`,
    exitCode: exitCodes.running,
  })
