// Asks every subgraph for its schema, composes them, and writes the supergraph that the router reads.

import { writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'
import { subgraphs, supergraph } from './subgraphs.mjs'

const ATTEMPTS = 100

async function schemaOf({ name, url }) {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      })
      const { data } = await response.json()
      return { name, url, typeDefs: parse(data._service.sdl) }
    } catch (problem) {
      if (attempt === ATTEMPTS) throw new Error(`${name} does not answer at ${url}: ${problem.message}`)
      await setTimeout(200) // it may still be starting
    }
  }
}

const { supergraphSdl, errors } = composeServices(await Promise.all(subgraphs.map(schemaOf)))
if (errors) {
  for (const { message } of errors) console.error(message)
  process.exit(1)
}
await writeFile(supergraph, supergraphSdl)
console.log(`Composed ${subgraphs.map(({ name }) => name).join(' and ')} into ${supergraph}.`)
