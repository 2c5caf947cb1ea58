import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommitChange, CommitStore, Committed, Ports } from '../base/ports.ts'
import { nodeStorage } from '../base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../base/real/system.ts'
import type { Contract } from '../data/contract.ts'
import { type LogicalType, types } from '../data/types.ts'
import type { Ends } from '../log/log.ts'
import { type GatewayPartition, openGatewayPartition } from '../log/writer.ts'
import type { StreamCatalogue, StreamDescriptor } from '../model/streams.ts'
import { createGateway, type Gateway } from './gateway.ts'
import type { GatewayHost } from './host.ts'
import { createHttpServer, type Patience } from './http-server.ts'

export interface TestStream {
  readonly name?: string
  readonly columns?: readonly (readonly [name: string, type: LogicalType])[]
  readonly partitions?: number
  readonly distributedBy?: readonly string[]
  readonly options?: Readonly<Record<string, string>>
  readonly version?: number
}

export function testStream({
  name = 'playback',
  columns,
  partitions = 1,
  distributedBy = [],
  options = {},
  version = 1,
}: TestStream = {}): StreamDescriptor {
  const fields = columns ?? [
    ['ts', types.timestampLtz(3, false)],
    ['device_id', types.string(false)],
    ['country', types.string()],
    ['bitrate', types.int()],
    ['rebuffer_ms', types.bigint()],
  ]
  const contract: Contract = {
    version,
    columns: fields.map(([column, type], at) => ({ kind: 'physical', id: at + 1, name: column, type })),
    watermark: { column: 'ts', expression: 'ts' },
    primaryKey: [],
    distributedBy,
    buckets: partitions,
    options,
    comment: null,
  }
  return {
    uid: `uid-${name.replace('$', '-')}`,
    tenant: 'default',
    name,
    contract,
    partitions: Array.from({ length: partitions }, (_, partition) => ({ partition, owner: 'gateway' })),
  }
}

/** A hub in small: real log, real HTTP, everything else in memory. */
export interface TestHub {
  readonly url: string
  readonly port: number
  readonly folder: string
  readonly server: Server
  readonly gateway: Gateway
  readonly failures: unknown[]
  /** Changes a stream's descriptor, as a new contract version does. */
  replace(stream: StreamDescriptor): void
  writer(streamUid: string, partition: number): GatewayPartition | null
  close(): Promise<void>
}

export interface TestHubOptions {
  /** Kept when it is given. */
  readonly folder?: string
  readonly host?: Partial<GatewayHost>
  readonly patience?: Patience
  readonly ports?: Partial<Ports>
  readonly port?: number
}

export async function startTestHub(streams: readonly StreamDescriptor[], options: TestHubOptions = {}): Promise<TestHub> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'millstream-gateway-')))
  const ports: Ports = {
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    storage: nodeStorage(folder),
    ...options.ports,
  }
  const named = new Map(streams.map((stream) => [stream.name, stream]))
  const contracts = new Map(streams.map((stream) => [`${stream.uid}/${stream.contract.version}`, stream.contract]))
  const writers = new Map<string, GatewayPartition>()
  const listeners = new Set<(uid: string, partition: number, end: number) => void>()
  for (const stream of streams) {
    for (const { partition } of stream.partitions) {
      const writer = await openGatewayPartition(ports, '', stream, partition)
      writers.set(`${stream.uid}/${partition}`, writer)
      writer.onMove((end) => {
        for (const listener of listeners) listener(stream.uid, partition, end)
      })
    }
  }
  const catalogue: StreamCatalogue = {
    byName: (tenant, name) => (tenant === 'default' ? (named.get(name) ?? null) : null),
    byUid: (uid) => [...named.values()].find((stream) => stream.uid === uid) ?? null,
    contract: (uid, version) => contracts.get(`${uid}/${version}`) ?? null,
    all: () => [...named.values()],
  }
  const ends: Ends = {
    end: (uid, partition) => writers.get(`${uid}/${partition}`)?.end() ?? 0,
    onMove(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const failures: unknown[] = []
  const gateway = createGateway({
    ports,
    streams: catalogue,
    ends,
    writer: (uid, partition) => writers.get(`${uid}/${partition}`) ?? null,
    marks: memoryStore(),
    otherHops: async () => [],
    hopName: (hop) => hop,
    compileFilter: (_stream, text) => {
      throw new Error(`no filter ${text} here`)
    },
    publicHosts: [],
    authenticate: () => ({ name: 'local', tenant: 'default' }),
    allow: (principal, _verb, object) => principal.tenant === object.tenant,
    overQuota: () => null,
    onIngest: () => {},
    onFailure: (error) => failures.push(error),
    fallback: (_request, response) => {
      response.statusCode = 404
      response.end('fallback')
    },
    upgrade: null,
    ...options.host,
  })
  const server = options.patience === undefined ? createHttpServer(gateway) : createHttpServer(gateway, options.patience)
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ...{ url: `http://127.0.0.1:${port}`, port, folder, server, gateway, failures },
    replace(stream) {
      named.set(stream.name, stream)
      contracts.set(`${stream.uid}/${stream.contract.version}`, stream.contract)
    },
    writer: (uid, partition) => writers.get(`${uid}/${partition}`) ?? null,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      for (const writer of writers.values()) await writer.close()
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

export function memoryStore(): CommitStore {
  const values = new Map<string, Committed>()
  return {
    get: async (key) => values.get(key) ?? null,
    list: async (prefix) => [...values].filter(([key]) => key.startsWith(prefix)).sort(),
    async commit(changes: readonly CommitChange[]) {
      if (changes.some(({ key, expect }) => (values.get(key)?.version ?? 0) !== expect)) return false
      for (const { key, expect, value } of changes) {
        if (value === null) values.delete(key)
        else values.set(key, { value, version: expect + 1 })
      }
      return true
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

/** A request as it is given, headers such as Host and Origin included (which `fetch` would not send). */
export function ask(
  hub: { readonly port: number },
  method: string,
  path: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  body: string | Uint8Array = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: hub.port, method, path, headers: headers as Record<string, string>, agent: false })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const isJson = /json/.test(response.headers['content-type'] ?? '') && !/ndjson/.test(response.headers['content-type'] ?? '')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} })
      })
    })
    sent.end(body)
  })
}

export const ndjson = { 'content-type': 'application/x-ndjson' }

export const post = (
  hub: { readonly port: number },
  stream: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<Answer> => ask(hub, 'POST', `/v1/streams/${stream}/events`, { ...ndjson, ...headers }, body)

/** A row of the test stream as NDJSON, with its newline. */
export const event = (n: number, more: Readonly<Record<string, unknown>> = {}): string =>
  `${JSON.stringify({ ts: new Date(1_700_000_000_000 + n * 1000).toISOString(), device_id: `d${n}`, country: 'BR', bitrate: n, rebuffer_ms: n * 10, ...more })}\n`

/** All rows that can be read. */
export async function readAll(hub: { readonly port: number }, stream: string, query = ''): Promise<Record<string, unknown>[]> {
  const { text } = await ask(hub, 'GET', `/v1/streams/${stream}/events${query}`)
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
}
