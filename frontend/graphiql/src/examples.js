// The tabs GraphiQL opens with, from left to right. A tab is named by its operation; beside the query
// it may have variables (a text) and headers of its own (an object).
const EXAMPLES = [
  {
    query: `# The project's first snapshot tasks.
# Run it: Ctrl-Enter, on a Mac Cmd-Enter.
query FirstPage {
  thumbnailTasks(first: 5) {
    nodes {
      taskId
      thumbnailCount
      parameters {
        type
        format
        aspectRatio
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
`,
  },
  {
    query: `# The page behind a cursor. Run FirstPage
# before: its endCursor is then the value
# of "after", in the Variables below.
query NextPage($after: String) {
  thumbnailTasks(first: 5, after: $after) {
    nodes {
      taskId
      thumbnailCount
    }
    pageInfo {
      hasPreviousPage
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: '{\n  "after": ""\n}',
  },
  {
    query: `# The pictures that each task has made.
# Ctrl-click opens an address, on a Mac Cmd-click.
query Snapshots {
  thumbnailTasks(first: 3) {
    nodes {
      taskId
      snapshots(first: 4) {
        nodes {
          offsetSeconds
          url
        }
        totalCount
      }
    }
  }
}
`,
  },
  {
    query: `# A refused request. The message is for
# people, extensions.code for programs.
query AnError {
  thumbnailTasks(first: 5000) {
    nodes {
      taskId
    }
  }
}
`,
  },
];

const EXPLAINED = `# What an answer took, under extensions.explain:
# upstream calls, cache, time and cost.
# Run it twice: then it comes from memory.
query Explain {
  thumbnailTasks(first: 2) {
    nodes {
      taskId
      snapshots(first: 1) {
        nodes {
          url
        }
      }
    }
  }
}
`;

/**
 * @param {string} explain "1" where the gateway explains its answers to everybody, "secret" where it does so
 *   for a secret, which the user has to fill in; else nothing
 */
export function examples(explain) {
  if (!explain) return EXAMPLES;
  return [...EXAMPLES, { query: EXPLAINED, headers: { "X-Explain": explain === "secret" ? "" : explain } }];
}
