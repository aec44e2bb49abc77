import {
  absent,
  airing,
  byPolicy,
  days,
  dismissed,
  ended,
  type History,
  hours,
  left,
  next,
  paused,
  resume,
  saw,
  season,
} from './words.fixture.js'

const show = airing(season(1, 4))

export const crossedClocks: History[] = [
  {
    promise: 'a clock that is ahead does not make an older report the latest',
    show,
    did: [left('s1e1', 300, 60, { clock: 3 * hours }), left('s1e2', 200, 30)],
    finds: resume('s1e2', 200),
  },
  {
    promise: 'a clock that is behind does not make a newer report an old one',
    show,
    did: [left('s1e3', 250, 10, { clock: -2 * hours }), left('s1e1', 100, 40)],
    finds: resume('s1e3', 250),
  },
  {
    promise: 'of one episode on two devices the later position counts, whichever came first',
    show,
    did: [
      left('s1e2', 600, 20, { more: { sessionId: 'phone', sequence: 1 }, clock: -1 * hours }),
      left('s1e2', 300, 40, { more: { sessionId: 'tv', sequence: 99 }, clock: 5 * hours }),
      saw('s1e1', 100),
    ],
    finds: resume('s1e2', 600),
  },
  {
    promise: 'within a sitting the sequence counts, though the clock went back',
    show,
    did: [
      saw('s1e1', 100),
      left('s1e2', 560, 70, { more: { sessionId: 'tv', sequence: 2 } }),
      left('s1e2', 500, 50, { more: { sessionId: 'tv', sequence: 1 } }),
    ],
    finds: resume('s1e2', 560),
  },
  {
    promise: 'a clock that nobody can correct is believed',
    show,
    did: [left('s1e3', 250, 10, { clock: -2 * hours, uncorrected: true }), left('s1e2', 400, 60)],
    finds: byPolicy(resume('s1e2', 400), resume('s1e3', 250), resume('s1e2', 400)),
  },
  {
    promise: 'what the tv finished last is the place, not what the phone’s clock calls later',
    show,
    did: [saw('s1e2', 30, { clock: -3 * hours }), left('s1e1', 400, 60, { clock: 4 * hours })],
    finds: byPolicy(next('s1e3'), next('s1e3'), next('s1e1', 400)),
  },
  {
    promise: 'of two episodes at the same time the viewer went on to the later one',
    show,
    did: [left('s1e2', 10, 30), left('s1e1', 700, 30)],
    finds: resume('s1e2', 10),
  },
]

export const offlinePhones: History[] = [
  {
    promise: 'last week’s reports do not take the viewer back',
    show,
    did: [left('s1e3', 400, 1 * days), saw('s1e1', 7 * days), saw('s1e2', 7 * days - 1 * hours)],
    finds: resume('s1e3', 400),
  },
  {
    promise: 'they fill in what seemed unseen',
    show,
    did: [saw('s1e3', 1 * days), saw('s1e1', 8 * days)],
    finds: byPolicy(next('s1e4'), next('s1e4'), next('s1e2')),
  },
  {
    promise: 'they move a viewer who was nowhere later',
    show,
    did: [left('s1e1', 300, 10 * days), saw('s1e2', 7 * days)],
    finds: byPolicy(next('s1e3'), next('s1e3'), next('s1e1', 300)),
  },
  {
    promise: 'they do not bring back a title that was dismissed since',
    show,
    did: [saw('s1e1', 9 * days), dismissed(1 * days), saw('s1e2', 7 * days)],
    finds: absent('dismissed'),
  },
  {
    promise: 'a phone that thinks it is years later is dated by when it sent them',
    show,
    did: [left('s1e1', 200, 1 * days), saw('s1e2', 7 * days, { clock: 2000 * days })],
    finds: byPolicy(resume('s1e1', 200), next('s1e3'), resume('s1e1', 200)),
  },
  {
    promise: 'they can complete a show',
    show: ended(season(1, 2)),
    did: [saw('s1e2', 1 * days), saw('s1e1', 7 * days)],
    finds: absent('completed'),
  },
]

export const pausedClients: History[] = [
  {
    promise: 'a client that was left paused at zero does not send the viewer to the start',
    show,
    did: [saw('s1e1', 200), left('s1e2', 600, 100), paused('s1e2', 10)],
    finds: resume('s1e2', 600),
  },
  {
    promise: 'nor to another episode',
    show,
    did: [left('s1e1', 600, 100), paused('s1e3', 10)],
    finds: resume('s1e1', 600),
    past: { s1e3: 'weak' },
  },
  {
    promise: 'it puts nothing into the list',
    show,
    did: [paused('s1e1', 10)],
    finds: absent('never_watched'),
    past: { s1e1: 'weak' },
  },
  {
    promise: 'less than five seconds are nothing',
    show,
    did: [left('s1e2', 300, 50), left('s1e4', 4.9, 10)],
    finds: resume('s1e2', 300),
    past: { s1e4: 'weak' },
  },
  {
    promise: 'five seconds are a place',
    show,
    did: [left('s1e1', 600, 100), left('s1e2', 5, 10)],
    finds: resume('s1e2', 5),
  },
  {
    promise: 'auto-next that is left at once leaves its episode as the next',
    show,
    did: [saw('s1e1', 60), left('s1e2', 3, 59)],
    finds: next('s1e2', 3),
  },
  {
    promise: 'it does not bring back a dismissed title',
    show,
    did: [saw('s1e1', 100), dismissed(50), paused('s1e2', 10)],
    finds: absent('dismissed'),
  },
  {
    promise: 'it does not open a completed episode again',
    show,
    did: [saw('s1e1', 100), paused('s1e1', 10)],
    finds: next('s1e2'),
  },
]
