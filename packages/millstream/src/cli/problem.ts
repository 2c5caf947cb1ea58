import { MillstreamProblem } from '@millstream/client'
import { errors, MillstreamError } from '../base/errors.ts'
import { exit } from './command.ts'

interface Told {
  readonly code: string
  readonly message: string
  readonly advice: string
  readonly status: number
  readonly place?: { readonly source?: string; readonly line?: number; readonly column?: number } | undefined
}

/** An error as a person reads it at night: what happened, where, what to do, its code; and the exit code. `server` is the one that was asked. */
export function problemText(error: unknown, server = ''): { readonly text: string; readonly code: number } {
  const told = toldOf(error, server)
  if (told === null) {
    const shown = process.env.MILLSTREAM_TRACE === undefined ? '' : `\n${error instanceof Error ? error.stack : ''}`
    return { text: `error: ${error instanceof Error ? error.message : String(error)}${shown}\n`, code: exit.failed }
  }
  const { code, message, advice, status, place } = told
  const source = place?.source === undefined ? '' : ` in ${place.source}`
  const where = place?.line === undefined ? source : `${source} at line ${place.line}, column ${place.column ?? 1}`
  const wrong = status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 404 && status !== 429
  return {
    text: `error: ${message}${where}\n${advice === '' ? '' : `       ${advice}\n`}       ${code}\n`,
    code: wrong ? exit.wrong : exit.failed,
  }
}

function toldOf(error: unknown, server: string): Told | null {
  if (error instanceof MillstreamProblem) {
    const { code, message, advice, status, place } = error
    return { code, message, advice, status, place }
  }
  if (error instanceof MillstreamError) {
    const { code, message, advice, http, place } = error
    return { code, message, advice, status: http, place }
  }
  const cause = (error as { cause?: { code?: string } } | null)?.cause
  // Refused, unknown, out of reach: fetch says no more than that it failed.
  if (error instanceof TypeError && cause !== undefined) {
    const { address, port } = cause as { address?: string; port?: number }
    const asked = server !== '' ? server : `http://${address ?? '127.0.0.1'}:${port ?? ''}`
    return toldOf(errors.fail('MS-7013', { server: asked }), server)
  }
  return null
}
