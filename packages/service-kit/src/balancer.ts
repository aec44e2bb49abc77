import { begin, choose, end, type Outcome, type Standing } from './balance-rules.js'
import type { Instance, Instances } from './instances.js'

/** One attempt of a request at one instance. */
export interface Turn {
  /** Of the instance, among those that the balancer was made for. */
  index: number
  /** The attempt is over, and the request with it. Only the first of `end` and `next` counts. */
  end(outcome: Outcome): void
  /**
   * The attempt is over; who is asked now, or null when nobody may be. A refused connection carried nothing, so that the next instance
   * is asked whatever the request; beyond that a request is repeated `repeats` times at most: 0 where repeating could act twice.
   */
  next(outcome: Outcome, repeats: number): Turn | null
}

export interface Balancer {
  /** Whom to ask first; null while every instance is left out. */
  pick(): Turn | null
}

/** What the attempts of one request have in common. */
interface Attempts {
  tried: number[]
  repeated: number
}

/**
 * Shares the requests of one purpose among the instances of an app. What is silent for one purpose may answer another.
 * @param onEnd told how each attempt ended
 */
export function createBalancer(instances: Instances, onEnd?: (outcome: Outcome) => void): Balancer {
  const standings = instances.all.map(standingOf)
  let turns = 0

  function pick(attempts: Attempts): Turn | null {
    const now = performance.now()
    const index = choose(standings, { tried: attempts.tried, turn: turns++, now })
    if (index === null) return null
    begin(standings[index] as Standing, now)
    return start(index, attempts)
  }

  function start(index: number, attempts: Attempts): Turn {
    let over = false
    const turn: Turn = {
      index,
      end(outcome) {
        if (over) return
        over = true
        end(standings[index] as Standing, outcome, performance.now())
        onEnd?.(outcome)
        const instance = instances.all[index] as Instance
        if (outcome === 'refused') instances.refused(instance)
        else if (outcome === 'broken' || outcome === 'silent') instances.doubt(instance)
      },
      next(outcome, repeats) {
        turn.end(outcome)
        attempts.tried.push(index)
        const elsewhere = outcome === 'refused' ? pick(attempts) : null
        if (elsewhere) return elsewhere
        const mayRepeat = outcome === 'refused' || outcome === 'broken'
        if (!mayRepeat || attempts.repeated++ >= repeats) return null
        return pick(attempts) ?? pick({ ...attempts, tried: [] })
      },
    }
    return turn
  }
  return { pick: () => pick({ tried: [], repeated: 0 }) }
}

function standingOf(instance: Instance): Standing {
  return {
    get well() {
      return instance.well
    },
    inFlight: 0,
    silences: 0,
    retryAt: 0,
  }
}
