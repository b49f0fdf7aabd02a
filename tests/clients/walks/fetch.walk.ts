import { tasks } from "./fetch";
import { tell, TOKEN, URL } from "./tell";

const ids: (string | null)[] = [];
for await (const task of tasks(URL, TOKEN)) ids.push(task.taskId);
tell({ ids });
