// The floors: a file imports only from floors below its own; folders of one floor do not import each other.
const floors = [
  ['base'],
  ['data', 'config'],
  ['codec', 'expr', 'syntax'],
  // Plans and assignments carry typed expressions, so plain shared data stands just above the expressions.
  ['model'],
  ['flow', 'log'],
  ['sql', 'mql', 'asl', 'druid'],
  ['connect', 'olap', 'engine', 'live'],
  ['gateway', 'control', 'api'],
  ['server'],
  ['cli'],
]
const source = 'packages/millstream/src'
const rules = floors.flatMap((rooms, floor) =>
  rooms.map((room) => {
    const below = floors.slice(0, floor).flat()
    return {
      name: `floor-${room}`,
      severity: 'error',
      comment: `${room}/ is on floor ${floor}: it imports only from itself${below.length ? ` and from ${below.join(', ')}` : ''}`,
      from: { path: `^${source}/${room}/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^${source}/`, pathNot: `^${source}/(${[room, ...below].join('|')})/` },
    }
  }),
)
export default {
  forbidden: [
    ...rules,
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Files that import each other in a circle cannot be understood one at a time',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'world-only-in-base',
      severity: 'error',
      comment: 'fs, net, timers, randomness and the like belong to the adapters of base/; server and cli wire processes',
      from: { path: `^${source}/(data|config|codec|expr|syntax|model|flow|log|sql|druid|engine)/`, pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|fs/promises|net|http|https|child_process|worker_threads|timers|timers/promises|crypto|os|dgram|tls)$',
      },
    },
    {
      name: 'web-only-through-the-client',
      severity: 'error',
      comment: 'The web app talks to the server only through @millstream/client',
      from: { path: '^packages/web/' },
      to: { path: '^packages/millstream/' },
    },
    {
      name: 'client-stands-alone',
      severity: 'error',
      comment: 'The client has no dependencies and runs in browsers',
      from: { path: '^packages/client/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(packages/(millstream|web)/|node_modules/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
}
