import { createOperationDescriptor, fetchQuery, getRequest, getSingularSelector } from "relay-runtime";
import type { ReaderFragment, SingularReaderSelector } from "relay-runtime";
import TaskItem from "./example/__generated__/TaskItem_task.graphql";
import TaskItemPagination from "./example/__generated__/TaskItemPaginationQuery.graphql";
import TaskList from "./example/__generated__/TaskList_query.graphql";
import TaskListPagination from "./example/__generated__/TaskListPaginationQuery.graphql";
import TasksPage from "./example/__generated__/TasksPageQuery.graphql";
import { createEnvironment } from "./relay";
import { tell, TOKEN, URL } from "./tell";

// What usePaginationFragment does, without a page to render: fetch, then read the fragment from the store.
const environment = createEnvironment(URL, () => TOKEN);
const page = createOperationDescriptor(getRequest(TasksPage), {});
environment.retain(page);

function read(fragment: ReaderFragment, owner: unknown): any {
  return environment.lookup(getSingularSelector(fragment, owner) as SingularReaderSelector).data;
}
const list = () => read(TaskList, environment.lookup(page.fragment).data).thumbnailTasks;

await fetchQuery(environment, TasksPage, {}).toPromise();
while (list().pageInfo.hasNextPage) {
  await fetchQuery(environment, TaskListPagination, { count: 50, cursor: list().pageInfo.endCursor }).toPromise();
}

const nodes = list().edges.map(({ node }: any) => node);
const longest = nodes.reduce((a: any, b: any) => (read(TaskItem, b).thumbnailCount > read(TaskItem, a).thumbnailCount ? b : a));
const pictures = () => read(TaskItem, longest).snapshots;
for (let more = 0; more < 3 && pictures().pageInfo.hasNextPage; more += 1) {
  const variables = { id: longest.id, count: 20, cursor: pictures().pageInfo.endCursor };
  await fetchQuery(environment, TaskItemPagination, variables).toPromise();
}
tell({
  ids: nodes.map((node: any) => read(TaskItem, node).taskId),
  seconds: pictures().edges.map(({ node }: any) => node.offsetSeconds),
});
