import type { Problem } from './protocol/problems.ts'

export interface Connection {
  /** Where the server is, e.g. `http://127.0.0.1:7410`. */
  readonly server: string
  readonly token: string | undefined
  readonly fetch: typeof fetch
}

/** What the server answered instead of what was asked for: what happened, where, what to do, a stable code. */
export class MillstreamProblem extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly advice: string
  /** Whether the same request can succeed later. */
  readonly retry: boolean
  readonly place: Problem['place']
  /** What the server asked to wait, 0 if it did not. */
  readonly retryAfterMs: number
  /** The whole answer, with the members that belong to this code. */
  readonly body: Readonly<Record<string, unknown>>

  constructor(problem: Problem, retryAfterMs = 0) {
    super(problem.detail)
    this.name = 'MillstreamProblem'
    this.code = problem.code
    this.status = problem.status
    this.title = problem.title
    this.advice = problem.advice
    this.retry = problem.retry
    this.place = problem.place
    this.retryAfterMs = retryAfterMs
    this.body = { ...problem }
  }
}

/** One request; an answer that is not 2xx becomes a `MillstreamProblem`. */
export async function request(connection: Connection, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  if (connection.token !== undefined) headers.set('authorization', `Bearer ${connection.token}`)
  const response = await connection.fetch(connection.server + path, { ...init, headers })
  if (response.ok) return response
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? 0)
  throw new MillstreamProblem(await problemOf(response), retryAfterSeconds > 0 ? retryAfterSeconds * 1000 : 0)
}

/** The problem that an answer carries, or one that says what came instead. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text()
  try {
    const body = JSON.parse(text) as Partial<Problem>
    if (typeof body.detail === 'string' && typeof body.code === 'string') return body as Problem
  } catch {
    // Not ours: a proxy, or another server. Its text is shown below.
  }
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    detail: `The server answered ${response.status} ${response.statusText}: ${text.slice(0, 300)}`,
    code: 'MS-0000',
    advice: 'Is this address a Millstream server?',
    retry: response.status >= 500,
  }
}

/** The lines of a body as they come. */
export async function* lines(response: Response): AsyncGenerator<string> {
  if (response.body === null) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      const parts = (rest + value).split('\n')
      rest = parts.pop() ?? ''
      for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part
    }
    if (rest !== '') yield rest
  } finally {
    await reader.cancel().catch(() => {})
  }
}

export interface ServerSentEvent {
  readonly id: string | null
  readonly event: string
  readonly data: string
}

/** Server-sent events of an answer; comments are left out. */
export async function* serverSentEvents(response: Response): AsyncGenerator<ServerSentEvent> {
  let id: string | null = null
  let event = 'message'
  let data: string[] = []
  for await (const line of lines(response)) {
    if (line === '') {
      if (data.length > 0) yield { id, event, data: data.join('\n') }
      event = 'message'
      data = []
      continue
    }
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id') id = value
  }
}
