// Composes with both composers. In: [[name, SDL], ...] as JSON. Out: what each of them found.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { composeServices as official } from '@apollo/composition'
import { parse } from 'graphql'

const example = createRequire(new URL('../../examples/supergraph/package.json', import.meta.url))
const { composeServices: guild } = example('@theguild/federation-composition')

const services = JSON.parse(readFileSync(0, 'utf8')).map(([name, sdl]) => ({
  name,
  url: `http://${name}.test/graphql`,
  typeDefs: parse(sdl),
}))
const outcome = composed => ({
  errors: (composed.errors ?? []).map(({ message }) => message),
  supergraph: composed.supergraphSdl ?? null,
})
console.log(JSON.stringify({ apollo: outcome(official(services)), guild: outcome(guild(services)) }))
