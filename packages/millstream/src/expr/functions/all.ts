import type { ScalarFunction } from '../function.ts'
import { arithmeticFunctions } from './arithmetic.ts'
import { arrayFunctions } from './array.ts'
import { castFunctions } from './cast.ts'
import { characterClassFunctions } from './character-class.ts'
import { collectionFunctions } from './collection.ts'
import { comparisonFunctions } from './comparison.ts'
import { conditionalFunctions } from './conditional.ts'
import { encodingFunctions } from './encoding.ts'
import { jsonFunctions } from './json.ts'
import { logicFunctions } from './logic.ts'
import { mathFunctions } from './math.ts'
import { printfFunctions } from './printf.ts'
import { randomFunctions } from './random.ts'
import { regexFunctions } from './regex.ts'
import { stringFunctions } from './string.ts'
import { timeFunctions } from './time.ts'
import { timeDifferenceFunctions } from './time-difference.ts'
import { timeTextFunctions } from './time-text.ts'

/** Families as the docs show them. Overloads of one name are tried in this order. */
export const functionFamilies: Readonly<Record<string, readonly ScalarFunction[]>> = {
  Arithmetic: arithmeticFunctions,
  Comparison: comparisonFunctions,
  Logic: logicFunctions,
  Conditional: conditionalFunctions,
  Casts: castFunctions,
  Text: stringFunctions,
  'Regular expressions': regexFunctions,
  'Encoding and hashes': encodingFunctions,
  'Formatted text': printfFunctions,
  Mathematics: mathFunctions,
  Times: timeFunctions,
  'Differences of times': timeDifferenceFunctions,
  'Times as text': timeTextFunctions,
  'Rows, arrays and maps': collectionFunctions,
  Arrays: arrayFunctions,
  JSON: jsonFunctions,
  'Kinds of characters': characterClassFunctions,
  Random: randomFunctions,
}

export const allFunctions: readonly ScalarFunction[] = Object.values(functionFamilies).flat()
