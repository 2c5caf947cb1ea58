/**
 * Every queue, batch, retry, loop and cache has its limit here: a number, its unit in the name, and the reason.
 * Nothing else lives in this file.
 */
export const limits = {
  /** Rows in a batch between operators: big enough to amortise a call, small enough for the cache. */
  batchRowsMax: 4096,
  /** A group commit closes at the first of these three. */
  blockDelayMs: 5,
  blockRowsMax: 65_536,
  blockBytesMax: 4 * 1024 * 1024,
  /** A request is read whole; this bounds what it may unpack to. */
  requestBytesMax: 16 * 1024 * 1024,
  /** One row as JSON or CSV text. */
  rowBytesMax: 1024 * 1024,
  /** Nesting of JSON values: deeper input is refused before it can exhaust the stack. */
  jsonDepthMax: 64,
  /** How many rejected rows an answer describes; all of them are dead letters. */
  answerErrorsMax: 10,
  /** Bytes that wait for the disk in one partition: beyond, appends are refused until it catches up. */
  appendQueueBytesMax: 64 * 1024 * 1024,
  /** A segment closes at the first of these two: retention removes whole segments, recovery reads one. */
  segmentBytesMax: 128 * 1024 * 1024,
  segmentAgeMsMax: 3_600_000,
  /** Results of a producer's last requests that a retry is answered from: more than anyone has in flight. */
  producerWindow: 16,
  /** Producers and idempotency keys that a partition remembers; the one longest unheard of is forgotten first. */
  producersMax: 4096,
  idempotencyKeysMax: 16_384,
  /** Minutes a partition's ledger keeps apart; older neighbours are added together. */
  ledgerMinutesMax: 50_000,
  /** Minutes of a job's account that stay in the hub's memory: what a checkpoint adds to, with some that came late. */
  ledgerMinutesKept: 16,
  /** Small job batches are gathered into one block until they have this many rows. */
  jobBlockRows: 4096,
  /** Parentheses, subqueries and the like within each other: hostile text must not exhaust the stack. */
  sqlNestingMax: 200,
  /** Operators of one level in a row, as in a OR b OR ...: later steps walk them as a depth. */
  sqlChainMax: 1000,
  /** Characters of a text that REPEAT, LPAD and RPAD make: small arguments must not fill the memory. */
  madeTextCharactersMax: 1024 * 1024,
  /** Date patterns and JSON paths kept parsed: rows may bring their own, but mostly there are few. */
  parsedPatternsMax: 256,
  /** Generators a call of RAND(seed) keeps, one a seed. */
  seededGeneratorsMax: 1024,
  /** Kernels an expression keeps, one for each combination of column layouts; beyond it they are made anew. */
  kernelsMax: 64,
  /** A function of a dictionary column runs once an entry when the dictionary has at most this many, or twice the batch's rows. */
  liftedEntriesMin: 1024,
  /** Jobs: what is visible lags at most this much behind; shorter would sync the disk more often than it pays. */
  checkpointIntervalMs: 200,
  /** A checkpoint that holds the job up for t makes the next one wait this many times t: at most a tenth of its time. */
  checkpointShareInverse: 10,
  /** How long a job sleeps when nothing comes: it bounds how late an idle partition is noticed. */
  jobIdleTickMs: 100,
  /** Bytes of a file that are read at once: a few thousand rows. */
  fileChunkBytes: 512 * 1024,
  /** Files that a pipeline writes are closed at this size or age, at a checkpoint: sooner makes many small ones, later shows rows late. */
  rolledFileBytes: 128 * 1024 * 1024,
  rolledFileAgeMs: 10_000,
  /** How often a job looks for new partitions and files. */
  splitDiscoveryMs: 1000,
  /** How often a preview says how it stands: fluid to look at, cheap to send. */
  previewProgressMs: 250,
  /** How often a job says how it does. */
  jobStatusIntervalMs: 1000,

  /** A process that was asked to end is ended after this: longer than a checkpoint, shorter than patience. */
  stopWithinMs: 5000,
  /** A role that ends at once, again and again, is started less and less often. */
  restartDelayMs: 200,
  restartDelayMsMax: 10_000,
  /** A role that lived this long has no past. */
  restartForgivenMs: 30_000,
  /** A log file is put aside at this size; one old one is kept. */
  logFileBytesMax: 16 * 1024 * 1024,
  /** How long a role waits for the hub's socket before it gives up and is started again. */
  connectWithinMs: 10_000,
  /** How long another process may take to say how it stands; beyond it, it stands still, and nobody waits for it. */
  partAnswerMs: 2000,
  /** A query waits so long for a process that is being started, asking this often: the first one after a start is answered. */
  partStartMs: 4000,
  partStartCheckMs: 50,
  /** Changes of committed ends go to the other processes at most this often: well below a block's delay. */
  endsDelayMs: 2,
  /** What a process that stands still is told at most; the rest waits as one number a partition, and is looked at so often. */
  childBacklogBytesMax: 1024 * 1024,
  childBehindMs: 50,
  /** A Unix socket's path must fit into sockaddr_un (108 bytes on Linux, 104 on macOS, with the closing zero). */
  socketPathBytesMax: 100,
  /** Objects on a page of a list, unless asked. */
  pageItemsDefault: 100,
  pageItemsMax: 1000,
  /** Datasets: threads and memory of the store, shared by all of them; low, since jobs and ingest run beside it. */
  datasetThreads: 2,
  datasetMemoryBytesMax: 512 * 1024 * 1024,
  /** What the store writes ahead before it folds it into its files: more costs time at a start after a crash, less costs folding. */
  datasetCheckpointBytes: 64 * 1024 * 1024,
  /** Rows of one answer: it is held whole while it is written out. */
  datasetAnswerRowsMax: 500_000,
  /** A query without a timeout of its own. */
  datasetQueryTimeoutMs: 60_000,
  /** Rows are queryable within a second of the acknowledgement: a flush waits this long for more rows to roll up with. */
  datasetFlushDelayMs: 400,
  /** Groups held before a flush; beyond it more memory buys little rollup. */
  datasetFlushRowsMax: 131_072,
  /** A time chunk is rolled up again when it has grown by this many rows, and so many times: later where that halved nothing the last time. */
  datasetCompactRows: 32_768,
  datasetCompactGrowth: 2,
  datasetCompactGrowthMax: 8,
  /** A dataset whose file does not open is tried again so often: the disk may have room, or somebody may have put the file back. */
  datasetOpenAgainMs: 10_000,
  /** Dead letters between two commits of a dataset: what is handed over again after a crash must still be remembered (idempotencyKeysMax). */
  datasetDeadRowsMax: 4096,
  /** Rows read from a partition at once. */
  datasetReadRowsMax: 16_384,
  /** Bodies that are being taken in, all requests together, unpacked; their columns need about as much again. */
  bodiesBytesMax: 64 * 1024 * 1024,
  /** Buffers for bodies that are kept for the next ones, and the largest that is. */
  bodyBuffersMax: 16,
  bodyBufferBytesMax: 1024 * 1024,
  /** What a compressed body is taken for until it is unpacked; the unpacking itself stops at requestBytesMax. */
  unpackingBytesMin: 1024 * 1024,
  /** Dead letters on a page, and redriven at once. */
  deadLettersPageDefault: 100,
  deadLettersPageMax: 1000,
  /** Rows without a key go to one partition until it has so many from this process: large blocks, even partitions. */
  stickyRows: 65_536,
  /** Producers whose last sequence is remembered to say that some were left out. */
  gapProducersMax: 4096,
  /** Request headers together, how many, and how long a client may take to send them: nobody holds a connection for free. */
  headersBytesMax: 16 * 1024,
  headersCountMax: 100,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  /** How often timeouts of connections are looked at. */
  connectionCheckMs: 2_000,
  /** Connections at once; each costs a few kilobytes. */
  connectionsMax: 4096,
  /** A follower gets a comment when nothing else came, so that proxies keep the connection. */
  followCommentMs: 15_000,
  /** A string column with more different values than this is no dictionary: ids and lookups would cost more than they save. */
  scanDictionaryEntriesMax: 1024,
  scanDictionaryBytesMax: 64 * 1024,
  /** After so many bodies as plain bytes a string column tries again to be a dictionary: values drift. */
  scanDictionaryRetryCalls: 256,
  /** Rows that a scanner starts with room for; and what it gives back after a larger body. */
  scanRowsStart: 512,
  scanRowsKept: 8192,
  scanBytesKept: 2 * 1024 * 1024,
  /** Rows of one body, and rows times columns: tiny rows of a wide contract would take far more memory than their text. */
  scanRowsMax: 262_144,
  scanCellsMax: 4 * 1024 * 1024,
  /** Items of all lists or maps of one column in one body, times the columns that an item has. */
  scanItemCellsMax: 8 * 1024 * 1024,
  /** Fields of an object that are scanned inside one generated function; more would outgrow what the compiler optimises. */
  scanFieldsInline: 40,
  /** Rows in one message of an answer: enough to amortise it, small enough to show early. */
  messageRowsMax: 500,
  /** A SELECT that ends reads this far back, unless asked; a prompt that reads everything by accident costs too much. */
  selectBackMs: 600_000,
  /** Rows of an answer, unless asked: more than anybody reads. */
  selectRowsMax: 1_000_000,
  /** A SELECT or preview ends after this, unless it says less. */
  selectWithinMs: 120_000,
  previewWithinMs: 60_000,
  previewRowsMax: 10_000,
  /** How often the pages' feed says what moved. */
  liveIntervalMs: 1000,
  /** Rates are over so many samples of the feed. */
  rateSamples: 5,
  /** Streams (jobs, datasets) with labels of their own in metrics: the rest share one, so that a scrape stays small. */
  metricStreamsMax: 1000,
  /** Rows in a row group of a Parquet file: readers skip and load by group. */
  parquetGroupRows: 65_536,
  /** Rows of a sample that a contract is inferred from. */
  inferRowsMax: 10_000,
  /** When a role has loaded what it needs: then its compiled code is kept for the next start. */
  compileCacheAfterMs: 5000,
  /** How often old segments are looked for: segments close after an hour or 128 MB. */
  retentionIntervalMs: 60_000,
  /** Closed segments are packed in the background: so much at a time, then so long a pause. At most 12 MB/s, a few percent of a core. */
  sealPieceBytes: 256 * 1024,
  sealPauseMs: 20,
  /** Packing ends a round after this, so that retention gets its turn. */
  sealRoundMs: 45_000,
} as const
