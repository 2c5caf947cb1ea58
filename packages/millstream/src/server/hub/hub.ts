import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { type Api, createApi } from '../../api/api.ts'
import { druidRoutes } from '../../api/druid-routes.ts'
import { must } from '../../base/assert.ts'
import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { Principal } from '../../control/allow.ts'
import { Catalogue } from '../../control/catalogue.ts'
import { Definitions } from '../../control/definitions/definitions.ts'
import { Jobs } from '../../control/jobs.ts'
import { RecordStore } from '../../control/record-store.ts'
import { keys, residentPrefixes } from '../../control/records.ts'
import { Tokens } from '../../control/tokens.ts'
import { createGateway } from '../../gateway/gateway.ts'
import { createHttpServer } from '../../gateway/http-server.ts'
import { openDataFolder } from '../../log/data-folder.ts'
import { endKey } from '../../model/hub.ts'
import { portsFor } from '../child.ts'
import { connectorsOf } from '../connectors.ts'
import { type FolderLock, tryLock } from '../lock.ts'
import type { logOf } from '../log.ts'
import type { ServerOptions } from '../options.ts'
import { ToldState } from '../told-state.ts'
import { apiHost } from './api-host.ts'
import { Asks } from './asks.ts'
import { openCatalogueStore } from './catalogue-store.ts'
import { Children } from './children.ts'
import { EdgeTotals } from './edge-totals.ts'
import { gatewayHost } from './gateway-host.ts'
import { IngestCounts } from './ingest-counts.ts'
import { listen } from './listen.ts'
import { LiveFeed } from './live.ts'
import { GatewayPartitions } from './partitions.ts'
import { plannersOf } from './planners.ts'
import { SupervisorPipe } from './processes.ts'
import { Queries } from './queries.ts'
import { Reconciler } from './reconciler.ts'
import { Retention } from './retention.ts'
import { Sealing } from './sealing.ts'
import { serveChild, welcome } from './serve-children.ts'
import { socketPath } from './socket-path.ts'
import type { HubState } from './state.ts'

export interface Hub {
  stop(): Promise<void>
}

/** The hub: gateway, catalogue and HTTP in one process, the only one that commits. Recovers, then lets the others come, then listens. */
export async function startHub(options: ServerOptions, log: ReturnType<typeof logOf>): Promise<Hub> {
  const supervisor = new SupervisorPipe()
  const ports = portsFor(options.dataFolder)
  // A hub whose supervisor was killed may live a moment longer: two never write.
  const lock = await lockWithin(join(options.dataFolder, 'hub.lock'), limits.connectWithinMs, ports)
  const folder = await openDataFolder(ports, '')
  await ports.storage.makeFolder('files')
  const store = openCatalogueStore(join(options.dataFolder, 'catalogue.sqlite'), (error) => {
    // The next hub opens it again.
    log.error('the catalogue does not answer any more', error)
    process.exit(1)
  })
  const records = await RecordStore.open(store, residentPrefixes)
  await checkCatalogue(records, folder, options.dataFolder)

  const told = new ToldState()
  const jobs = new Jobs(records, (streamUid, partition, { end }) => told.takeEnds({ ends: { [endKey(streamUid, partition)]: end } }))
  told.takeEnds({ ends: Object.fromEntries([...jobs.ends()].map(([key, { end }]) => [key, end])) })
  const connectors = connectorsOf({ ports, dataFolder: '', ends: told, streams: told }, options, () => {}).map((one) => one.descriptor)
  const catalogue = new Catalogue(records, ports.clock, ports.random)
  const partitions = new GatewayPartitions(ports, (streamUid, partition, end) =>
    told.takeEnds({ ends: { [endKey(streamUid, partition)]: end } }),
  )
  const datasets: HubState['datasets'] = new Map()
  const holdsData = (uid: string): boolean =>
    (datasets.get(uid)?.events ?? 0) > 0 || (told.byUid(uid)?.partitions ?? []).some(({ partition }) => told.end(uid, partition) > 0)
  const children = new Children(told, {
    welcome: (hello) => welcome(hub, reconciler, hello),
    serve: (rpc) => serveChild(hub, reconciler, asks, rpc),
    onChange: () => void reconciler.run(),
  })
  const hub: HubState = {
    options,
    version: versionOf(),
    startedAtMs: ports.clock.nowMs(),
    ports,
    store,
    catalogue,
    definitions: new Definitions(catalogue, plannersOf(connectors), holdsData),
    jobs,
    told,
    partitions,
    totals: new EdgeTotals(partitions),
    children,
    supervisor,
    log,
    datasets,
  }
  const reconciler = new Reconciler(hub)
  const asks = new Asks(children)
  const queries = new Queries(hub, asks, connectors)
  const live = new LiveFeed(hub)
  const retention = new Retention(hub, () => live.refreshDatasets(), new Sealing(hub))
  const tokens = new Tokens(records, ports.clock, ports.random)
  const counts = new IngestCounts()
  if (!tokens.any() && !isLoopback(options.listen)) throw errors.fail('MS-7019', { address: options.listen })

  await reconciler.run()
  const socket = socketPath(options.dataFolder)
  const socketServer = await children.listen(socket)
  supervisor.tell({ kind: 'listening', socket })

  const principals = new WeakMap<IncomingMessage, Principal>()
  const principalOf = (request: IncomingMessage): Principal => must(principals.get(request), 'the principal of a guarded request')
  const host = apiHost(hub, { reconciler, live, queries, tokens, counts, webFolder: webFolder(), principalOf })
  const api: Api = await createApi(host, [
    druidRoutes({
      ask: (method, params) => queries.askOlap(method, params),
      tenant: (request) => principalOf(request).tenant,
      define: (request, name, spec) => host.put(principalOf(request), 'dataset', name, spec, { ifMatch: undefined }),
    }),
  ])
  const gateway = createGateway(
    gatewayHost(hub, {
      tokens,
      counts,
      api: () => api,
      principals,
      askOlap: (method, params, withinMs) => queries.askOlap(method, params, withinMs),
    }),
  )
  const server = createHttpServer(gateway)
  const url = await listen(server, options)
  const demo = await wantsDemo(records, options, folder.isNew)
  supervisor.tell({ kind: 'ready', url, demo })
  log.info('ready', { url, streams: told.all().length, jobs: jobs.all().length })

  return {
    async stop() {
      live.close()
      retention.stop()
      server.close()
      server.closeAllConnections()
      await partitions.close()
      await api.close()
      await socketServer.close().catch(() => {})
      await store.close()
      lock.release()
    },
  }
}

const isLoopback = (address: string): boolean => address === 'localhost' || address === '::1' || address.startsWith('127.')

async function lockWithin(path: string, withinMs: number, { clock, scheduler }: ReturnType<typeof portsFor>): Promise<FolderLock> {
  const until = clock.monotonicMs() + withinMs
  for (;;) {
    const lock = tryLock(path)
    if (lock !== null) return lock
    if (clock.monotonicMs() > until) throw errors.fail('MS-7011', { folder: path })
    await scheduler.sleep(50)
  }
}

/** One data folder belongs to one catalogue: streams without their catalogue, or the other way round, are refused. */
export async function checkCatalogue(records: RecordStore, folder: { readonly catalogueId: string }, dataFolder: string): Promise<void> {
  const key = keys.setting('catalogueId')
  const known = records.get<string>(key)
  if (known === null) await records.commit([{ key, expect: 0, value: folder.catalogueId }])
  else if (known.value !== folder.catalogueId) throw errors.fail('MS-7023', { folder: dataFolder })
}

/** The demo runs in a folder that was made with it, until somebody says otherwise. */
async function wantsDemo(records: RecordStore, { demo }: ServerOptions, isNew: boolean): Promise<boolean> {
  const key = keys.setting('demo')
  const known = records.get<boolean>(key)
  const wanted = demo ?? known?.value ?? isNew
  if (known?.value !== wanted) await records.commit([{ key, expect: known?.version ?? 0, value: wanted }])
  return wanted
}

/** Of the package: its file stands three folders above the sources, two above the compiled code. */
function versionOf(): string {
  for (const up of [
    ['..', '..', '..'],
    ['..', '..'],
  ]) {
    const path = join(import.meta.dirname, ...up, 'package.json')
    const found = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string }) : {}
    if (found.name === 'millstream' && found.version !== undefined) return found.version
  }
  return 'unknown'
}

/** Beside the sources in a clone, beside the compiled code in a package. */
function webFolder(): string | null {
  const here = import.meta.dirname
  const places = [join(here, '..', '..', '..', '..', 'web', 'dist'), join(here, '..', '..', 'web')]
  return places.find((place) => existsSync(join(place, 'index.html'))) ?? null
}
