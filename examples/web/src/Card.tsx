import { memo, type PointerEvent, useEffect, useRef, useState } from "react";
import type { PictureFragment, TaskFragment } from "./operations";
import type { Problem } from "./problem";
import type { Pictures } from "./use-pictures";
import { useSeen } from "./use-seen";
import { counted, format, howTaken, nameOf, timecode } from "./words";

interface Props {
  task: TaskFragment;
  position: number;
  pictures: Pictures | undefined;
  problem: Problem | undefined;
  onSeen: () => void;
  onRetry: () => void;
  onRestart: () => void;
  onOpen: (task: TaskFragment) => void;
}

export const Card = memo(function Card({ task, position, pictures, problem, onSeen, onRetry, onRestart, onOpen }: Props) {
  const self = useRef<HTMLLIElement>(null);
  const seen = useSeen(self);
  useEffect(() => {
    if (seen && task.taskId) onSeen();
  }, [seen, onSeen, task.taskId]);

  return (
    <li className="card" ref={self}>
      <div className="frame">
        <Frame {...{ task, pictures, problem, onRetry, onRestart, onOpen }} />
      </div>
      <div className="caption">
        <h2>
          <span className="unseen">Task {position}: </span>
          {nameOf(task)}
        </h2>
        {task.thumbnailCount != null && <p className="count">{counted(task.thumbnailCount, "picture")}</p>}
        <p className="how">{howTaken(task) || "No settings told"}</p>
        <p className="format">{format(task)}</p>
      </div>
    </li>
  );
}, sameCard);

/** `pictures` and `problem` are new objects after each answer; what they hold is what counts. */
function sameCard(before: Props, after: Props): boolean {
  return (
    before.task === after.task &&
    before.pictures === after.pictures &&
    before.problem?.code === after.problem?.code &&
    before.onOpen === after.onOpen &&
    before.onRestart === after.onRestart &&
    before.position === after.position
  );
}

type FrameProps = Pick<Props, "task" | "pictures" | "problem" | "onRetry" | "onRestart" | "onOpen">;

/** Problems that the page's notice tells of: an empty frame waits with it. */
const PASSING = new Set(["PAUSED", "RATE_LIMITED", "UNAUTHENTICATED"]);
/** Problems of a list that is out of date. */
const OUTDATED = new Set(["MOVED", "STALE_CURSOR"]);

function Frame({ task, pictures, problem, onRetry, onRestart, onOpen }: FrameProps) {
  if (!task.taskId) return <p className="remark">The platform gave this task no id, so its pictures cannot be asked for.</p>;
  const shown = pictures?.edges.flatMap(({ node }) => (node ? [node] : []));
  if (shown?.length) return <Film task={task} pictures={shown} onOpen={onOpen} />;
  if (shown) return <p className="remark">This task took no pictures.</p>;
  if (!problem) return <div className="waiting" aria-hidden="true" />;
  if (PASSING.has(problem.code)) return null;
  const outdated = OUTDATED.has(problem.code);
  return (
    <div className="remark">
      <p>{problem.text}</p>
      <button type="button" className="button small" onClick={outdated ? onRestart : onRetry}>
        {outdated ? "Start again from the top" : "Try again"}
        {!outdated && <span className="unseen"> for the pictures of task {nameOf(task)}</span>}
      </button>
    </div>
  );
}

/** The cover; a mouse that moves over it leafs through the others. */
function Film({ task, pictures, onOpen }: { task: TaskFragment; pictures: PictureFragment[]; onOpen: Props["onOpen"] }) {
  const cover = Math.min(pictures.length, Math.max(1, task.parameters?.coverPosition ?? 1)) - 1;
  const [leafed, setLeafed] = useState<number | null>(null);
  const current = leafed ?? cover;
  const leaf = (event: PointerEvent<HTMLButtonElement>) => {
    if (event.pointerType !== "mouse") return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setLeafed(Math.min(pictures.length - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * pictures.length))));
  };
  return (
    <button
      type="button"
      className="film"
      aria-haspopup="dialog"
      aria-label={`Open the pictures of task ${nameOf(task)}`}
      onClick={() => onOpen(task)}
      onPointerMove={leaf}
      onPointerLeave={() => setLeafed(null)}
    >
      {pictures.map((picture, index) =>
        index === cover || leafed !== null ? <Still key={index} picture={picture} shown={index === current} /> : null,
      )}
      {leafed !== null && pictures.length > 1 && (
        <>
          <span className="timecode">{timecode(pictures[current]!.offsetSeconds)}</span>
          <span className="ticks">
            {pictures.map((_, index) => (
              <i key={index} className={index === current ? "on" : undefined} />
            ))}
          </span>
        </>
      )}
    </button>
  );
}

function Still({ picture, shown }: { picture: PictureFragment; shown: boolean }) {
  const [state, setState] = useState<"loading" | "there" | "missing">("loading");
  if (state === "missing") return shown ? <span className="remark">This picture did not load.</span> : null;
  return (
    <img
      src={picture.url}
      alt=""
      loading="lazy"
      decoding="async"
      className={`${state}${shown ? "" : " under"}`}
      onLoad={() => setState("there")}
      onError={() => setState("missing")}
    />
  );
}

export function UnreadableCard() {
  return (
    <li className="card">
      <div className="frame">
        <p className="remark">The platform sent something unreadable in this place.</p>
      </div>
      <div className="caption" />
    </li>
  );
}
