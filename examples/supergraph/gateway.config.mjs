// The router: Hive Gateway.

import { defineConfig } from '@graphql-hive/gateway'
import { subgraphs, supergraph } from './subgraphs.mjs'

export const gatewayConfig = defineConfig({
  supergraph,
  host: '127.0.0.1',
  port: Number(process.env.PORT ?? 4000),
  fork: 1,
  logging: process.env.LOGGING ?? 'warn',
  propagateHeaders: {
    fromClientToSubgraphs({ request, subgraphName }) {
      const { headers } = subgraphs.find(({ name }) => name === subgraphName)
      return Object.fromEntries(headers.map(name => [name, request.headers.get(name)]))
    },
  },
})
