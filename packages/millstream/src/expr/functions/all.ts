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

/** Every function and operator; overloads of one name are tried in this order. */
export const allFunctions: readonly ScalarFunction[] = [
  ...arithmeticFunctions,
  ...comparisonFunctions,
  ...logicFunctions,
  ...conditionalFunctions,
  ...castFunctions,
  ...stringFunctions,
  ...regexFunctions,
  ...encodingFunctions,
  ...printfFunctions,
  ...mathFunctions,
  ...timeFunctions,
  ...timeDifferenceFunctions,
  ...timeTextFunctions,
  ...collectionFunctions,
  ...arrayFunctions,
  ...jsonFunctions,
  ...characterClassFunctions,
  ...randomFunctions,
]
