import { graphql, usePaginationFragment } from "react-relay";
import type { TaskItem_task$key } from "./__generated__/TaskItem_task.graphql";
import type { TaskItemPaginationQuery } from "./__generated__/TaskItemPaginationQuery.graphql";

const MORE = 20;

/** A task and its pictures: one upstream call for each task on the page, which is why there are only a few tasks on one. */
export function TaskItem({ task }: { task: TaskItem_task$key }) {
  const { data, hasNext, loadNext } = usePaginationFragment<TaskItemPaginationQuery, TaskItem_task$key>(
    graphql`
      fragment TaskItem_task on ThumbnailTask
      @argumentDefinitions(count: { type: "Int", defaultValue: 4 }, cursor: { type: "String" })
      @refetchable(queryName: "TaskItemPaginationQuery") {
        taskId
        thumbnailCount
        snapshots(first: $count, after: $cursor) @connection(key: "TaskItem_snapshots") {
          edges {
            node {
              url
              offsetSeconds
            }
          }
        }
      }
    `,
    task,
  );
  return (
    <li>
      <h2>{data.taskId ?? "A task without an id"}</h2>
      {data.snapshots?.edges.map(
        (edge) => edge?.node && <img key={edge.node.url} src={edge.node.url} alt={`At ${edge.node.offsetSeconds} s`} />,
      )}
      {hasNext && (
        <button type="button" onClick={() => loadNext(MORE)}>
          More pictures
        </button>
      )}
    </li>
  );
}
