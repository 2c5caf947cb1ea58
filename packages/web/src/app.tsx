import { useEffect, useState } from 'react'
import icon from './icon.svg'
import { DatasetPage } from './pages/dataset.tsx'
import { HomePage } from './pages/home.tsx'
import { DatasetsPage, PipelinesPage, StreamsPage } from './pages/lists.tsx'
import { PipelinePage } from './pages/pipeline.tsx'
import { StreamPage } from './pages/stream.tsx'
import { Palette } from './parts/palette.tsx'
import { clock } from './state/format.ts'
import { useLive } from './state/live.ts'
import { link, type Route, useRoute } from './state/route.ts'
import { switchTheme } from './state/theme.ts'

const places: readonly { readonly title: string; readonly route: readonly string[] }[] = [
  { title: 'Home', route: [] },
  { title: 'Streams', route: ['streams'] },
  { title: 'Pipelines', route: ['pipelines'] },
  { title: 'Datasets', route: ['datasets'] },
]

export function App() {
  const route = useRoute()
  const [searching, setSearching] = useState(false)
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key === 'k' && (event.metaKey || event.ctrlKey)) {
        event.preventDefault()
        setSearching(true)
      }
    }
    addEventListener('keydown', open)
    return () => removeEventListener('keydown', open)
  }, [])
  return (
    <div className="shell">
      <aside className="rail">
        <a className="brand" href={link()}>
          <img src={icon} alt="" />
          Millstream
        </a>
        <nav aria-label="Main">
          {places.map((place) => (
            <a
              key={place.title}
              href={link(...place.route)}
              aria-current={(route[0] ?? '') === (place.route[0] ?? '') ? 'page' : undefined}
            >
              {place.title}
            </a>
          ))}
        </nav>
        <div className="foot">
          <button type="button" className="quiet" onClick={() => setSearching(true)}>
            Find … <kbd>Ctrl K</kbd>
          </button>
          <button type="button" className="quiet" onClick={switchTheme}>
            Light or dark
          </button>
          <a href="/docs">HTTP API</a>
        </div>
      </aside>
      <main>
        <Connection />
        <Page route={route} />
      </main>
      {searching && <Palette onClose={() => setSearching(false)} />}
    </div>
  )
}

function Page({ route }: { readonly route: Route }) {
  const [place, name, tab] = route
  if (place === undefined) return <HomePage />
  if (place === 'streams') return name === undefined ? <StreamsPage /> : <StreamPage key={name} name={name} tab={tab ?? 'rows'} />
  if (place === 'pipelines') return name === undefined ? <PipelinesPage /> : <PipelinePage key={name} name={name} />
  if (place === 'datasets') return name === undefined ? <DatasetsPage /> : <DatasetPage key={name} name={name} />
  return (
    <div className="page">
      <h1>There is no page “{route.join('/')}”</h1>
      <a href={link()}>Home</a>
    </div>
  )
}

/** Says when the server is gone, and goes away by itself when it is back. */
function Connection() {
  const { connection, lostSinceMs } = useLive()
  if (connection !== 'lost' || lostSinceMs === null) return null
  return (
    <div className="banner" role="alert">
      The server has not answered since {clock(lostSinceMs)} UTC. What you see is from before; this page connects again by itself.
    </div>
  )
}
