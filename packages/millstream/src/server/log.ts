import { writeSync } from 'node:fs'

/** Structured logs: a JSON line each on standard error, which the supervisor keeps in DATA/logs. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
  error(event: string, error: unknown, fields?: Readonly<Record<string, unknown>>): void
}

export function logOf(role: string): Log {
  const write = (level: string, event: string, fields: Readonly<Record<string, unknown>>): void => {
    printTo(2, JSON.stringify({ at: new Date().toISOString(), level, role, event, ...fields }))
  }
  return {
    info: (event, fields = {}) => write('info', event, fields),
    warn: (event, fields = {}) => write('warn', event, fields),
    error: (event, error, fields = {}) => write('error', event, { ...fields, ...describe(error) }),
  }
}

/** A line to standard output (1) or error (2), which are files. When their disk is full it is left out: no process ends for want of a log. */
export function printTo(descriptor: 1 | 2, line: string): void {
  try {
    writeSync(descriptor, `${line}\n`)
  } catch {
    // Nobody can be told.
  }
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = (error as { code?: unknown }).code
  return { ...(code === undefined ? {} : { code }), message: error.message, stack: error.stack }
}
