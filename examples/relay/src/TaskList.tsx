import { graphql, usePaginationFragment } from "react-relay";
import { TaskItem } from "./TaskItem";
import type { TaskList_query$key } from "./__generated__/TaskList_query.graphql";
import type { TaskListPaginationQuery } from "./__generated__/TaskListPaginationQuery.graphql";

const PAGE_SIZE = 10;

/** All tasks, or those of one asset, a page at a time. */
export function TaskList({ query }: { query: TaskList_query$key }) {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<TaskListPaginationQuery, TaskList_query$key>(
    graphql`
      fragment TaskList_query on Query
      @argumentDefinitions(
        assetId: { type: "ID" }
        count: { type: "Int", defaultValue: 10 }
        cursor: { type: "String" }
      )
      @refetchable(queryName: "TaskListPaginationQuery") {
        thumbnailTasks(assetId: $assetId, first: $count, after: $cursor)
          @connection(key: "TaskList_thumbnailTasks", filters: ["assetId"]) {
          edges {
            node {
              id
              ...TaskItem_task
            }
          }
          totalCount
        }
      }
    `,
    query,
  );
  const { edges = [], totalCount } = data.thumbnailTasks ?? {};
  return (
    <section>
      <p>{totalCount ?? "Some"} tasks</p>
      <ul>{edges.map((edge) => edge?.node && <TaskItem key={edge.node.id} task={edge.node} />)}</ul>
      {hasNext && (
        <button type="button" disabled={isLoadingNext} onClick={() => loadNext(PAGE_SIZE)}>
          More tasks
        </button>
      )}
    </section>
  );
}
