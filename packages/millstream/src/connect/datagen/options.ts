import { duration, int, oneOf, string } from '../../config/kinds.ts'
import { options } from '../../config/options.ts'

/** `WITH (...)` of a table of made-up rows. Names are Flink's; # stands for the name of any column. */
export const datagenOptions = options("the connector 'datagen'", {
  'rows-per-second': int().default('10000').doc('How fast rows come.'),
  'number-of-rows': int().doc('The table ends after so many; endless unless said.'),
  'scan.parallelism': int().doc("Taken so that Flink's text runs; one process makes the rows."),
  'fields.#.kind': oneOf('random', 'sequence').default('random').doc('Values drawn within bounds, or counted up.'),
  'fields.#.min': string().doc("The least value drawn; the type's least unless said."),
  'fields.#.max': string().doc("The greatest value drawn; the type's greatest unless said."),
  'fields.#.max-past': duration().default('0 s').doc('Times are drawn from so far back until now.'),
  'fields.#.length': int().default('100').doc('Characters of a text, bytes of BYTES.'),
  'fields.#.start': int().default('0').doc('Where a sequence begins.'),
  'fields.#.end': int().doc('Where a sequence ends, and the table with it.'),
  'fields.#.null-rate': string().default('0').doc('The share of values that are NULL, 0 to 1.'),
})
