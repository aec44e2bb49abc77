import {
  absent,
  airing,
  byPolicy,
  ended,
  episode,
  type History,
  left,
  next,
  resume,
  saw,
  season,
} from './words.fixture.js'

const show = airing(season(1, 3))

export const exactlyNinety: History[] = [
  {
    promise: '90 % is not completed',
    show,
    did: [left('s1e1', 900, 60)],
    finds: resume('s1e1', 900),
  },
  {
    promise: 'a tenth of a second more is',
    show,
    did: [left('s1e1', 900.1, 60)],
    finds: next('s1e2'),
  },
  {
    promise: '90 % is of the catalogue’s duration, not of the player’s shorter one',
    show,
    did: [left('s1e1', 900, 60, { duration: 950 })],
    finds: resume('s1e1', 900),
  },
  {
    promise: 'nor of its longer one',
    show,
    did: [left('s1e1', 901, 60, { duration: 1100 })],
    finds: next('s1e2'),
  },
  {
    promise: 'who was past it once has completed the episode, wherever he went back to',
    show,
    did: [left('s1e1', 901, 100), left('s1e1', 300, 50)],
    finds: next('s1e2'),
  },
  {
    promise: 'what is at 90 % is resumed, and by furthest left behind',
    show,
    did: [saw('s1e2', 200), left('s1e1', 900, 100)],
    finds: byPolicy(resume('s1e1', 900), next('s1e3'), resume('s1e1', 900)),
  },
  {
    promise: 'the credits complete before it where they are known',
    show: airing(season(1, 3, { creditsStartSeconds: 850 })),
    did: [left('s1e1', 850, 60)],
    finds: next('s1e2'),
  },
]

const short = airing(season(1, 3, { durationSeconds: 80 }))
const of80 = { duration: 80 }

export const exactlyTen: History[] = [
  {
    promise: 'ten seconds before the end of 80 it is completed',
    show: short,
    did: [left('s1e1', 70, 60, of80)],
    finds: next('s1e2'),
  },
  {
    promise: 'a tenth of a second earlier it is not',
    show: short,
    did: [left('s1e1', 69.9, 60, of80)],
    finds: resume('s1e1', 69.9),
  },
  {
    promise: 'what lasts exactly a minute is long enough for that',
    show: airing(season(1, 3, { durationSeconds: 60 })),
    did: [left('s1e1', 50, 60, { duration: 60 })],
    finds: next('s1e2'),
  },
  {
    promise: 'what lasts a second less is not',
    show: airing(season(1, 3, { durationSeconds: 59 })),
    did: [left('s1e1', 49, 60, { duration: 59 })],
    finds: resume('s1e1', 49),
  },
  {
    promise: 'what is left just before that is resumed, and by furthest left behind',
    show: short,
    did: [left('s1e2', 70, 200, of80), left('s1e1', 69.9, 100, of80)],
    finds: byPolicy(resume('s1e1', 69.9), next('s1e3'), resume('s1e1', 69.9)),
  },
]

const clips = airing(season(1, 3, { durationSeconds: 40 }))
const of40 = { duration: 40 }

export const clip: History[] = [
  {
    promise: 'a clip knows no last ten seconds',
    show: clips,
    did: [left('s1e1', 30, 60, of40)],
    finds: resume('s1e1', 30),
  },
  {
    promise: 'its 90 % are not completed either',
    show: clips,
    did: [left('s1e1', 36, 60, of40)],
    finds: resume('s1e1', 36),
  },
  {
    promise: 'a tenth of a second more completes it',
    show: clips,
    did: [left('s1e1', 36.1, 60, of40)],
    finds: next('s1e2'),
  },
  {
    promise: 'four seconds of it are nothing as of anything',
    show: clips,
    did: [left('s1e1', 4, 60, of40)],
    finds: absent('never_watched'),
  },
  {
    promise: 'a clip that is all there is leaves the list when it is seen',
    show: ended(episode('s1e1', { durationSeconds: 40 })),
    did: [left('s1e1', 40, 60, of40)],
    finds: absent('completed'),
  },
  {
    promise: 'a clip of four seconds can be completed, weak as it is',
    show: airing(season(1, 2, { durationSeconds: 4 })),
    did: [left('s1e1', 3.9, 60, { duration: 4 })],
    finds: next('s1e2'),
  },
]

const unknown = airing(season(1, 3, { durationSeconds: null }))
const of1500 = { duration: 1500 }

export const unknownDuration: History[] = [
  {
    promise: 'what the player knows decides where the catalogue knows nothing',
    show: unknown,
    did: [left('s1e1', 1400, 60, of1500)],
    finds: next('s1e2'),
  },
  {
    promise: 'exactly 90 % of that is not completed',
    show: unknown,
    did: [left('s1e1', 1350, 60, of1500)],
    finds: resume('s1e1', 1350),
  },
  {
    promise: 'of two players that know different durations each is believed for its own report',
    show: unknown,
    did: [
      left('s1e1', 1400, 100, { duration: 1500, more: { sessionId: 'tv', sequence: 1 } }),
      left('s1e1', 1400, 50, { duration: 1600, more: { sessionId: 'phone', sequence: 1 } }),
    ],
    finds: next('s1e2'),
  },
  {
    promise: 'a clip is one by what the player knows',
    show: unknown,
    did: [left('s1e1', 30, 60, of40)],
    finds: resume('s1e1', 30),
  },
  {
    promise: 'so are the last ten seconds',
    show: unknown,
    did: [left('s1e1', 70, 60, of80)],
    finds: next('s1e2'),
  },
  {
    promise: 'the places are the same as of any show',
    show: unknown,
    did: [left('s1e2', 500, 200, of1500), left('s1e1', 100, 100, of1500)],
    finds: byPolicy(resume('s1e1', 100), resume('s1e2', 500), resume('s1e1', 100)),
  },
]
