import type { ReplicationNames } from './names.js'
import type { Slot } from './slot-store.js'
import type { Subscription } from './subscription-store.js'

export interface Found {
  subscription: Subscription | null
  slot: Slot | null
  /** Tables of the replica that hold rows without being followed. */
  strangers: string[]
}

export interface Plan {
  /** `adopt` takes over a slot that is there, `remake` drops it first; both only where everything is copied anew anyway. */
  slot: 'make' | 'adopt' | 'remake' | 'keep'
}

const resync =
  'Run `replication resync`: it empties the tables of the replica and copies them anew from the primary; people read the primary meanwhile.'

/**
 * What setup has to do, or why it must not, in words. A copy that has begun needs its own slot from then on: what a new one would send
 * begins now, and the changes between would be lost without a sign.
 */
export function planSetup(
  { subscription, slot, strangers }: Found,
  names: ReplicationNames,
): Plan | { refusal: string } {
  if (slot && !slot.ours)
    return {
      refusal: `The slot ${names.slot} on the primary belongs to another database. Drop it there or give it another name.`,
    }
  const begun = subscription !== null && Object.keys(subscription.tables).length > 0
  if (begun && !slot)
    return {
      refusal: `The slot ${names.slot} is gone from the primary, and with it what the replica has not taken in. ${resync}`,
    }
  if (begun && slot?.walStatus === 'lost')
    return {
      refusal: `The replica was away for so long that the primary dropped the log it still needs (slot ${names.slot} is lost). ${resync}`,
    }
  if (strangers.length > 0)
    return {
      refusal: `The replica already holds rows in ${strangers.join(', ')}, which nothing keeps equal: a first copy would collide with them. ${resync}`,
    }
  if (begun) return { slot: 'keep' }
  if (!subscription && slot?.active)
    return {
      refusal: `Another server follows the slot ${names.slot} already. Stop that one first: \`SELECT * FROM pg_stat_replication\` on the primary names it.`,
    }
  if (!slot) return { slot: 'make' }
  return { slot: slot.walStatus === 'lost' ? 'remake' : 'adopt' }
}
