import { MillstreamError } from './errors.ts'

/** A two-way pipe of JSON messages, in order. Closed when the other side is gone. */
export interface MessagePipe {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  /** Bytes that the other side has not taken yet. */
  backlogBytes(): number
  close(): void
}

/** Requests with answers, and notifications without, in both directions over one pipe. */
export interface Rpc {
  request<T>(method: string, params: unknown): Promise<T>
  notify(method: string, params: unknown): void
  /** Answers `method`, or takes the notification of that name. */
  handle<P>(method: string, handler: (params: P) => unknown | Promise<unknown>): void
  onClose(listener: () => void): void
  /** Bytes that the other side has not taken yet: who has much to say waits for it. */
  backlogBytes(): number
  close(): void
}

type Message =
  | { readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly method: string; readonly params: unknown }
  | { readonly answer: number; readonly result: unknown }
  | { readonly answer: number; readonly error: RemoteFailure }

interface RemoteFailure {
  readonly code: string
  readonly message: string
  readonly title?: string
  readonly advice?: string
  readonly http?: number
  readonly place?: unknown
  readonly values?: unknown
}

/** A failure that the other side answered: what its error said, with its code. */
export class RemoteError extends Error {
  readonly code: string
  readonly failure: RemoteFailure
  constructor(failure: RemoteFailure) {
    super(failure.message)
    this.name = 'RemoteError'
    this.code = failure.code
    this.failure = failure
  }
}

export function rpcOver(pipe: MessagePipe): Rpc {
  const handlers = new Map<string, (params: unknown) => unknown>()
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (reason: Error) => void }>()
  const closeListeners: (() => void)[] = []
  let nextId = 1
  let closed = false

  const answer = async (id: number, method: string, params: unknown): Promise<void> => {
    try {
      const handler = handlers.get(method)
      if (handler === undefined) throw new Error(`no handler for ${method}`)
      pipe.send({ answer: id, result: (await handler(params)) ?? null })
    } catch (error) {
      pipe.send({ answer: id, error: failureOf(error) })
    }
  }

  pipe.onMessage((raw) => {
    const message = raw as Message
    if ('answer' in message) {
      const caller = waiting.get(message.answer)
      waiting.delete(message.answer)
      if ('error' in message) caller?.reject(new RemoteError(message.error))
      else caller?.resolve(message.result as never)
    } else if ('id' in message) {
      void answer(message.id, message.method, message.params)
    } else {
      handlers.get(message.method)?.(message.params)
    }
  })
  pipe.onClose(() => {
    closed = true
    for (const caller of waiting.values()) caller.reject(new Error('the other process is gone'))
    waiting.clear()
    for (const listener of closeListeners) listener()
  })

  return {
    request: (method, params) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the other process is gone'))
        const id = nextId++
        waiting.set(id, { resolve, reject })
        pipe.send({ id, method, params })
      }),
    notify: (method, params) => {
      if (!closed) pipe.send({ method, params })
    },
    handle: (method, handler) => {
      handlers.set(method, handler as (params: unknown) => unknown)
    },
    onClose: (listener) => {
      closeListeners.push(listener)
    },
    backlogBytes: () => pipe.backlogBytes(),
    close: () => pipe.close(),
  }
}

function failureOf(error: unknown): RemoteFailure {
  if (error instanceof MillstreamError) {
    const { code, message, title, advice, http, place, values } = error
    return { code, message, title, advice, http, place, values }
  }
  if (error instanceof RemoteError) return error.failure
  return { code: 'MS-7001', message: error instanceof Error ? error.message : String(error) }
}
