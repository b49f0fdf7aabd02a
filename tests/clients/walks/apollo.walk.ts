import { gql, type TypedDocumentNode } from "@apollo/client";
import { createClient } from "./apollo";
import { tell, TOKEN, URL } from "./tell";

interface Page {
  thumbnailTasks: {
    edges: { cursor: string; node: { id: string; taskId: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}

const TASKS: TypedDocumentNode<Page, { first: number; after?: string }> = gql`
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
const first = { query: TASKS, variables: { first: 50 } };
const list = client.watchQuery(first);
const subscription = list.subscribe(() => {});
let { data } = await client.query(first);
while (data?.thumbnailTasks.pageInfo.hasNextPage) {
  ({ data } = await list.fetchMore({ variables: { after: data.thumbnailTasks.pageInfo.endCursor } }));
}
const joined = client.readQuery(first)!.thumbnailTasks.edges;
subscription.unsubscribe();
client.stop();
tell({ ids: joined.map(({ node }) => node.taskId) });
