import { graphql, useLazyLoadQuery } from "react-relay";
import { TaskList } from "./TaskList";
import type { TasksPageQuery } from "./__generated__/TasksPageQuery.graphql";

/** The first page, in one request; each part below says itself what it needs. */
export function TasksPage({ assetId }: { assetId?: string }) {
  const data = useLazyLoadQuery<TasksPageQuery>(
    graphql`
      query TasksPageQuery($assetId: ID) {
        ...TaskList_query @arguments(assetId: $assetId)
      }
    `,
    { assetId },
  );
  return <TaskList query={data} />;
}
