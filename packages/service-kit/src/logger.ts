import { type Logger, pino } from 'pino'

export type { Logger } from 'pino'

const secretField =
  /"([^"]*(?:authorization|password|passwd|secret|token|cookie|apikey|api_key|x-marquee-viewer|email)[^"]*)":"(?:[^"\\]|\\.)*"/gi
const bearer = /\b(?:Bearer|Basic)\s+[\w.~+/=-]+/gi
const jwt = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g
const email = /[\w.!%+-]+@(?:[\w-]+\.)+[a-z]{2,}/gi
const suspicious =
  /authorization|passw|secret|token|cookie|api_?key|x-marquee-viewer|email|bearer|basic|eyJ|@/i

/** Works on the finished line, so that no nesting, no message and no stack can carry a secret out. */
export function redact(line: string): string {
  if (!suspicious.test(line)) return line
  return line
    .replace(secretField, '"$1":"[redacted]"')
    .replace(bearer, '[redacted]')
    .replace(jwt, '[redacted]')
    .replace(email, '[redacted]')
}

/** For tests and tools that want no lines. */
export const silentLogger: Logger = pino({ level: 'silent' })

/** What loggers of this process have not written yet. */
const unwritten = new Set<{ flushSync(): void }>()
process.on('exit', () => {
  for (const destination of unwritten) destination.flushSync()
})

/**
 * JSON lines on stdout. Lines are gathered for up to half a second or 8 kB, since a write per request would cost more than the
 * request; warnings and worse go out at once. Writing is synchronous: handing 8 kB to a thread costs ten times the write.
 */
export function createLogger(name: string, level: string): Logger {
  if (level === 'silent') return silentLogger
  const destination = pino.destination({ dest: 1, sync: true, minLength: 8192, periodicFlush: 500 })
  unwritten.add(destination)
  return pino(
    {
      name,
      level,
      base: { name, pid: process.pid },
      serializers: { err: pino.stdSerializers.errWithCause },
      hooks: {
        streamWrite: redact,
        logMethod(args, method, severity) {
          method.apply(this, args)
          if (severity >= 40) destination.flushSync()
        },
      },
    },
    destination,
  )
}
