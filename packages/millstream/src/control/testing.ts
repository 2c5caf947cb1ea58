import { systemClock, systemRandom, systemScheduler } from '../base/real/system.ts'
import { SimulatedCommitStore } from '../base/simulated/commit-store.ts'
import { Catalogue } from './catalogue.ts'
import { RecordStore } from './record-store.ts'
import { residentPrefixes } from './records.ts'

/** An empty catalogue in memory, for tests. */
export async function emptyCatalogue(): Promise<Catalogue> {
  const records = await RecordStore.open(new SimulatedCommitStore(systemScheduler), residentPrefixes)
  return new Catalogue(records, systemClock, systemRandom)
}
