/** JSON Schemas of the YAML kinds, for completion and checks in editors. The server checks more than a schema can say. */
const draft = 'https://json-schema.org/draft/2020-12/schema'
const name = { type: 'string', pattern: '^[a-z][a-z0-9_]{0,62}$' }
const duration = { type: 'string', pattern: '^\\d+ ?(ms|s|min|m|h|d)$', examples: ['10 s', '1h', '30d'] }
const granularity = { type: 'string', examples: ['none', 'second', 'minute', 'five_minute', 'hour', 'day', 'PT10M'] }
const value = { type: ['string', 'number', 'boolean'] }
const rowsByStream = { type: 'object', additionalProperties: { type: 'array', items: { type: 'object' } } }

export const schemas: Readonly<Record<string, object>> = {
  dataset: {
    $schema: draft,
    title: 'A dataset: a rolled-up, queryable table of one stream',
    type: 'object',
    required: ['dataset', 'from', 'timestamp'],
    additionalProperties: false,
    properties: {
      dataset: { ...name, description: 'Its name' },
      from: { type: 'string', description: 'The stream it is made of' },
      timestamp: { type: 'string', description: 'The event-time column of the stream' },
      granularity: {
        type: 'object',
        additionalProperties: false,
        properties: {
          segment: { ...granularity, description: 'Retention and replacement go by chunks of this length' },
          query: { ...granularity, description: 'Times are floored to this' },
          rollup: { type: 'boolean', description: 'false: rows stay as they are' },
        },
      },
      dimensions: {
        type: 'array',
        items: {
          oneOf: [
            { type: 'string' },
            {
              type: 'object',
              required: ['name'],
              properties: { name: { type: 'string' }, type: { enum: ['string', 'long', 'float', 'double'] } },
            },
          ],
        },
      },
      metrics: {
        type: 'array',
        description: "Druid's aggregators as they stand",
        items: {
          type: 'object',
          required: ['name', 'type'],
          properties: {
            name: { type: 'string' },
            type: { type: 'string', examples: ['count', 'longSum', 'doubleSum', 'longMax', 'HLLSketchBuild'] },
            fieldName: { type: 'string' },
          },
        },
      },
      lateness: { ...duration, description: 'Later rows are dead letters of stage late' },
      retention: { ...duration, description: 'Older chunks are dropped' },
    },
  },
  project: {
    $schema: draft,
    title: 'millstream.yaml: a folder of definitions',
    type: 'object',
    required: ['project'],
    additionalProperties: false,
    properties: {
      project: { ...name, description: 'Apply touches only what belongs to it' },
      variables: { type: 'object', additionalProperties: value, description: 'Values of variables that definitions name' },
      environments: {
        type: 'object',
        additionalProperties: { type: 'object', additionalProperties: value },
        description: 'Other values by environment: --env NAME',
      },
    },
  },
  test: {
    $schema: draft,
    title: 'A pipeline test: events in, rows out, in virtual time; a file has one or more, between ---',
    type: 'object',
    required: ['pipeline', 'expect'],
    additionalProperties: false,
    properties: {
      test: { type: 'string', description: 'What it shows' },
      pipeline: { ...name, description: 'The pipeline of this folder that runs' },
      now: { type: 'string', format: 'date-time', description: 'What the clock says at first; it goes on only by advance' },
      events: {
        description: 'What comes in, in the order of arrival: rows by stream, or time in which nothing comes (advance)',
        anyOf: [
          { ...rowsByStream, properties: { advance: duration } },
          { type: 'array', items: { ...rowsByStream, properties: { advance: duration } } },
        ],
      },
      end: { const: 'open', description: 'Input does not end; unless said it does, and every window fires' },
      expect: {
        ...rowsByStream,
        properties: { late: { type: 'integer', minimum: 0, description: 'Rows that came too late for their windows' } },
        description: 'What goes out, by stream, in any order; columns that are not named are not compared',
      },
    },
  },
}
