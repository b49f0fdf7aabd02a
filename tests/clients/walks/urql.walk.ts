import { gql } from "@urql/core";
import { createClient } from "./urql";
import { tell, TOKEN, URL } from "./tell";

interface Pages {
  thumbnailTasks: {
    edges: { node: { taskId: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}

const TASKS = gql<Pages, { first: number; after?: string }>`
  query Tasks($first: Int!, $after: String) {
    thumbnailTasks(first: $first, after: $after) {
      edges {
        cursor
        node {
          id
          taskId
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

const client = createClient(URL, () => TOKEN);
let ids: string[] = [];
for (let after: string | undefined; ; ) {
  const { data, error } = await client.query(TASKS, { first: 50, after }).toPromise();
  if (!data) throw error;
  const { edges, pageInfo } = data.thumbnailTasks;
  ids = edges.map(({ node }) => node.taskId);
  if (!pageInfo.hasNextPage) break;
  after = pageInfo.endCursor;
}
tell({ ids });
