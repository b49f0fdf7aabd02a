"""The GraphQL schema, and how a document is run against it."""
