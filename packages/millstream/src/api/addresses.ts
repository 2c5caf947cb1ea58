/** One address of the HTTP API, as `/openapi.json` and its page tell of it. */
export interface Address {
  readonly method: 'get' | 'put' | 'post' | 'delete'
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly query?: Readonly<Record<string, string>>
  /** Content types of the body. */
  readonly body?: readonly string[]
  readonly answers: Readonly<Record<string, string>>
}

const json = ['application/json']
const page = { limit: 'At most so many, 1 to 1000', cursor: 'Where the page before ended', search: 'Part of the name' }

const objects = (kind: string, definition: string): Address[] => [
  { method: 'get', path: `/v1/${kind}s`, tag: 'Definitions', summary: `The ${kind}s, by name`, query: page, answers: { 200: 'A page' } },
  { method: 'get', path: `/v1/${kind}s/{name}`, tag: 'Definitions', summary: `A ${kind}, with its ETag`, answers: { 200: `The ${kind}` } },
  {
    method: 'put',
    path: `/v1/${kind}s/{name}`,
    tag: 'Definitions',
    summary: `Creates or changes a ${kind}: ${definition}`,
    query: { dryRun: 'true: answers the plan and changes nothing' },
    body: json,
    answers: { 200: 'Changed', 201: 'Created', 412: 'If-Match does not fit: somebody changed it since' },
  },
  {
    method: 'delete',
    path: `/v1/${kind}s/{name}`,
    tag: 'Definitions',
    summary: `Deletes a ${kind}`,
    query: { dryRun: 'true: answers the plan and changes nothing', deleteData: 'true: also when it holds data' },
    answers: { 204: 'Deleted', 409: 'It holds data, or something uses it' },
  },
]

export const addresses: readonly Address[] = [
  {
    method: 'post',
    path: '/v1/streams/{name}/events',
    tag: 'Events',
    summary: 'Sends events. Each row is accepted or rejected by itself; rejected rows become dead letters.',
    body: ['application/x-ndjson', 'application/json', 'text/csv'],
    answers: {
      200: 'All accepted, and durable',
      207: 'Some rows were rejected; the first few are described',
      429: 'Over quota: Retry-After',
    },
  },
  {
    method: 'get',
    path: '/v1/streams/{name}/events',
    tag: 'Events',
    summary: 'Reads events as NDJSON, or as server-sent events with `Accept: text/event-stream`',
    query: {
      from: 'ISO-8601, earliest, latest, or a duration back such as 10 min',
      partition: 'Only this one',
      limit: 'At most so many',
      where: 'A condition over the columns, in SQL',
      follow: 'true: goes on',
    },
    answers: { 200: 'Rows' },
  },
  {
    method: 'get',
    path: '/v1/streams/{name}/ledger',
    tag: 'Events',
    summary: 'The account of every event',
    query: { from: 'ISO-8601', to: 'ISO-8601' },
    answers: { 200: 'Totals, hops and minutes' },
  },
  {
    method: 'get',
    path: '/v1/streams/{name}/dead-letters',
    tag: 'Events',
    summary: 'Rows that could not go on, with the reason',
    query: { stage: 'edge, late, pipeline, sink or consumer', ...page },
    answers: { 200: 'A page of dead letters' },
  },
  {
    method: 'post',
    path: '/v1/streams/{name}/redrive',
    tag: 'Events',
    summary: 'Sends dead letters again under the present contract, once each',
    body: json,
    answers: { 200: 'How many were accepted and rejected' },
  },
  ...objects('stream', '`{"sql": "CREATE TABLE ..."}`'),
  ...objects('pipeline', '`{"sql": "INSERT INTO ... SELECT ..."}`'),
  ...objects('dataset', 'its definition, or a Druid supervisor spec'),
  {
    method: 'post',
    path: '/v1/plan',
    tag: 'Definitions',
    summary: 'What applying a project would change',
    body: json,
    answers: { 200: 'The plan' },
  },
  { method: 'post', path: '/v1/apply', tag: 'Definitions', summary: 'Applies a project', body: json, answers: { 200: 'What was done' } },
  {
    method: 'get',
    path: '/v1/export',
    tag: 'Definitions',
    summary: 'All definitions',
    query: { project: 'Only of this project' },
    answers: { 200: 'Definitions' },
  },
  {
    method: 'get',
    path: '/v1/jobs',
    tag: 'Running',
    summary: 'Jobs: state, lag, watermark and what holds it, checkpoints',
    answers: { 200: 'Jobs' },
  },
  { method: 'get', path: '/v1/jobs/{name}', tag: 'Running', summary: 'One job', answers: { 200: 'The job' } },
  { method: 'get', path: '/v1/home', tag: 'Running', summary: 'What flows where', answers: { 200: 'A graph' } },
  {
    method: 'get',
    path: '/v1/live',
    tag: 'Running',
    summary: 'What moves, each second, as server-sent events',
    answers: { 200: 'A feed' },
  },
  { method: 'get', path: '/v1/processes', tag: 'Running', summary: 'The server’s processes', answers: { 200: 'Processes' } },
  {
    method: 'post',
    path: '/v1/processes/{pid}/kill',
    tag: 'Running',
    summary: 'Ends a process as a crash would: an exercise',
    body: json,
    answers: { 202: 'It is being ended' },
  },
  {
    method: 'post',
    path: '/v1/tokens',
    tag: 'Running',
    summary: 'Creates a token, shown this once',
    body: json,
    answers: { 201: 'The token' },
  },
  {
    method: 'post',
    path: '/v1/sql',
    tag: 'Queries',
    summary: 'A SELECT that ends, as NDJSON messages',
    body: json,
    answers: { 200: 'Messages' },
  },
  {
    method: 'post',
    path: '/v1/preview',
    tag: 'Queries',
    summary: 'Live rows of a SELECT or a whole pipeline; nothing is deployed',
    body: json,
    answers: { 200: 'Messages' },
  },
  { method: 'post', path: '/druid/v2', tag: 'Druid', summary: 'A native query', body: json, answers: { 200: 'As Druid answers' } },
  { method: 'post', path: '/druid/v2/sql', tag: 'Druid', summary: 'Druid SQL', body: json, answers: { 200: 'As Druid answers' } },
  { method: 'get', path: '/status', tag: 'Druid', summary: 'Druid’s version', answers: { 200: 'Status' } },
  { method: 'get', path: '/druid/v2/datasources', tag: 'Druid', summary: 'Names of the datasets', answers: { 200: 'Names' } },
  { method: 'get', path: '/druid/indexer/v1/supervisor', tag: 'Druid', summary: 'Datasets as supervisors', answers: { 200: 'Names' } },
  {
    method: 'post',
    path: '/druid/indexer/v1/supervisor',
    tag: 'Druid',
    summary: 'Makes a dataset of a Druid supervisor spec',
    body: json,
    answers: { 200: 'Its id' },
  },
  { method: 'get', path: '/metrics', tag: 'Operations', summary: 'Prometheus metrics', answers: { 200: 'Text' } },
  { method: 'get', path: '/health/live', tag: 'Operations', summary: 'The process answers', answers: { 200: 'Live' } },
  {
    method: 'get',
    path: '/health/ready',
    tag: 'Operations',
    summary: 'Requests are taken',
    answers: { 200: 'Ready', 503: 'What is missing' },
  },
  { method: 'get', path: '/openapi.json', tag: 'Operations', summary: 'This, as OpenAPI 3.1', answers: { 200: 'OpenAPI' } },
]
