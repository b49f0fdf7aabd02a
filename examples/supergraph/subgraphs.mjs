// The subgraphs of the supergraph, and which of a client's headers each of them is sent.
// A credential goes to the subgraph that needs it, and to no other.

export const subgraphs = [
  {
    name: 'thumbnails',
    url: process.env.THUMBNAILS_URL ?? 'http://127.0.0.1:4001/graphql',
    headers: ['x-auth-token', 'x-project-id'],
  },
  {
    name: 'assets',
    url: process.env.ASSETS_URL ?? 'http://127.0.0.1:4002/graphql',
    headers: [],
  },
]

export const supergraph = process.env.SUPERGRAPH ?? './supergraph.graphql'
